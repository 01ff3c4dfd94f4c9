package probe

import (
	"context"
	"crypto/x509"
	"fmt"

	"patchbay.dev/verifier/internal/binding"
)

// What a binding says of a database.
type login struct {
	endpoint
	username, password, database string
	// Certificate authorities to trust; where the binding names any, the database must speak TLS.
	trusted *x509.CertPool
}

// A database is there when it accepts connections, and proven when it accepts the credentials and answers.
type database struct {
	kind  string
	login login
	// Opens a connection with the credentials and sends the smallest command. Its errors are in plain words.
	ask func(context.Context, login) error
}

func newDatabase(kind string, b binding.Binding, trusted *x509.CertPool) Probe {
	ask := map[string]func(context.Context, login) error{"postgresql": askPostgres, "mysql": askMySQL, "redis": askRedis}
	return database{kind: kind, ask: ask[kind], login: login{
		endpoint: endpoint{host: b.Entry("host"), port: b.Entry("port")},
		username: b.Entry("username"),
		password: b.Entry("password"),
		database: b.Entry("database"),
		trusted:  trusted,
	}}
}

func (d database) Target() string { return fmt.Sprintf("%s %s", d.kind, d.login.address()) }

func (d database) Prove(ctx context.Context) (string, error) {
	if err := d.login.connect(ctx); err != nil {
		return "", err
	}
	if err := d.ask(ctx, d.login); err != nil {
		return "", err
	}
	return "answers", nil
}

func (d database) Reach(ctx context.Context) error {
	_, err := d.Prove(ctx)
	return available(err)
}
