package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"patchbay.dev/examples/plugins/internal/binding"
)

// What is asked before a payment is captured.
type checks struct{ inventory, fraud, tax *binding.API }

func openChecks(bindings binding.Set) (checks, error) {
	open := func(name string) (*binding.API, error) {
		found, err := bindings.Get(name)
		if err != nil {
			return nil, err
		}
		return found.API()
	}
	inventory, first := open("inventory")
	fraud, second := open("fraud")
	tax, third := open("tax-calculator")
	return checks{inventory, fraud, tax}, errors.Join(first, second, third)
}

func (c checks) apis() map[string]*binding.API {
	return map[string]*binding.API{"inventory": c.inventory, "fraud": c.fraud, "tax-calculator": c.tax}
}

func (c checks) stock(ctx context.Context, sku string) (int, error) {
	var answer struct {
		Available *int `json:"available"`
	}
	if err := c.inventory.Get(ctx, "/stock/"+url.PathEscape(sku), &answer); err != nil {
		return 0, err
	}
	if answer.Available == nil {
		return 0, fmt.Errorf("inventory: the answer for %s lacks the field available", sku)
	}
	return *answer.Available, nil
}

func (c checks) accepts(ctx context.Context, order Order) (bool, error) {
	var answer struct {
		Verdict string `json:"verdict"`
	}
	question := map[string]any{"orderId": order.ID, "amount": order.Amount, "currency": order.Currency}
	if err := c.fraud.Post(ctx, "/assessments", question, &answer); err != nil {
		return false, err
	}
	switch answer.Verdict {
	case "accept":
		return true, nil
	case "refuse":
		return false, nil
	}
	return false, fmt.Errorf("fraud: the verdict %q is neither accept nor refuse", answer.Verdict)
}

// reserve sets the items aside; for an order that has a reservation already it changes nothing.
func (c checks) reserve(ctx context.Context, order Order) error {
	return c.inventory.Post(ctx, "/reservations", map[string]any{"orderId": order.ID, "items": order.Items}, nil)
}

func (c checks) taxRate(ctx context.Context, country string) (float64, error) {
	var answer struct {
		Rate *float64 `json:"rate"`
	}
	if err := c.tax.Get(ctx, "/rates/"+url.PathEscape(country), &answer); err != nil {
		return 0, err
	}
	if answer.Rate == nil {
		return 0, fmt.Errorf("tax-calculator: the answer for %s lacks the field rate", country)
	}
	return *answer.Rate, nil
}
