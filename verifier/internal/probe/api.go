package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"

	"patchbay.dev/verifier/internal/binding"
	"patchbay.dev/verifier/internal/plain"
)

// An HTTP API, of a service or of another plugin. It is proven when it answers with the binding's credentials.
type api struct {
	kind     string
	uri      *url.URL
	endpoint endpoint
	binding  binding.Binding
	client   *http.Client
	// Where tokens come from; nil unless the binding's auth is OAuth 2.0.
	tokens *tokenEndpoint
}

func newAPI(b binding.Binding, trusted *x509.CertPool) (Probe, error) {
	uri, err := httpAddress(b, "uri")
	if err != nil {
		return nil, err
	}
	client := &http.Client{
		Transport:     &http.Transport{Proxy: nil, TLSClientConfig: &tls.Config{RootCAs: trusted}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	probe := api{kind: b.Entry("type"), uri: uri, endpoint: endpointOf(uri, trusted), binding: b, client: client}
	if b.Has("token-uri") {
		if probe.tokens, err = newTokenEndpoint(b, trusted, client); err != nil {
			return nil, err
		}
	}
	return probe, nil
}

// The value is not repeated in the error: it may carry credentials.
func httpAddress(b binding.Binding, entry string) (*url.URL, error) {
	address, err := url.Parse(b.Entry(entry))
	if err != nil || address.Host == "" || (address.Scheme != "http" && address.Scheme != "https") {
		return nil, fmt.Errorf("the entry %s is no http or https address", entry)
	}
	return address, nil
}

func (a api) Target() string { return fmt.Sprintf("%s %s", a.kind, a.endpoint.address()) }

func (a api) Prove(ctx context.Context) (string, error) {
	token, err := a.issue(ctx)
	if err != nil {
		return "", err
	}
	if err := a.endpoint.connect(ctx); err != nil {
		return "", err
	}
	// A webhook's receiver is not called: a signed call would be an event to it.
	if a.binding.Has("signing-key") {
		return "accepts connections", nil
	}
	status, err := a.get(ctx, token)
	switch {
	case err != nil:
		return "", errors.New(plain.Error(err))
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return "", refuse("the API refuses the credentials (%d)", status)
	case status >= http.StatusInternalServerError:
		return "", fmt.Errorf("the API answers %d", status)
	}
	return fmt.Sprintf("answers %d", status), nil
}

func (a api) issue(ctx context.Context) (*oauth2.Token, error) {
	if a.tokens == nil {
		return nil, nil
	}
	return a.tokens.issue(ctx)
}

func (a api) get(ctx context.Context, token *oauth2.Token) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.uri.String(), nil)
	if err != nil {
		return 0, err
	}
	switch {
	case token != nil:
		token.SetAuthHeader(request)
	case a.binding.Has("api-key"):
		request.Header.Set(a.binding.Entry("header"), a.binding.Entry("api-key"))
	case a.binding.Has("token"):
		request.Header.Set("Authorization", "Bearer "+a.binding.Entry("token"))
	case a.binding.Has("username"):
		request.SetBasicAuth(a.binding.Entry("username"), a.binding.Entry("password"))
	}
	return status(a.client, request)
}

func (a api) Reach(ctx context.Context) error {
	if err := a.endpoint.unchecked().connect(ctx); err != nil {
		return err
	}
	if a.tokens == nil {
		return nil
	}
	return a.tokens.reach(ctx)
}

func status(client *http.Client, request *http.Request) (int, error) {
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	return response.StatusCode, nil
}
