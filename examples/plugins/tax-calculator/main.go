// Command tax-calculator is the shop's example plugin that says how much tax an order carries.
package main

import (
	"net/http"

	"patchbay.dev/examples/plugins/internal/plugin"
)

// Set by the linker.
var version = "development"

// Standard rates of value-added tax.
var rates = map[string]float64{
	"AT": 0.20, "BE": 0.21, "CH": 0.081, "DE": 0.19, "DK": 0.25, "ES": 0.21, "FR": 0.20, "IT": 0.22, "NL": 0.21, "PL": 0.23,
}

func main() {
	plugin.Main(plugin.Plugin{
		Name:    "tax-calculator",
		Version: version,
		Port:    "8080",
		Health:  "/healthz",
		Ready:   "/readyz",
		Routes: func(runtime *plugin.Runtime) error {
			runtime.Handle("GET /rates/{country}", rate)
			return nil
		},
	})
}

func rate(w http.ResponseWriter, r *http.Request) {
	country := r.PathValue("country")
	rate, known := rates[country]
	if !known {
		http.Error(w, "no rate is known for that country", http.StatusNotFound)
		return
	}
	plugin.Answer(w, http.StatusOK, map[string]any{"country": country, "rate": rate})
}
