package main

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// call runs the verifier as a container would, and returns its exit status and output.
func call(t *testing.T, plan map[string]any, bindings map[string]map[string]string, args ...string) (int, string) {
	t.Helper()
	root := t.TempDir()
	names := []string{}
	for name, entries := range bindings {
		names = append(names, name)
		writeBinding(t, root, name, entries)
	}
	whole := map[string]any{"plugin": "shop", "version": "1.0.0", "url": "http://127.0.0.1:1", "bindings": names}
	maps.Copy(whole, plan)
	text, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	variables := map[string]string{"PATCHBAY_VERIFICATION": string(text), "SERVICE_BINDING_ROOT": root}
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), args, func(name string) string { return variables[name] }, &stdout, &stderr)
	return status, stdout.String() + stderr.String()
}

func writeBinding(t *testing.T, root, name string, entries map[string]string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(root, name, "..data"), 0o755); err != nil {
		t.Fatal(err)
	}
	for entry, value := range entries {
		if err := os.WriteFile(filepath.Join(root, name, entry), []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func serve(t *testing.T, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server
}

func hostPort(t *testing.T, address string) (string, string) {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Hostname(), parsed.Port()
}

func expect(t *testing.T, output string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(output, part) {
			t.Errorf("expected %q in\n%s", part, output)
		}
	}
}

func TestEverythingIsTriedAndFailuresComeLast(t *testing.T) {
	plugin := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	cache := miniredis.RunT(t)
	cache.RequireAuth("the-right-one")
	redis := func(password string) map[string]string {
		return map[string]string{"type": "redis", "host": cache.Host(), "port": cache.Port(), "password": password}
	}
	status, output := call(t, map[string]any{
		"url": plugin.URL,
		"checks": []map[string]any{
			{"path": "/broken", "status": 200, "timeoutSeconds": 5},
			{"path": "/readyz", "status": 200, "timeoutSeconds": 5},
		},
		"bindings": []string{"wrong", "right", "missing"},
	}, map[string]map[string]string{"wrong": redis("a-wrong-one"), "right": redis("the-right-one")}, "verify")

	lines := strings.Split(strings.TrimSpace(output), "\n")
	starts := []string{
		"ok    GET /readyz  200 in ",
		"ok    binding right (redis " + cache.Addr() + ")  answers in ",
		"FAIL  GET /broken: 503, expected 200",
		"FAIL  binding wrong (redis " + cache.Addr() + "): the database refuses the credentials (WRONGPASS)",
		"FAIL  binding missing: its folder ",
		"2 of 5 checks passed",
	}
	if status != disproven || len(lines) != len(starts) {
		t.Fatalf("status %d, output\n%s", status, output)
	}
	for index, start := range starts {
		if !strings.HasPrefix(lines[index], start) {
			t.Errorf("line %d is %q, expected %q", index, lines[index], start)
		}
	}
}

func TestProven(t *testing.T) {
	plugin := serve(t, func(http.ResponseWriter, *http.Request) {})
	status, output := call(t, map[string]any{
		"url":    plugin.URL,
		"checks": []map[string]any{{"path": "/readyz", "status": 200, "timeoutSeconds": 5}},
	}, map[string]map[string]string{"tax": {"type": "plugin", "uri": plugin.URL}}, "verify")
	if status != proven {
		t.Errorf("status %d", status)
	}
	expect(t, output, "2 of 2 checks passed\n")
}

func TestManyFailuresFitIntoATerminationMessage(t *testing.T) {
	bindings := map[string]map[string]string{}
	for _, letter := range "abcdefghijklmnopqrstuvwxyz" {
		name := strings.Repeat(string(letter), 60)
		bindings[name] = map[string]string{"type": "redis", "host": "127.0.0.1", "port": "1", "password": "x"}
	}
	status, output := call(t, nil, bindings, "verify")
	if status != disproven || len(output) > 2048 || strings.Count(output, "FAIL  binding ") != len(bindings) {
		t.Errorf("status %d, %d bytes\n%s", status, len(output), output)
	}
}

func TestABadCallIsNoVerdict(t *testing.T) {
	bad := map[string]any{
		"url":         "shop",
		"checks":      []map[string]any{{"path": "x", "status": 7, "timeoutSeconds": 0, "body": map[string]any{"matches": "("}}},
		"bindings":    []string{"../other"},
		"waitSeconds": -1,
	}
	status, output := call(t, bad, nil, "verify")
	if status != badCall {
		t.Errorf("status %d", status)
	}
	expect(t, output, "url: \"shop\"", "checks[0].path", "checks[0].status", "checks[0].timeoutSeconds",
		"checks[0].body.matches", "\"../other\"", "waitSeconds: -1 is negative")

	for _, args := range [][]string{{}, {"prove"}, {"verify", "wait"}} {
		if status, output := call(t, nil, nil, args...); status != badCall || !strings.Contains(output, "usage:") {
			t.Errorf("%v: status %d, output %q", args, status, output)
		}
	}
}

func TestWaitsUntilAServiceIsThere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close() // nobody listens there, until the waiting has begun
	later := &http.Server{Handler: http.NotFoundHandler()}
	t.Cleanup(func() { later.Close() })
	started := &onFirstWrite{then: func() {
		again, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		go later.Serve(again)
	}}
	root := t.TempDir()
	writeBinding(t, root, "inventory", map[string]string{"type": "http", "uri": "http://" + address})
	variables := map[string]string{
		"PATCHBAY_VERIFICATION": `{"url": "http://shop", "bindings": ["inventory"], "waitSeconds": 30}`,
		"SERVICE_BINDING_ROOT":  root,
	}
	status := run(t.Context(), []string{"wait"}, func(name string) string { return variables[name] }, started, started)
	if status != proven {
		t.Errorf("status %d", status)
	}
	expect(t, started.String(), "wait  binding inventory (http "+address+"): the connection is refused\n",
		"ok    binding inventory (http "+address+")  available after ", "1 of 1 services available\n")
}

