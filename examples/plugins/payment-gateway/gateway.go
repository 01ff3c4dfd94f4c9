package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"time"

	"patchbay.dev/examples/plugins/internal/event"
	"patchbay.dev/examples/plugins/internal/plugin"
)

// Order is the data of com.example.shop.order.created.
type Order struct {
	ID      string `json:"orderId"`
	Country string `json:"country"`
	// In the smallest unit of the currency, without tax.
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
	Items    []Item `json:"items"`
}

// Item is a line of an order.
type Item struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// Payment is what became of an order.
type Payment struct {
	Order    string `json:"orderId"`
	Amount   int64  `json:"amount"`
	Tax      int64  `json:"tax"`
	Currency string `json:"currency"`
	// captured, or why it was not: out-of-stock, refused.
	State string `json:"state"`
}

const (
	captured   = "captured"
	outOfStock = "out-of-stock"
	refused    = "refused"

	capturedEvent = "com.example.shop.payment.captured"
)

// What is kept of the payments.
type store interface {
	// find returns nothing for an event that was not dealt with yet, and whether the payment was announced.
	find(ctx context.Context, source, id string) (payment *Payment, announced bool, err error)
	// record writes a payment down, unless somebody else did so for the same event meanwhile.
	record(ctx context.Context, source, id string, payment Payment) error
	announced(ctx context.Context, source, id string) error
	byOrder(ctx context.Context, order string) (*Payment, error)
}

type gateway struct {
	ledger store
	checks checks
	sink   event.Sink
	lag    interface{ Set(seconds float64) }
	log    *slog.Logger
}

// charge takes an order that was created. The broker may deliver an event several times, and does so again as long as it is
// answered with a failure: whatever was done for it by then is not done twice.
func (g gateway) charge(w http.ResponseWriter, r *http.Request) {
	received, err := event.Receive(r)
	var order Order
	if err == nil && (json.Unmarshal(received.Data, &order) != nil || order.ID == "" || order.Amount <= 0) {
		err = errors.New("the event's data is no order with orderId and amount")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	payment, err := g.settle(r.Context(), received, order)
	if err != nil {
		g.log.Error("could not charge", "order", order.ID, "event", received.ID, "error", err.Error())
		http.Error(w, "could not charge", http.StatusServiceUnavailable)
		return
	}
	g.lag.Set(received.Age().Seconds())
	g.log.Info("charged", "order", order.ID, "event", received.ID, "state", payment.State)
	// A broker would take a body for an event in reply.
	w.WriteHeader(http.StatusNoContent)
}

func (g gateway) settle(ctx context.Context, received event.Event, order Order) (*Payment, error) {
	payment, announced, err := g.ledger.find(ctx, received.Source, received.ID)
	if err != nil {
		return nil, err
	}
	if payment == nil {
		if payment, err = g.decide(ctx, order); err != nil {
			return nil, err
		}
		if err := g.ledger.record(ctx, received.Source, received.ID, *payment); err != nil {
			return nil, err
		}
	}
	if announced || payment.State != captured {
		return payment, nil
	}
	if err := g.announce(ctx, received, *payment); err != nil {
		return nil, err
	}
	return payment, g.ledger.announced(ctx, received.Source, received.ID)
}

func (g gateway) decide(ctx context.Context, order Order) (*Payment, error) {
	payment := Payment{Order: order.ID, Amount: order.Amount, Currency: order.Currency}
	for _, item := range order.Items {
		available, err := g.checks.stock(ctx, item.SKU)
		if err != nil {
			return nil, err
		}
		if available < item.Quantity {
			payment.State = outOfStock
			return &payment, nil
		}
	}
	accepted, err := g.checks.accepts(ctx, order)
	if err != nil {
		return nil, err
	}
	if !accepted {
		payment.State = refused
		return &payment, nil
	}
	rate, err := g.checks.taxRate(ctx, order.Country)
	if err != nil {
		return nil, err
	}
	// Somebody else may have taken the last item since: that is an error, and the next try finds none left.
	if err := g.checks.reserve(ctx, order); err != nil {
		return nil, err
	}
	payment.State = captured
	payment.Tax = int64(math.Round(float64(order.Amount) * rate))
	return &payment, nil
}

// The event's id follows from that of its cause, so that a receiver knows it again when it is sent twice.
func (g gateway) announce(ctx context.Context, cause event.Event, payment Payment) error {
	data, err := json.Marshal(payment)
	if err != nil {
		return err
	}
	return g.sink.Send(ctx, event.Event{
		ID: cause.ID + "-captured", Source: "/plugins/payment-gateway", Type: capturedEvent, Subject: payment.Order,
		Time: time.Now(), Data: data,
	})
}

func (g gateway) show(w http.ResponseWriter, r *http.Request) {
	payment, err := g.ledger.byOrder(r.Context(), r.PathValue("order"))
	switch {
	case err != nil:
		g.log.Error("could not read a payment", "error", err.Error())
		http.Error(w, "could not read the payment", http.StatusServiceUnavailable)
	case payment == nil:
		http.NotFound(w, r)
	default:
		plugin.Answer(w, http.StatusOK, payment)
	}
}
