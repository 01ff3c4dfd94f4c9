// Package plain says in plain words what went wrong on the network.
package plain

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"
)

// Error describes an error of the network to somebody who knows the network, and not Go.
func Error(err error) string {
	var (
		name        *net.DNSError
		certificate *tls.CertificateVerificationError
		noTLS       tls.RecordHeaderError
		request     *url.Error
	)
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return "the name " + name.Name + " does not resolve"
	case errors.As(err, &name):
		return "the name " + name.Name + " cannot be looked up: " + name.Err
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection is refused"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no route to it"
	case errors.As(err, &certificate):
		return "its certificate is not accepted: " + certificate.Err.Error()
	case errors.As(err, &noTLS):
		return "it does not speak TLS"
	case errors.Is(err, context.Canceled):
		return "ended before there was an answer"
	case IsTimeout(err):
		return "no answer in time"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed"
	case errors.As(err, &request):
		return request.Err.Error() // without the address, which may carry credentials
	}
	return err.Error()
}

// IsTimeout tells whether an error is that of a deadline.
func IsTimeout(err error) bool {
	var network net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		(errors.As(err, &network) && network.Timeout())
}

// IsNotThereYet tells whether nothing took the request: the name is unknown, nobody listened, or they went away without
// an answer.
func IsNotThereYet(err error) bool {
	var name *net.DNSError
	return (errors.As(err, &name) && name.IsNotFound) || errors.Is(err, syscall.ECONNREFUSED) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF)
}
