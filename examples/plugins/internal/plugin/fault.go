package plugin

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// What the variable FAULT asks for, so that a rollout can be seen to fail. Tasks have no faults, and neither have requests
// for health and metrics, unless the fault is about them.
type faults struct {
	crashAfter    time.Duration
	neverReady    bool
	errorPercent  int64
	delay         time.Duration
	wrongContract bool
}

// Long enough for the start to be logged, too short for a probe.
const crashDelay = 200 * time.Millisecond

const knownFaults = "crash, crash-after=<duration>, never-ready, errors=<percent>, slow=<duration>, wrong-contract"

func parseFaults(text string) (faults, error) {
	var all faults
	for fault := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(fault), "=")
		if err := all.add(name, value); err != nil {
			return all, fmt.Errorf("FAULT asks for %q, which is no fault: expected %s, several separated by commas", fault, knownFaults)
		}
	}
	return all, nil
}

func (f *faults) add(name, value string) error {
	var err error
	switch name {
	case "":
		return nil
	case "crash-after":
		f.crashAfter, err = time.ParseDuration(value)
		return err
	case "errors":
		f.errorPercent, err = strconv.ParseInt(strings.TrimSuffix(value, "%"), 10, 64)
		if err == nil && (f.errorPercent < 0 || f.errorPercent > 100) {
			err = strconv.ErrRange
		}
		return err
	case "slow":
		f.delay, err = time.ParseDuration(value)
		return err
	}
	if value != "" {
		return strconv.ErrSyntax
	}
	switch name {
	case "crash":
		f.crashAfter = crashDelay
	case "never-ready":
		f.neverReady = true
	case "wrong-contract":
		f.wrongContract = true
	default:
		return strconv.ErrSyntax
	}
	return nil
}

func (f faults) startCrashing(runtime *Runtime) {
	if f.crashAfter > 0 {
		time.AfterFunc(f.crashAfter, func() {
			runtime.Log.Error("crashed, as FAULT asks for")
			os.Exit(failed)
		})
	}
}

// inject makes the faults of answers happen to a handler.
func (f faults) inject(next http.Handler) http.Handler {
	var count atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Spread evenly instead of by chance: of any hundred requests exactly so many fail.
		number := count.Add(1)
		fails := number*f.errorPercent/100 != (number-1)*f.errorPercent/100
		if f.delay > 0 {
			time.Sleep(f.delay)
		}
		switch {
		case fails:
			http.Error(w, "failed, as FAULT asks for", http.StatusInternalServerError)
		case f.wrongContract:
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			fmt.Fprintln(w, "not what was agreed on")
		default:
			next.ServeHTTP(w, r)
		}
	})
}
