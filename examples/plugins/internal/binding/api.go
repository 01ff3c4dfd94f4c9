package binding

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// API is an HTTP API that is called with a binding's credentials.
type API struct {
	name   string
	base   string
	client *http.Client
}

const (
	apiTimeout = 5 * time.Second
	// No answer of these APIs is larger.
	longestAnswer = 8 << 20
)

// API opens a client of an HTTP API, or of another plugin.
func (b Binding) API() (*API, error) {
	settings, err := b.tlsConfig()
	if err != nil {
		return nil, err
	}
	if settings != nil {
		settings.ServerName = "" // the client takes it from each address
	}
	plain := &http.Client{Timeout: apiTimeout, Transport: &http.Transport{
		TLSClientConfig:     settings,
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     30 * time.Second,
	}}
	return &API{name: b.Name, base: strings.TrimSuffix(b.Entry("uri"), "/"), client: b.authorised(plain)}, nil
}

func (b Binding) authorised(plain *http.Client) *http.Client {
	header := func(name, value string) *http.Client {
		set := func(r *http.Request) { r.Header.Set(name, value) }
		return &http.Client{Timeout: plain.Timeout, Transport: authorisation{plain.Transport, set}}
	}
	switch {
	case b.Entry("token-uri") != "":
		config := clientcredentials.Config{
			ClientID:     b.Entry("client-id"),
			ClientSecret: b.Entry("client-secret"),
			TokenURL:     b.Entry("token-uri"),
			Scopes:       strings.Fields(b.Entry("scopes")),
		}
		// The source keeps a token as long as it is valid, and then asks for another.
		source := config.TokenSource(context.WithValue(context.Background(), oauth2.HTTPClient, plain))
		return &http.Client{Timeout: plain.Timeout, Transport: &oauth2.Transport{Source: source, Base: plain.Transport}}
	case b.Entry("api-key") != "":
		return header(b.Entry("header"), b.Entry("api-key"))
	case b.Entry("token") != "":
		return header("Authorization", "Bearer "+b.Entry("token"))
	case b.Entry("username") != "":
		set := func(r *http.Request) { r.SetBasicAuth(b.Entry("username"), b.Entry("password")) }
		return &http.Client{Timeout: plain.Timeout, Transport: authorisation{plain.Transport, set}}
	}
	return plain
}

// Adds credentials to each request.
type authorisation struct {
	next http.RoundTripper
	set  func(*http.Request)
}

func (a authorisation) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	a.set(r)
	return a.next.RoundTrip(r)
}

// Get reads JSON.
func (a *API) Get(ctx context.Context, path string, result any) error {
	return a.call(ctx, http.MethodGet, path, nil, result)
}

// Post sends JSON, and reads JSON where a result is asked for.
func (a *API) Post(ctx context.Context, path string, body, result any) error {
	return a.call(ctx, http.MethodPost, path, body, result)
}

// Ping fails where the API does not answer, or refuses the credentials.
func (a *API) Ping(ctx context.Context) error {
	response, err := a.send(ctx, http.MethodGet, "", nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	code := response.StatusCode
	if code >= http.StatusInternalServerError || code == http.StatusUnauthorized || code == http.StatusForbidden {
		return fmt.Errorf("%s answers %d", a.name, code)
	}
	return nil
}

func (a *API) call(ctx context.Context, method, path string, body, result any) error {
	response, err := a.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s: %s %s answers %d", a.name, method, path, response.StatusCode)
	}
	if result == nil {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, longestAnswer)).Decode(result); err != nil {
		return fmt.Errorf("%s: %s %s does not answer as agreed on", a.name, method, path)
	}
	return nil
}

func (a *API) send(ctx context.Context, method, path string, body any) (*http.Response, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, a.base+path, content)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := a.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", a.name, withoutSecrets(err))
	}
	return response, nil
}
