package probe

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"

	"github.com/go-sql-driver/mysql"

	"patchbay.dev/verifier/internal/plain"
)

// Numbers of MySQL, "Server Error Message Reference".
const (
	accessDeniedForDatabase = 1044
	accessDenied            = 1045
	unknownDatabase         = 1049
	tooManyMySQLConnections = 1040
	serverShutdown          = 1053
)

func askMySQL(ctx context.Context, l login) error {
	config := mysql.NewConfig()
	config.Net, config.Addr = "tcp", l.address()
	config.User, config.Passwd, config.DBName = l.username, l.password, l.database
	config.TLSConfig = "preferred"
	config.Logger = &mysql.NopLogger{} // what it says is in the error as well
	if l.trusted != nil {
		config.TLS = &tls.Config{RootCAs: l.trusted, ServerName: l.host}
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return errors.New("host, port and database make no address of a MySQL database")
	}
	database := sql.OpenDB(connector)
	defer database.Close()
	var one int
	if err := database.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return mysqlError(err)
	}
	return nil
}

func mysqlError(err error) error {
	var answer *mysql.MySQLError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return Refusal(plain.Error(err))
	case errors.Is(err, mysql.ErrNoTLS):
		return refuse("the database does not speak TLS, which the binding's certificates ask for")
	case errors.Is(err, mysql.ErrInvalidConn):
		return errors.New("the connection was closed")
	case !errors.As(err, &answer):
		return errors.New(plain.Error(err))
	}
	switch answer.Number {
	case accessDenied, accessDeniedForDatabase:
		return refuse("the database refuses the credentials (%d)", answer.Number)
	case unknownDatabase:
		return refuse("there is no such database (%d)", answer.Number)
	case tooManyMySQLConnections, serverShutdown:
		return errors.New("the database takes no connection now: " + answer.Message)
	}
	return refuse("the database answers: %s (%d)", answer.Message, answer.Number)
}
