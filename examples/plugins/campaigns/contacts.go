package main

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"patchbay.dev/examples/plugins/internal/binding"
)

// The CRM's contacts in PostgreSQL, and beside them the receipts, which are the plugin's own.
type contacts struct{ pool *pgxpool.Pool }

func openContacts(ctx context.Context, bindings binding.Set) (*contacts, error) {
	found, err := bindings.Get("contacts")
	if err != nil {
		return nil, err
	}
	pool, err := found.Postgres(ctx)
	if err != nil {
		return nil, err
	}
	return &contacts{pool}, nil
}

func (c *contacts) migrate(ctx context.Context) error {
	_, err := c.pool.Exec(ctx, `
CREATE TABLE IF NOT EXISTS contacts (email text PRIMARY KEY, segment text NOT NULL);
CREATE TABLE IF NOT EXISTS receipts (
	id          text        PRIMARY KEY,
	campaign    text        NOT NULL,
	outcome     text        NOT NULL,
	occurred_at timestamptz NOT NULL
);`)
	return err
}

func (c *contacts) segment(ctx context.Context, name string) (count int, err error) {
	err = c.pool.QueryRow(ctx, "SELECT count(*) FROM contacts WHERE segment = $1", name).Scan(&count)
	return count, err
}

func (c *contacts) keep(ctx context.Context, id string, receipt Receipt) error {
	_, err := c.pool.Exec(ctx,
		"INSERT INTO receipts (id, campaign, outcome, occurred_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
		id, receipt.Campaign, receipt.Outcome, receipt.OccurredAt)
	return err
}
