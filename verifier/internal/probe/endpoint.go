package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"

	"patchbay.dev/verifier/internal/binding"
	"patchbay.dev/verifier/internal/plain"
)

// Where a service listens.
type endpoint struct {
	host, port string
	// TLS settings, where the service speaks TLS from the first byte.
	tls *tls.Config
}

func (e endpoint) address() string { return net.JoinHostPort(e.host, e.port) }

// connect resolves the name and opens a connection, with TLS where that is spoken.
func (e endpoint) connect(ctx context.Context) error {
	// Looked up on its own, so that an unknown name is told from a service that does not listen.
	if _, err := net.DefaultResolver.LookupHost(ctx, e.host); err != nil {
		return errors.New(plain.Error(err))
	}
	connection, err := e.dial(ctx)
	if err != nil {
		return errors.New(plain.Error(err))
	}
	return connection.Close()
}

func (e endpoint) dial(ctx context.Context) (net.Conn, error) {
	if e.tls == nil {
		return new(net.Dialer).DialContext(ctx, "tcp", e.address())
	}
	return (&tls.Dialer{Config: e.tls}).DialContext(ctx, "tcp", e.address())
}

// unchecked is the same endpoint, whatever its certificate: whether that is accepted does not say whether it is there.
func (e endpoint) unchecked() endpoint {
	if e.tls != nil {
		e.tls = e.tls.Clone()
		e.tls.InsecureSkipVerify = true
	}
	return e
}

func endpointOf(address *url.URL, trusted *x509.CertPool) endpoint {
	e := endpoint{host: address.Hostname(), port: address.Port()}
	if address.Scheme == "https" {
		e.tls = &tls.Config{RootCAs: trusted, ServerName: e.host}
	}
	switch {
	case e.port != "":
	case e.tls != nil:
		e.port = "443"
	default:
		e.port = "80"
	}
	return e
}

// roots are those of the system, and the binding's own besides; nil where it has none.
func roots(b binding.Binding) (*x509.CertPool, error) {
	if !b.Has("certificates") {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM([]byte(b.Entry("certificates"))) {
		return nil, errors.New("the entry certificates holds no certificate in PEM")
	}
	return pool, nil
}
