package binding

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
)

// Postgres opens a pool of connections; none is made before it is needed.
func (b Binding) Postgres(ctx context.Context) (*pgxpool.Pool, error) {
	settings, err := b.tlsConfig()
	if err != nil {
		return nil, err
	}
	mode := "prefer"
	if settings != nil {
		mode = "verify-full"
	}
	address := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(b.Entry("username"), b.Entry("password")),
		Host:     b.address(),
		Path:     "/" + b.Entry("database"),
		RawQuery: url.Values{"sslmode": {mode}, "connect_timeout": {"5"}}.Encode(),
	}
	config, err := pgxpool.ParseConfig(address.String())
	if err != nil {
		return nil, fmt.Errorf("binding %s: host, port and database make no address", b.Name)
	}
	if settings != nil {
		config.ConnConfig.TLSConfig.RootCAs = settings.RootCAs
	}
	return pgxpool.NewWithConfig(ctx, config)
}

// Redis opens a client; it connects when it is needed.
func (b Binding) Redis() (*redis.Client, error) {
	settings, err := b.tlsConfig()
	if err != nil {
		return nil, err
	}
	number := 0
	if database := b.Entry("database"); database != "" {
		if number, err = strconv.Atoi(database); err != nil {
			return nil, fmt.Errorf("binding %s: the entry database is no number", b.Name)
		}
	}
	return redis.NewClient(&redis.Options{
		Addr: b.address(), Username: b.Entry("username"), Password: b.Entry("password"), DB: number,
		TLSConfig: settings, DisableIdentity: true,
	}), nil
}

func (b Binding) address() string { return net.JoinHostPort(b.Entry("host"), b.Entry("port")) }
