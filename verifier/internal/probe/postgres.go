package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"net/url"

	"github.com/jackc/pgx/v5/pgconn"

	"patchbay.dev/verifier/internal/plain"
)

// Codes of PostgreSQL, appendix "PostgreSQL Error Codes".
const (
	invalidPassword      = "28P01"
	invalidAuthorization = "28000"
	invalidCatalogName   = "3D000"
	cannotConnectNow     = "57P03"
	tooManyConnections   = "53300"
)

func askPostgres(ctx context.Context, l login) error {
	config, err := postgresConfig(l)
	if err != nil {
		return err
	}
	connection, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return postgresError(err)
	}
	defer connection.Close(ctx)
	if _, err := connection.Exec(ctx, "SELECT 1").ReadAll(); err != nil {
		return postgresError(err)
	}
	return nil
}

func postgresConfig(l login) (*pgconn.Config, error) {
	mode := "prefer"
	if l.trusted != nil {
		mode = "verify-full"
	}
	address := url.URL{
		Scheme:   "postgres",
		Host:     l.address(),
		User:     url.UserPassword(l.username, l.password),
		Path:     "/" + l.database,
		RawQuery: url.Values{"sslmode": {mode}}.Encode(),
	}
	config, err := pgconn.ParseConfig(address.String())
	if err != nil {
		return nil, errors.New("host, port and database make no address of a PostgreSQL database")
	}
	if l.trusted != nil {
		config.TLSConfig.RootCAs = l.trusted
	}
	return config, nil
}

func postgresError(err error) error {
	var answer *pgconn.PgError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return Refusal(plain.Error(err))
	case !errors.As(err, &answer):
		return errors.New(plain.Error(err))
	}
	switch answer.Code {
	case invalidPassword, invalidAuthorization:
		return refuse("the database refuses the credentials (%s)", answer.Code)
	case invalidCatalogName:
		return refuse("there is no such database (%s)", answer.Code)
	case cannotConnectNow:
		return errors.New("the database is starting (57P03)")
	case tooManyConnections:
		return errors.New("the database has no connection to spare (53300)")
	}
	return refuse("the database answers: %s (%s)", answer.Message, answer.Code)
}
