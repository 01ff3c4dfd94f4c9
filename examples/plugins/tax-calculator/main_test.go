package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRates(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /rates/{country}", rate)
	for path, expected := range map[string]string{"/rates/DE": `{"country":"DE","rate":0.19}`, "/rates/XX": "no rate is known for that country"} {
		response := httptest.NewRecorder()
		mux.ServeHTTP(response, httptest.NewRequest(http.MethodGet, path, nil))
		if body := strings.TrimSpace(response.Body.String()); body != expected {
			t.Errorf("%s gives %d %q", path, response.Code, body)
		}
	}
}
