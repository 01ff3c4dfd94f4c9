package check

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"patchbay.dev/verifier/internal/plan"
)

func number(value float64) *float64 { return &value }

func TestAnswersAreCompared(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/slow":
			time.Sleep(30 * time.Millisecond)
		case "/hangs":
			<-r.Context().Done()
		case "/moved":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}
		fmt.Fprint(w, `{"country":"DE","rate":0.19}`)
	}))
	defer server.Close()
	for name, test := range map[string]struct {
		check    plan.Check
		expected string // the error; empty: none
	}{
		"the status":               {plan.Check{Path: "/", Status: 200}, ""},
		"another status":           {plan.Check{Path: "/", Status: 204}, "200, expected 204"},
		"a redirection":            {plan.Check{Path: "/moved", Status: 302}, ""},
		"no answer":                {plan.Check{Path: "/hangs", Status: 200, TimeoutSeconds: 0.05}, "no answer within 0.05 s"},
		"a text in the body":       {plan.Check{Path: "/", Status: 200, Body: &plan.Body{Contains: `"rate"`}}, ""},
		"no such text":             {plan.Check{Path: "/", Status: 200, Body: &plan.Body{Contains: "taxes"}}, `the body (28 bytes) does not contain "taxes"`},
		"a pattern in the body":    {plan.Check{Path: "/", Status: 200, Body: &plan.Body{Matches: `"rate":0\.\d+`}}, ""},
		"no such pattern":          {plan.Check{Path: "/", Status: 200, Body: &plan.Body{Matches: `^\[`}}, "the body (28 bytes) does not match"},
		"fast enough":              {plan.Check{Path: "/", Status: 200, LatencySeconds: number(5)}, ""},
		"too slow":                 {plan.Check{Path: "/slow", Status: 200, LatencySeconds: number(0.01)}, "expected at most 10 ms"},
		"a path that is no path":   {plan.Check{Path: "/%zz", Status: 200}, "invalid URL escape"},
		"the rest of the timeouts": {plan.Check{Path: "/slow", Status: 200, TimeoutSeconds: 0.001}, "no answer within 0.001 s"},
	} {
		t.Run(name, func(t *testing.T) {
			if test.check.TimeoutSeconds == 0 {
				test.check.TimeoutSeconds = 10
			}
			_, err := Run(t.Context(), server.URL, test.check)
			if test.expected == "" && err != nil || test.expected != "" && (err == nil || !strings.Contains(err.Error(), test.expected)) {
				t.Errorf("got %v, expected %q", err, test.expected)
			}
		})
	}
}

func TestAWrongAnswerIsTriedAgainAsOftenAsThePlanSays(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) < 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	check := plan.Check{Path: "/", Status: 200, TimeoutSeconds: 5}
	if _, err := Run(t.Context(), server.URL, check); err == nil || calls.Load() != 1 {
		t.Errorf("once: %v after %d calls", err, calls.Load())
	}
	calls.Store(0)
	check.Attempts = 3
	if _, err := Run(t.Context(), server.URL, check); err != nil || calls.Load() != 2 {
		t.Errorf("three times: %v after %d calls", err, calls.Load())
	}
}

func TestARefusedConnectionIsTriedAgainWithinTheTimeout(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	check := plan.Check{Path: "/", Status: 404, TimeoutSeconds: 0.3}
	if _, err := Run(t.Context(), "http://"+address, check); err == nil || err.Error() != "the connection is refused" {
		t.Errorf("got %v", err)
	}

	server := &http.Server{Handler: http.NotFoundHandler()}
	defer server.Close()
	time.AfterFunc(pause, func() {
		again, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		server.Serve(again)
	})
	check.TimeoutSeconds = 10
	if _, err := Run(t.Context(), "http://"+address, check); err != nil {
		t.Errorf("got %v", err)
	}
}
