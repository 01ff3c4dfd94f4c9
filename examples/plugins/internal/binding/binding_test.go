package binding

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, entries map[string]string) Binding {
	t.Helper()
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "api", "..data"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, value := range entries {
		if err := os.WriteFile(filepath.Join(root, "api", name), []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	binding, err := In(root).Get("api")
	if err != nil {
		t.Fatal(err)
	}
	return binding
}

func TestCredentialsAreSentAsTheBindingSays(t *testing.T) {
	issued := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/token" {
			issued++
			// Good for no time at all, so that each use has to ask for a new one.
			fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"Bearer","expires_in":1}`, issued)
			return
		}
		fmt.Fprintf(w, "%q", r.Header.Get("Authorization")+r.Header.Get("X-Api-Key"))
	}))
	defer server.Close()
	for name, test := range map[string]struct {
		entries  map[string]string
		expected string
	}{
		"none":   {map[string]string{}, ""},
		"key":    {map[string]string{"api-key": "k", "header": "X-Api-Key"}, "k"},
		"bearer": {map[string]string{"token": "t"}, "Bearer t"},
		"basic":  {map[string]string{"username": "u", "password": "p"}, "Basic dTpw"},
	} {
		t.Run(name, func(t *testing.T) {
			test.entries["uri"] = server.URL + "/"
			api, err := write(t, test.entries).API()
			if err != nil {
				t.Fatal(err)
			}
			var sent string
			if err := api.Get(t.Context(), "/", &sent); err != nil || sent != test.expected {
				t.Errorf("got %q, %v", sent, err)
			}
		})
	}
	t.Run("oauth2, refreshed", func(t *testing.T) {
		api, err := write(t, map[string]string{
			"uri": server.URL, "token-uri": server.URL + "/token", "client-id": "shop", "client-secret": "s", "scopes": "a b",
		}).API()
		if err != nil {
			t.Fatal(err)
		}
		for use := 1; use <= 2; use++ {
			var sent string
			if err := api.Get(t.Context(), "/", &sent); err != nil || sent != fmt.Sprintf("Bearer token-%d", use) {
				t.Errorf("use %d: got %q, %v", use, sent, err)
			}
		}
	})
}

func TestErrorsHoldNoSecret(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, "who is confidential?")
	}))
	defer server.Close()
	api, err := write(t, map[string]string{
		"uri": server.URL, "token-uri": server.URL + "/token", "client-id": "shop", "client-secret": "confidential",
	}).API()
	if err != nil {
		t.Fatal(err)
	}
	if err := api.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "answers 401") || strings.Contains(err.Error(), "confidential") {
		t.Errorf("got %v", err)
	}
	for _, set := range []Set{In(""), In(t.TempDir())} {
		if _, err := set.Get("api"); err == nil || !strings.HasPrefix(err.Error(), "binding api: ") {
			t.Errorf("got %v", err)
		}
	}
}
