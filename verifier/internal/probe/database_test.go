package probe

import (
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/jackc/pgx/v5/pgproto3"

	"patchbay.dev/verifier/internal/binding"
)

// listen serves each connection on loopback by a script, and returns the entries of a binding to it.
func listen(t *testing.T, kind string, serve func(net.Conn)) map[string]string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				serve(connection)
			}()
		}
	}()
	host, port, _ := net.SplitHostPort(listener.Addr().String())
	return map[string]string{"type": kind, "host": host, "port": port, "username": "shop", "password": "p", "database": "orders"}
}

// postgres accepts a login unless it is given an error code to answer with.
func postgres(code string) func(net.Conn) {
	return func(connection net.Conn) {
		backend := pgproto3.NewBackend(connection, connection)
		for {
			message, err := backend.ReceiveStartupMessage()
			if err != nil {
				return
			}
			if _, asksForTLS := message.(*pgproto3.SSLRequest); !asksForTLS {
				break
			}
			if _, err := connection.Write([]byte("N")); err != nil {
				return
			}
		}
		if code != "" {
			backend.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: code, Message: "no"})
			backend.Flush()
			return
		}
		backend.Send(&pgproto3.AuthenticationOk{})
		backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		for backend.Flush() == nil {
			message, err := backend.Receive()
			if err != nil {
				return
			}
			if _, isQuery := message.(*pgproto3.Query); isQuery {
				backend.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
				backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
			}
		}
	}
}

// mysqlServer speaks just enough of the protocol (MySQL, "Client/Server Protocol") to accept or refuse, and to answer 1.
func mysqlServer(refusal uint16) func(net.Conn) {
	return func(connection net.Conn) {
		send := func(sequence byte, payload ...byte) {
			header := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
			header[3] = sequence
			connection.Write(append(header, payload...))
		}
		receive := func() bool {
			header := make([]byte, 4)
			if _, err := io.ReadFull(connection, header); err != nil {
				return false
			}
			header[3] = 0
			_, err := io.CopyN(io.Discard, connection, int64(binary.LittleEndian.Uint32(header)))
			return err == nil
		}
		const greeting = "\x0a8.0.0\x00\x01\x00\x00\x00abcdefgh\x00\x0d\xa2\x21\x02\x00\x08\x00\x15" +
			"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00ijklmnopqrst\x00mysql_native_password\x00"
		send(0, []byte(greeting)...)
		if !receive() {
			return
		}
		if refusal != 0 {
			send(2, append(binary.LittleEndian.AppendUint16([]byte{0xff}, refusal), "#28000no"...)...)
			return
		}
		ok, end := []byte{0, 0, 0, 2, 0, 0, 0}, []byte{0xfe, 0, 0, 2, 0}
		send(2, ok...)
		for receive() {
			send(1, 1)
			send(2, []byte("\x03def\x00\x00\x00\x011\x00\x0c\x3f\x00\x01\x00\x00\x00\x08\x81\x00\x00\x00\x00")...)
			send(3, end...)
			send(4, 1, '1')
			send(5, end...)
		}
	}
}

func withCertificates(t *testing.T, entries map[string]string) map[string]string {
	t.Helper()
	authority := httptest.NewTLSServer(http.NotFoundHandler())
	authority.Close()
	entries["certificates"] = certificatesOf(authority)
	return entries
}

func TestDatabases(t *testing.T) {
	silent := func(connection net.Conn) { io.Copy(io.Discard, connection) }
	closes := func(net.Conn) {}
	for name, test := range map[string]struct {
		entries map[string]string
		proof   string // why it is not proven; empty: it is
		there   bool
	}{
		"postgresql":                         {listen(t, "postgresql", postgres("")), "", true},
		"postgresql, wrong password":         {listen(t, "postgresql", postgres("28P01")), "the database refuses the credentials (28P01)", true},
		"postgresql, no such user":           {listen(t, "postgresql", postgres("28000")), "the database refuses the credentials (28000)", true},
		"postgresql, no such database":       {listen(t, "postgresql", postgres("3D000")), "there is no such database (3D000)", true},
		"postgresql, another error":          {listen(t, "postgresql", postgres("42501")), "the database answers: no (42501)", true},
		"postgresql, starting":               {listen(t, "postgresql", postgres("57P03")), "the database is starting (57P03)", false},
		"postgresql, full":                   {listen(t, "postgresql", postgres("53300")), "no connection to spare", false},
		"postgresql, something else":         {listen(t, "postgresql", closes), "the connection was closed", false},
		"mysql":                              {listen(t, "mysql", mysqlServer(0)), "", true},
		"mysql, wrong password":              {listen(t, "mysql", mysqlServer(1045)), "the database refuses the credentials (1045)", true},
		"mysql, no such database":            {listen(t, "mysql", mysqlServer(1049)), "there is no such database (1049)", true},
		"mysql, full":                        {listen(t, "mysql", mysqlServer(1040)), "takes no connection now", false},
		"mysql, something else":              {listen(t, "mysql", closes), "the connection was closed", false},
		"redis, something else":              {listen(t, "redis", closes), "Redis numbers its databases", true},
		"nobody there":                       {map[string]string{"type": "mysql", "host": "127.0.0.1", "port": "1"}, "the connection is refused", false},
		"an unknown name":                    {map[string]string{"type": "redis", "host": "cache.invalid", "port": "1"}, "the name cache.invalid ", false},
		"no port":                            {map[string]string{"type": "redis", "host": "cache"}, "the entry port is missing", false},
		"certificates, but no TLS":           {withCertificates(t, listen(t, "mysql", mysqlServer(0))), "does not speak TLS", true},
		"postgresql, certificates, no TLS":   {withCertificates(t, listen(t, "postgresql", postgres(""))), "TLS", false},
		"postgresql, takes and says nothing": {listen(t, "postgresql", silent), "no answer in time", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectError(t, prove(t, test.entries), test.proof)
			expectReach(t, test.entries, test.there)
		})
	}
}

func TestRedis(t *testing.T) {
	server := miniredis.RunT(t)
	server.RequireUserAuth("shop", "right")
	entries := func(password, database string) map[string]string {
		return map[string]string{
			"type": "redis", "host": server.Host(), "port": server.Port(),
			"username": "shop", "password": password, "database": database,
		}
	}
	expectError(t, prove(t, entries("right", "2")), "")
	expectError(t, prove(t, entries("wrong", "")), "the database refuses the credentials (WRONGPASS)")
	expectError(t, prove(t, entries("", "")), "the database refuses the credentials (NOAUTH)")
	expectReach(t, entries("wrong", ""), true)
	server.SetError("LOADING Redis is loading the dataset in memory")
	expectError(t, prove(t, entries("right", "")), "the database is starting (LOADING)")
	expectReach(t, entries("right", ""), false)
}

func expectReach(t *testing.T, entries map[string]string, there bool) {
	t.Helper()
	probe, err := For(binding.New("tested", entries))
	if err == nil {
		err = probe.Reach(briefly(t))
	}
	if (err == nil) != there {
		t.Errorf("reaching it gives %v", err)
	}
}
