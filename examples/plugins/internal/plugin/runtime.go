package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"patchbay.dev/examples/plugins/internal/binding"
)

// Runtime is what a plugin gets to work with.
type Runtime struct {
	Log      *slog.Logger
	Bindings binding.Set
	// Lag is told how far behind the plugin is with what it synchronises.
	Lag interface{ Set(seconds float64) }

	plugin   Plugin
	faults   faults
	mux      *http.ServeMux
	metrics  *metrics
	watched  []watched
	draining atomic.Bool
}

const (
	// While connections end with their next answer, before the rest of them is closed: nobody's request is lost.
	drainTime = time.Second
	// Longest wait for requests that are being answered.
	shutdownTimeout = 20 * time.Second
)

func newRuntime(p Plugin, injected faults, bindings binding.Set, log *slog.Logger) *Runtime {
	measured := newMetrics()
	return &Runtime{
		Log: log, Bindings: bindings, Lag: measured.lag,
		plugin: p, faults: injected, mux: http.NewServeMux(), metrics: measured,
	}
}

// Handle serves a pattern of net/http, such as `GET /rates/{country}`, with metrics and injected faults.
func (r *Runtime) Handle(pattern string, handler http.HandlerFunc) {
	r.mux.Handle(pattern, r.metrics.measure(r.faults.inject(handler)))
}

// Answer writes JSON.
func Answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The status is sent: all that can fail now is the connection.
	_ = json.NewEncoder(w).Encode(value)
}

func (r *Runtime) handler() (http.Handler, error) {
	alive := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }
	r.mux.HandleFunc("GET "+r.plugin.Health, alive)
	// Says nothing of other systems: one of them failing would take away every replica at once.
	r.mux.HandleFunc("GET "+r.plugin.Ready, func(w http.ResponseWriter, _ *http.Request) {
		if r.faults.neverReady || r.draining.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	r.mux.Handle("GET /metrics", r.metrics.handler())
	about := map[string]string{"plugin": r.plugin.Name, "version": r.plugin.Version}
	aboutUs := func(w http.ResponseWriter, _ *http.Request) { Answer(w, http.StatusOK, about) }
	r.Handle("GET /version", aboutUs)
	r.Handle("GET /{$}", aboutUs)
	if err := r.plugin.Routes(r); err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if r.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		r.mux.ServeHTTP(w, request)
	}), nil
}

func (r *Runtime) serve(ctx context.Context, listener net.Listener) error {
	handler, err := r.handler()
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	r.Log.Info("started", "address", listener.Addr().String())
	r.faults.startCrashing(r)
	go r.watch(ctx)
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	return r.stop(server)
}

func (r *Runtime) stop(server *http.Server) error {
	r.Log.Info("stopping")
	r.draining.Store(true)
	time.Sleep(drainTime)
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.New("requests were still being answered when the time was over")
	}
	r.Log.Info("stopped")
	return nil
}
