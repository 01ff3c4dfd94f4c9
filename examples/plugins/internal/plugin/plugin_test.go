package plugin

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"patchbay.dev/examples/plugins/internal/binding"
)

var quiet = slog.New(slog.DiscardHandler)

func example(routes func(*Runtime) error) Plugin {
	return Plugin{Name: "example", Version: "1.2.3", Health: "/healthz", Ready: "/readyz", Routes: routes}
}

func hello(runtime *Runtime) error {
	runtime.Handle("GET /hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		Answer(w, http.StatusOK, map[string]string{"hello": r.PathValue("name")})
	})
	return nil
}

func start(t *testing.T, fault string) (*Runtime, string) {
	t.Helper()
	injected, err := parseFaults(fault)
	if err != nil {
		t.Fatal(err)
	}
	runtime := newRuntime(example(hello), injected, binding.In(t.TempDir()), quiet)
	handler, err := runtime.handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return runtime, server.URL
}

func get(t *testing.T, address string) (int, string) {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(body))
}

func expectAnswer(t *testing.T, address string, status int, part string) {
	t.Helper()
	if found, body := get(t, address); found != status || !strings.Contains(body, part) {
		t.Errorf("GET %s gives %d %q, expected %d with %q", address, found, body, status, part)
	}
}

func TestAPluginTellsOfItself(t *testing.T) {
	_, address := start(t, "")
	expectAnswer(t, address+"/healthz", 200, "")
	expectAnswer(t, address+"/readyz", 200, "")
	expectAnswer(t, address+"/version", 200, `{"plugin":"example","version":"1.2.3"}`)
	expectAnswer(t, address+"/", 200, `"version":"1.2.3"`)
	expectAnswer(t, address+"/hello/shop", 200, `{"hello":"shop"}`)
	expectAnswer(t, address+"/elsewhere", 404, "")
	expectAnswer(t, address+"/metrics", 200,
		`http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200",http_route="/hello/{name}"} 1`)
	if _, metrics := get(t, address+"/metrics"); strings.Contains(metrics, "/healthz") {
		t.Error("requests of probes are among those of users")
	}
}

func TestFaults(t *testing.T) {
	t.Run("errors, of exactly so many requests", func(t *testing.T) {
		_, address := start(t, "errors=30")
		failures := 0
		for range 100 {
			if status, _ := get(t, address+"/hello/shop"); status == 500 {
				failures++
			}
		}
		if failures != 30 {
			t.Errorf("%d of 100 requests failed", failures)
		}
		expectAnswer(t, address+"/healthz", 200, "")
		expectAnswer(t, address+"/metrics", 200, `http_response_status_code="500"`)
	})
	t.Run("slow", func(t *testing.T) {
		_, address := start(t, "slow=50ms")
		started := time.Now()
		expectAnswer(t, address+"/hello/shop", 200, "shop")
		if taken := time.Since(started); taken < 50*time.Millisecond {
			t.Errorf("answered after %s", taken)
		}
	})
	t.Run("never ready", func(t *testing.T) {
		_, address := start(t, "never-ready")
		expectAnswer(t, address+"/readyz", 503, "")
		expectAnswer(t, address+"/healthz", 200, "")
	})
	t.Run("a broken contract", func(t *testing.T) {
		_, address := start(t, "wrong-contract")
		expectAnswer(t, address+"/hello/shop", 200, "not what was agreed on")
		expectAnswer(t, address+"/readyz", 200, "")
	})
	t.Run("several", func(t *testing.T) {
		all, err := parseFaults("slow=1ms, errors=5%,crash,crash-after=20s")
		expected := faults{delay: time.Millisecond, errorPercent: 5, crashAfter: 20 * time.Second}
		if err != nil || all != expected {
			t.Errorf("got %+v, %v", all, err)
		}
		if crash, err := parseFaults("crash"); err != nil || crash.crashAfter != crashDelay {
			t.Errorf("got %+v, %v", crash, err)
		}
	})
	for _, unknown := range []string{"explode", "errors", "errors=101", "slow=fast", "crash=now", "crash-after"} {
		t.Run("unknown: "+unknown, func(t *testing.T) {
			t.Setenv("FAULT", unknown)
			if _, err := parseFaults(unknown); err == nil || !strings.Contains(err.Error(), "which is no fault: expected crash, ") {
				t.Errorf("got %v", err)
			}
			if status := example(hello).run(t.Context(), nil, quiet); status != badCall {
				t.Errorf("exits with %d", status)
			}
		})
	}
}

func TestRequestsAreAnsweredWhileItStops(t *testing.T) {
	asked, answered := make(chan struct{}), make(chan struct{})
	runtime := newRuntime(example(func(runtime *Runtime) error {
		runtime.Handle("GET /long", func(w http.ResponseWriter, _ *http.Request) {
			close(asked)
			<-answered
		})
		return hello(runtime)
	}), faults{}, binding.In(""), quiet)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- runtime.serve(ctx, listener) }()
	long := make(chan int, 1)
	go func() {
		status, _ := get(t, address+"/long")
		long <- status
	}()
	<-asked
	stop()
	for !runtime.draining.Load() {
		time.Sleep(time.Millisecond)
	}

	response, err := http.Get(address + "/hello/shop")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 200 || !response.Close {
		t.Errorf("a request while draining gives %d, close %t", response.StatusCode, response.Close)
	}
	expectAnswer(t, address+"/readyz", 503, "")
	close(answered)
	if status := <-long; status != 200 {
		t.Errorf("the long request gives %d", status)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestTasks(t *testing.T) {
	done := false
	p := example(hello)
	p.Tasks = map[string]func(context.Context, *Runtime) error{
		"db migrate": func(context.Context, *Runtime) error { done = true; return nil },
		"fail":       func(context.Context, *Runtime) error { return io.EOF },
	}
	t.Setenv("FAULT", "crash") // faults are about serving
	for args, expected := range map[string]int{"db migrate": 0, "fail": failed, "unknown": badCall} {
		if status := p.run(t.Context(), strings.Fields(args), quiet); status != expected {
			t.Errorf("%s exits with %d, expected %d", args, status, expected)
		}
	}
	if !done {
		t.Error("the task was not run")
	}
}

func TestBindingsAreWatched(t *testing.T) {
	runtime, address := start(t, "")
	runtime.look(t.Context(), watched{"orders", func(context.Context) error { return nil }})
	runtime.look(t.Context(), watched{"fraud", func(context.Context) error { return io.EOF }})
	expectAnswer(t, address+"/metrics", 200, `patchbay_binding_up{binding="orders"} 1`)
	expectAnswer(t, address+"/metrics", 200, `patchbay_binding_up{binding="fraud"} 0`)
}
