package plugin

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	bindings *prometheus.GaugeVec
	lag      prometheus.Gauge
}

// The boundaries that OpenTelemetry advises, and those of the objectives in the catalog besides.
var buckets = []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.3, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		// OpenTelemetry's semantic conventions for HTTP, as Prometheus writes them.
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "http_server_request_duration_seconds",
			Help:    "Duration of HTTP server requests.",
			Buckets: buckets,
		}, []string{"http_request_method", "http_response_status_code", "http_route"}),
		bindings: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "patchbay_binding_up",
			Help: "Whether the binding's service could be used when it was last tried.",
		}, []string{"binding"}),
		lag: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "patchbay_sync_lag_seconds",
			Help: "Age of what was synchronised last, when it was.",
		}),
	}
	m.registry.MustRegister(
		m.requests, m.bindings, m.lag,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *metrics) measure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		answer := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		route := r.Pattern[strings.Index(r.Pattern, "/"):]
		m.requests.WithLabelValues(r.Method, strconv.Itoa(answer.status), route).Observe(time.Since(started).Seconds())
	})
}

// Remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}
