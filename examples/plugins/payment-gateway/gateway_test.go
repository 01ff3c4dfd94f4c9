package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchbay.dev/examples/plugins/internal/binding"
	"patchbay.dev/examples/plugins/internal/event"
)

// Payments in memory.
type memory struct {
	payments map[string]Payment
	told     map[string]bool
	down     bool
}

func (m *memory) find(_ context.Context, source, id string) (*Payment, bool, error) {
	if m.down {
		return nil, false, errors.New("the database is down")
	}
	payment, there := m.payments[source+id]
	if !there {
		return nil, false, nil
	}
	return &payment, m.told[source+id], nil
}

func (m *memory) record(_ context.Context, source, id string, payment Payment) error {
	m.payments[source+id] = payment
	return nil
}

func (m *memory) announced(_ context.Context, source, id string) error {
	m.told[source+id] = true
	return nil
}

func (m *memory) byOrder(_ context.Context, order string) (*Payment, error) {
	for _, payment := range m.payments {
		if payment.Order == order {
			return &payment, nil
		}
	}
	return nil, nil
}

// The host's side of it: the systems that a gateway asks, and the broker.
type world struct {
	gateway
	memory   *memory
	stock    string
	verdict  string
	taken    bool
	sinkDown bool
	asked    []string
	events   []event.Event
	behind   float64
}

func (w *world) Set(seconds float64) { w.behind = seconds }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		memory:  &memory{payments: map[string]Payment{}, told: map[string]bool{}},
		stock:   `{"available":3}`,
		verdict: `{"verdict":"accept"}`,
	}
	mux := http.NewServeMux()
	answer := func(pattern string, body func() string) {
		mux.HandleFunc(pattern, func(response http.ResponseWriter, r *http.Request) {
			w.asked = append(w.asked, r.Method+" "+r.URL.Path)
			if body() == "" {
				response.WriteHeader(http.StatusBadGateway)
			}
			io.WriteString(response, body())
		})
	}
	answer("GET /stock/{sku}", func() string { return w.stock })
	answer("POST /assessments", func() string { return w.verdict })
	answer("POST /reservations", func() string {
		if w.taken {
			return ""
		}
		return `{"orderId":"4711"}`
	})
	answer("GET /rates/{country}", func() string { return `{"rate":0.19}` })
	mux.HandleFunc("POST /events", func(response http.ResponseWriter, r *http.Request) {
		if w.sinkDown {
			response.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		received, err := event.Receive(r)
		if err != nil {
			t.Error(err)
		}
		w.events = append(w.events, received)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	root := t.TempDir()
	for _, name := range []string{"inventory", "fraud", "tax-calculator"} {
		if err := errors.Join(os.Mkdir(filepath.Join(root, name), 0o755),
			os.WriteFile(filepath.Join(root, name, "uri"), []byte(server.URL), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	opened, err := openChecks(binding.In(root))
	if err != nil {
		t.Fatal(err)
	}
	w.gateway = gateway{
		ledger: w.memory, checks: opened, sink: event.SinkAt(server.URL + "/events"), lag: w,
		log: slog.New(slog.DiscardHandler),
	}
	return w
}

const orderData = `{"orderId":"4711","country":"DE","amount":1000,"currency":"EUR","items":[{"sku":"cup","quantity":2}]}`

func (w *world) created(id, data string) int {
	request := httptest.NewRequest(http.MethodPost, "/charges", strings.NewReader(data))
	for name, value := range map[string]string{
		"ce-specversion": "1.0", "ce-id": id, "ce-source": "/shop", "ce-type": "com.example.shop.order.created",
		"ce-time": time.Now().Add(-time.Minute).Format(time.RFC3339),
	} {
		request.Header.Set(name, value)
	}
	response := httptest.NewRecorder()
	w.charge(response, request)
	return response.Code
}

func expectStatus(t *testing.T, found, expected int) {
	t.Helper()
	if found != expected {
		t.Errorf("status %d, expected %d", found, expected)
	}
}

func TestAnOrderIsChargedOnce(t *testing.T) {
	w := newWorld(t)
	expectStatus(t, w.created("e1", orderData), 204)
	expectStatus(t, w.created("e1", orderData), 204)

	if asked := strings.Join(w.asked, ", "); asked != "GET /stock/cup, POST /assessments, GET /rates/DE, POST /reservations" {
		t.Errorf("asked %s", asked)
	}
	if len(w.events) != 1 || w.events[0].ID != "e1-captured" || w.events[0].Type != capturedEvent ||
		string(w.events[0].Data) != `{"orderId":"4711","amount":1000,"tax":190,"currency":"EUR","state":"captured"}` {
		t.Errorf("sent %+v", w.events)
	}
	if w.behind < 60 || w.behind > 120 {
		t.Errorf("the lag is %v s", w.behind)
	}
}

func TestAPaymentThatCouldNotBeAnnouncedIsAnnouncedLater(t *testing.T) {
	w := newWorld(t)
	w.sinkDown = true
	expectStatus(t, w.created("e1", orderData), 503)
	w.sinkDown = false
	w.stock = `{"available":0}` // what was decided stays so
	expectStatus(t, w.created("e1", orderData), 204)
	if len(w.events) != 1 || w.memory.payments["/shope1"].State != captured {
		t.Errorf("sent %+v of %+v", w.events, w.memory.payments)
	}
}

func TestWhatIsNotCapturedIsNotAnnounced(t *testing.T) {
	for name, test := range map[string]struct {
		change   func(*world)
		status   int
		expected string // the state; empty: nothing is recorded
	}{
		"out of stock":            {func(w *world) { w.stock = `{"available":1}` }, 204, outOfStock},
		"refused":                 {func(w *world) { w.verdict = `{"verdict":"refuse"}` }, 204, refused},
		"inventory down":          {func(w *world) { w.stock = "" }, 503, ""},
		"inventory off contract":  {func(w *world) { w.stock = `{"stock":3}` }, 503, ""},
		"inventory without JSON":  {func(w *world) { w.stock = "three" }, 503, ""},
		"taken meanwhile":         {func(w *world) { w.taken = true }, 503, ""},
		"fraud down":              {func(w *world) { w.verdict = "" }, 503, ""},
		"fraud off contract":      {func(w *world) { w.verdict = `{"verdict":"perhaps"}` }, 503, ""},
		"the database being down": {func(w *world) { w.memory.down = true }, 503, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			test.change(w)
			expectStatus(t, w.created("e1", orderData), test.status)
			if w.memory.payments["/shope1"].State != test.expected || len(w.events) != 0 {
				t.Errorf("recorded %+v, sent %+v", w.memory.payments, w.events)
			}
		})
	}
}

func TestWhatIsNoOrderIsRefusedForGood(t *testing.T) {
	w := newWorld(t)
	for _, data := range []string{"", "{}", `{"orderId":"1","amount":-5}`, "[]"} {
		expectStatus(t, w.created("e1", data), 400)
	}
	expectStatus(t, w.created("", orderData), 400)
}

func TestAPaymentCanBeLookedUp(t *testing.T) {
	w := newWorld(t)
	w.created("e1", orderData)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /payments/{order}", w.show)
	for path, expected := range map[string]int{"/payments/4711": 200, "/payments/4712": 404} {
		response := httptest.NewRecorder()
		mux.ServeHTTP(response, httptest.NewRequest(http.MethodGet, path, nil))
		expectStatus(t, response.Code, expected)
	}
}
