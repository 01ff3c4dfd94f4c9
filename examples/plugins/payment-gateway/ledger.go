package main

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"patchbay.dev/examples/plugins/internal/binding"
)

// The payments in PostgreSQL.
type ledger struct{ pool *pgxpool.Pool }

func openLedger(ctx context.Context, bindings binding.Set) (*ledger, error) {
	orders, err := bindings.Get("orders")
	if err != nil {
		return nil, err
	}
	pool, err := orders.Postgres(ctx)
	if err != nil {
		return nil, err
	}
	return &ledger{pool}, nil
}

// Both the release before and the one after a migration must be able to work with its result.
const schema = `
CREATE TABLE IF NOT EXISTS payments (
	source      text        NOT NULL,
	event_id    text        NOT NULL,
	order_id    text        NOT NULL,
	amount      bigint      NOT NULL,
	tax         bigint      NOT NULL,
	currency    text        NOT NULL,
	state       text        NOT NULL,
	announced   boolean     NOT NULL DEFAULT false,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (source, event_id)
);
CREATE INDEX IF NOT EXISTS payments_by_order ON payments (order_id);`

func (l *ledger) migrate(ctx context.Context) error {
	_, err := l.pool.Exec(ctx, schema)
	return err
}

func (l *ledger) find(ctx context.Context, source, id string) (*Payment, bool, error) {
	var announced bool
	var payment Payment
	err := l.pool.QueryRow(ctx,
		"SELECT order_id, amount, tax, currency, state, announced FROM payments WHERE source = $1 AND event_id = $2", source, id,
	).Scan(&payment.Order, &payment.Amount, &payment.Tax, &payment.Currency, &payment.State, &announced)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	return &payment, announced, err
}

func (l *ledger) record(ctx context.Context, source, id string, payment Payment) error {
	_, err := l.pool.Exec(ctx,
		`INSERT INTO payments (source, event_id, order_id, amount, tax, currency, state) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT DO NOTHING`,
		source, id, payment.Order, payment.Amount, payment.Tax, payment.Currency, payment.State)
	return err
}

func (l *ledger) announced(ctx context.Context, source, id string) error {
	_, err := l.pool.Exec(ctx, "UPDATE payments SET announced = true WHERE source = $1 AND event_id = $2", source, id)
	return err
}

func (l *ledger) byOrder(ctx context.Context, order string) (*Payment, error) {
	rows, err := l.pool.Query(ctx,
		"SELECT order_id, amount, tax, currency, state FROM payments WHERE order_id = $1 ORDER BY recorded_at DESC LIMIT 1", order)
	if err != nil {
		return nil, err
	}
	payment, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Payment])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return &payment, err
}
