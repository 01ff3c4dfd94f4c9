package probe

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"patchbay.dev/verifier/internal/binding"
)

func prove(t *testing.T, entries map[string]string) error {
	t.Helper()
	probe, err := For(binding.New("tested", entries))
	if err != nil {
		return err
	}
	_, err = probe.Prove(briefly(t))
	return err
}

// Enough for any answer on loopback, and not long to wait where there is none.
func briefly(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func expectError(t *testing.T, err error, expected string) {
	t.Helper()
	if expected == "" && err != nil || expected != "" && (err == nil || !strings.Contains(err.Error(), expected)) {
		t.Errorf("got %v, expected %q", err, expected)
	}
}

// An identity provider that knows one client, and an API that knows its token, a key, a bearer token and a user.
func services(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		id, secret, inHeader := r.BasicAuth()
		if !inHeader {
			id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
		}
		if id != "shop" || secret != "right" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":"invalid_client"}`)
			return
		}
		granted := strings.ReplaceAll(r.FormValue("scope"), "stock.all", "")
		fmt.Fprintf(w, `{"access_token":"issued","token_type":"Bearer","expires_in":60,"scope":%q}`, granted)
	})
	mux.HandleFunc("/no-token", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
	mux.HandleFunc("/down", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	mux.HandleFunc("/open", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/api", func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		authorised := r.Header.Get("Authorization") == "Bearer issued" || r.Header.Get("X-Api-Key") == "key" ||
			(user == "shop" && password == "right")
		if !authorised {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestAPIs(t *testing.T) {
	base := services(t).URL
	host := strings.TrimPrefix(base, "http://")
	oauth := func(secret, scopes, endpoint string) map[string]string {
		return map[string]string{
			"type": "http", "uri": base + "/api", "token-uri": base + endpoint,
			"client-id": "shop", "client-secret": secret, "scopes": scopes,
		}
	}
	for name, test := range map[string]struct {
		entries  map[string]string
		expected string
	}{
		"a token for the scopes":    {oauth("right", "stock.read stock.reserve", "/token"), ""},
		"a wrong client":            {oauth("wrong", "stock.read", "/token"), "token endpoint " + host + ": it refuses the client (401 invalid_client)"},
		"fewer scopes":              {oauth("right", "stock.read stock.all", "/token"), "the token lacks the scopes stock.all"},
		"a broken token endpoint":   {oauth("right", "stock.read", "/down"), "token endpoint " + host + ": it answers 502"},
		"no token in the answer":    {oauth("right", "stock.read", "/no-token"), "token endpoint " + host + ": its answer holds no token"},
		"no token endpoint":         {map[string]string{"type": "http", "uri": base, "token-uri": "http://127.0.0.1:1", "client-id": "a", "client-secret": "b"}, "token endpoint 127.0.0.1:1: the connection is refused"},
		"a key":                     {map[string]string{"type": "http", "uri": base + "/api", "api-key": "key", "header": "X-Api-Key"}, ""},
		"a wrong key":               {map[string]string{"type": "http", "uri": base + "/api", "api-key": "other", "header": "X-Api-Key"}, "the API refuses the credentials (401)"},
		"a bearer token":            {map[string]string{"type": "http", "uri": base + "/api", "token": "issued"}, ""},
		"a user":                    {map[string]string{"type": "http", "uri": base + "/api", "username": "shop", "password": "right"}, ""},
		"no credentials":            {map[string]string{"type": "http", "uri": base + "/open"}, ""},
		"any answer":                {map[string]string{"type": "http", "uri": base + "/nothing-here"}, ""},
		"a failure":                 {map[string]string{"type": "http", "uri": base + "/down"}, "the API answers 502"},
		"a webhook, not called":     {map[string]string{"type": "http", "uri": base + "/down", "signing-key": "whsec_a2V5"}, ""},
		"another plugin":            {map[string]string{"type": "plugin", "uri": base + "/open"}, ""},
		"another plugin that fails": {map[string]string{"type": "plugin", "uri": base + "/down"}, "the API answers 502"},
		"nobody there":              {map[string]string{"type": "http", "uri": "http://127.0.0.1:1"}, "the connection is refused"},
		"an unknown name":           {map[string]string{"type": "http", "uri": "http://inventory.invalid"}, "the name inventory.invalid "},
		"TLS where there is none":   {map[string]string{"type": "http", "uri": "https://" + host}, "it does not speak TLS"},
		"no address":                {map[string]string{"type": "http", "uri": "inventory:secret@x"}, "the entry uri is no http or https address"},
		"no type":                   {map[string]string{}, "the entry type is missing"},
		"an unknown type":           {map[string]string{"type": "kafka"}, `the type "kafka" is unknown`},
		"no certificate":            {map[string]string{"type": "http", "uri": base, "certificates": "none"}, "holds no certificate in PEM"},
	} {
		t.Run(name, func(t *testing.T) { expectError(t, prove(t, test.entries), test.expected) })
	}
}

func certificatesOf(server *httptest.Server) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
}

func TestCertificatesOfABindingAreTrusted(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	own := certificatesOf(server)

	expectError(t, prove(t, map[string]string{"type": "http", "uri": server.URL, "certificates": own}), "")
	expectError(t, prove(t, map[string]string{"type": "http", "uri": server.URL}), "its certificate is not accepted")
}

func TestAServiceIsAvailableWhateverItThinksOfTheBinding(t *testing.T) {
	base := services(t).URL
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	for name, test := range map[string]struct {
		entries  map[string]string
		expected string
	}{
		"a wrong client":           {map[string]string{"type": "http", "uri": base, "token-uri": base + "/token", "client-id": "x", "client-secret": "y"}, ""},
		"an untrusted certificate": {map[string]string{"type": "http", "uri": secure.URL, "token-uri": secure.URL, "client-id": "x", "client-secret": "y"}, ""},
		"a broken token endpoint":  {map[string]string{"type": "http", "uri": base, "token-uri": base + "/down", "client-id": "x", "client-secret": "y"}, "it answers 502"},
		"nobody there":             {map[string]string{"type": "http", "uri": "http://127.0.0.1:1"}, "the connection is refused"},
	} {
		t.Run(name, func(t *testing.T) {
			probe, err := For(binding.New("tested", test.entries))
			if err != nil {
				t.Fatal(err)
			}
			expectError(t, probe.Reach(t.Context()), test.expected)
		})
	}
	if errors.As(available(errors.New("down")), new(Refusal)) || available(refuse("no")) != nil {
		t.Error("only a refusal shows that a service is there")
	}
}
