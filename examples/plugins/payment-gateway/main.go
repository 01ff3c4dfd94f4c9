// Command payment-gateway is the shop's example plugin that takes payments: for each order it asks the inventory, the
// fraud detection and the tax calculator, records the payment, and tells the host.
package main

import (
	"context"
	"net/http"

	"patchbay.dev/examples/plugins/internal/event"
	"patchbay.dev/examples/plugins/internal/plugin"
)

// Set by the linker.
var version = "development"

func main() {
	plugin.Main(plugin.Plugin{
		Name:    "payment-gateway",
		Version: version,
		Port:    "8080",
		Health:  "/healthz",
		Ready:   "/readyz",
		Routes:  routes,
		Tasks:   map[string]func(context.Context, *plugin.Runtime) error{"migrate": migrate},
	})
}

func migrate(ctx context.Context, runtime *plugin.Runtime) error {
	ledger, err := openLedger(ctx, runtime.Bindings)
	if err != nil {
		return err
	}
	defer ledger.pool.Close()
	return ledger.migrate(ctx)
}

func routes(runtime *plugin.Runtime) error {
	about := map[string]string{"plugin": "payment-gateway", "version": version}
	runtime.Handle("GET /payments", func(w http.ResponseWriter, _ *http.Request) {
		plugin.Answer(w, http.StatusOK, about)
	})
	checks, err := openChecks(runtime.Bindings)
	if err != nil {
		return withoutBindings(runtime, err)
	}
	ledger, err := openLedger(context.Background(), runtime.Bindings)
	if err != nil {
		return withoutBindings(runtime, err)
	}
	runtime.Watch("orders", ledger.pool.Ping)
	for name, api := range checks.apis() {
		runtime.Watch(name, api.Ping)
	}
	gateway := gateway{ledger: ledger, checks: checks, sink: event.SinkFromEnvironment(), lag: runtime.Lag, log: runtime.Log}
	runtime.Handle("POST /charges", gateway.charge)
	runtime.Handle("GET /payments/{order}", gateway.show)
	return nil
}

// A gateway without bindings can be looked at, and takes no orders.
func withoutBindings(runtime *plugin.Runtime, reason error) error {
	runtime.Log.Warn("takes no orders", "error", reason.Error())
	refuse := func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, reason.Error(), http.StatusServiceUnavailable)
	}
	runtime.Handle("POST /charges", refuse)
	runtime.Handle("GET /payments/{order}", refuse)
	return nil
}
