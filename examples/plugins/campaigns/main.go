// Command campaigns is the CRM's example plugin that sends campaigns to contacts, and takes down how they were received.
package main

import (
	"context"
	"net/http"

	"patchbay.dev/examples/plugins/internal/plugin"
)

// Set by the linker.
var version = "development"

func main() {
	plugin.Main(plugin.Plugin{
		Name:    "campaigns",
		Version: version,
		Port:    "8000",
		Health:  "/healthz",
		Ready:   "/readyz",
		Routes:  routes,
		Tasks:   map[string]func(context.Context, *plugin.Runtime) error{"db migrate": migrate},
	})
}

func migrate(ctx context.Context, runtime *plugin.Runtime) error {
	contacts, err := openContacts(ctx, runtime.Bindings)
	if err != nil {
		return err
	}
	defer contacts.pool.Close()
	return contacts.migrate(ctx)
}

func routes(runtime *plugin.Runtime) error {
	runtime.Handle("GET /campaigns/ping", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	contacts, err := openContacts(context.Background(), runtime.Bindings)
	if err != nil {
		return err
	}
	mailing, err := runtime.Bindings.Get("mailing")
	if err != nil {
		return err
	}
	api, err := mailing.API()
	if err != nil {
		return err
	}
	receipts, err := runtime.Bindings.Get("receipts")
	if err != nil {
		return err
	}
	key, err := signingKey(receipts.Entry("signing-key"))
	if err != nil {
		return err
	}
	runtime.Watch("contacts", contacts.pool.Ping)
	runtime.Watch("mailing", api.Ping)
	office := office{contacts: contacts, mailing: api, key: key, lag: runtime.Lag, log: runtime.Log}
	runtime.Handle("POST /campaigns", office.send)
	runtime.Handle("POST /campaigns/receipts", office.receipt)
	return nil
}
