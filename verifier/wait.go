package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"patchbay.dev/verifier/internal/plan"
	"patchbay.dev/verifier/internal/probe"
	"patchbay.dev/verifier/internal/report"
)

const waitInterval = time.Second

// wait returns when the service of each binding is available, or when the plan's time is over.
func wait(ctx context.Context, what plan.Plan, root string, stdout io.Writer) int {
	deadline := time.Now().Add(what.Wait())
	var services []candidate
	for _, one := range candidates(root, what.Bindings) {
		if probe.IsService(one.binding) {
			services = append(services, one)
		}
	}
	outcomes := report.New(stdout, "services", secretsOf(services))
	var mutex sync.Mutex // a report is written by one at a time
	var waiting sync.WaitGroup
	for _, one := range services {
		waiting.Go(func() { awaitService(ctx, one, deadline, outcomes, &mutex) })
	}
	waiting.Wait()
	if !outcomes.Close("available") {
		return disproven
	}
	return proven
}

func awaitService(ctx context.Context, one candidate, deadline time.Time, outcomes *report.Report, mutex *sync.Mutex) {
	started := time.Now()
	say := func(write func()) {
		mutex.Lock()
		defer mutex.Unlock()
		write()
	}
	if one.err != nil {
		say(func() { outcomes.Fail(one.subject(), one.err.Error()) }) // time does not mend a binding
		return
	}
	for first := true; ; first = false {
		err := reach(ctx, one.probe)
		if err == nil {
			say(func() { outcomes.OK(one.subject(), availableAfter(time.Since(started), first)) })
			return
		}
		if first {
			say(func() { outcomes.Wait(one.subject(), err.Error()) })
		}
		if time.Until(deadline) < waitInterval || !pause(ctx) {
			say(func() { outcomes.Fail(one.subject(), "not available: "+err.Error()) })
			return
		}
	}
}

func pause(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(waitInterval):
		return true
	}
}

func availableAfter(waited time.Duration, first bool) string {
	if first {
		return "available"
	}
	return fmt.Sprintf("available after %.0f s", waited.Seconds())
}

func reach(ctx context.Context, service probe.Probe) error {
	ctx, cancel := context.WithTimeout(ctx, probe.Limit)
	defer cancel()
	return service.Reach(ctx)
}
