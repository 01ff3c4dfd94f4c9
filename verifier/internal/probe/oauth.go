package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"patchbay.dev/verifier/internal/binding"
	"patchbay.dev/verifier/internal/plain"
)

// Issues tokens by the client-credentials grant (RFC 6749, 4.4).
type tokenEndpoint struct {
	uri      *url.URL
	endpoint endpoint
	config   clientcredentials.Config
	client   *http.Client
}

func newTokenEndpoint(b binding.Binding, trusted *x509.CertPool, client *http.Client) (*tokenEndpoint, error) {
	if err := b.Require("client-id", "client-secret"); err != nil {
		return nil, err
	}
	uri, err := httpAddress(b, "token-uri")
	if err != nil {
		return nil, err
	}
	return &tokenEndpoint{uri: uri, endpoint: endpointOf(uri, trusted), client: client, config: clientcredentials.Config{
		ClientID:     b.Entry("client-id"),
		ClientSecret: b.Entry("client-secret"),
		TokenURL:     uri.String(),
		Scopes:       strings.Fields(b.Entry("scopes")),
	}}, nil
}

// issue asks for a token with the binding's scopes.
func (t tokenEndpoint) issue(ctx context.Context) (*oauth2.Token, error) {
	if err := t.endpoint.connect(ctx); err != nil {
		return nil, t.problem(err)
	}
	token, err := t.config.Token(context.WithValue(ctx, oauth2.HTTPClient, t.client))
	if err != nil {
		return nil, t.tokenError(err)
	}
	// An answer that lists no scopes grants those that were asked for (RFC 6749, 5.1).
	granted, _ := token.Extra("scope").(string)
	if granted != "" {
		if missing := without(t.config.Scopes, strings.Fields(granted)); len(missing) > 0 {
			return nil, refuse("the token lacks the scopes %s", strings.Join(missing, " "))
		}
	}
	return token, nil
}

func (t tokenEndpoint) tokenError(err error) error {
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) || answer.Response == nil {
		var request *url.Error
		if errors.As(err, &request) {
			return t.problem(errors.New(plain.Error(err)))
		}
		return refuse("token endpoint %s: its answer holds no token", t.endpoint.address())
	}
	switch code := answer.Response.StatusCode; {
	case code >= http.StatusInternalServerError:
		return t.problem(fmt.Errorf("it answers %d", code))
	case answer.ErrorCode == "":
		return refuse("token endpoint %s: it answers %d instead of a token", t.endpoint.address(), code)
	default:
		return refuse("token endpoint %s: it refuses the client (%d %s)", t.endpoint.address(), code, answer.ErrorCode)
	}
}

// reach fails until the endpoint answers anything but a failure of its own.
func (t tokenEndpoint) reach(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, t.uri.String(), nil)
	if err != nil {
		return t.problem(err)
	}
	code, err := status(t.client, request)
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return nil // it is there; that it is not trusted is for the verification to say
	case err != nil:
		return t.problem(errors.New(plain.Error(err)))
	case code >= http.StatusInternalServerError:
		return t.problem(fmt.Errorf("it answers %d", code))
	}
	return nil
}

func (t tokenEndpoint) problem(err error) error {
	return fmt.Errorf("token endpoint %s: %w", t.endpoint.address(), err)
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(one string) bool { return slices.Contains(some, one) })
}