type onFirstWrite struct {
	bytes.Buffer
	then func()
}

func (w *onFirstWrite) Write(content []byte) (int, error) {
	if w.Len() == 0 {
		w.then()
	}
	return w.Buffer.Write(content)
}

func TestWaitNamesWhatIsNotThere(t *testing.T) {
	broken := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	cache := miniredis.RunT(t)
	cache.RequireAuth("right")
	host, port := hostPort(t, broken.URL)
	status, output := call(t, map[string]any{"waitSeconds": 0.5}, map[string]map[string]string{
		"api": {"type": "http", "uri": broken.URL, "token-uri": broken.URL + "/token", "client-id": "shop", "client-secret": "confidential"},
		// Refuses the credentials, and so is there; the verification will say so.
		"cache": {"type": "redis", "host": cache.Host(), "port": cache.Port(), "password": "wrong"},
		// Other plugins are not waited for here.
		"tax":    {"type": "plugin", "uri": "http://127.0.0.1:1"},
		"broken": {"type": "http"},
	}, "wait")
	if status != disproven {
		t.Errorf("status %d", status)
	}
	expect(t, output, "ok    binding cache (redis "+cache.Addr()+")  available\n",
		"FAIL  binding api (http "+host+":"+port+"): not available: token endpoint "+host+":"+port+": it answers 502\n",
		"FAIL  binding broken: the entry uri is missing\n", "1 of 3 services available\n")
}

func TestAnEndedRunStillReports(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	plugin := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel() // as Kubernetes does when a Job's time is over
		select {
		case <-r.Context().Done():
		case <-time.After(time.Minute):
		}
	})
	plan := `{"url": "` + plugin.URL + `", "checks": [{"path": "/", "status": 200, "timeoutSeconds": 60}]}`
	var stdout bytes.Buffer
	getenv := func(name string) string { return map[string]string{"PATCHBAY_VERIFICATION": plan}[name] }
	if status := run(ctx, []string{"verify"}, getenv, &stdout, &stdout); status != disproven {
		t.Errorf("status %d", status)
	}
	expect(t, stdout.String(), "FAIL  GET /: ended before there was an answer\n0 of 1 checks passed\n")
}
