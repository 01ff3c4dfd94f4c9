package event

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestAnEventThatIsSentIsReceived(t *testing.T) {
	sent := Event{
		ID: "1", Source: "/shop", Type: "com.example.created", Subject: "4711",
		Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Data: json.RawMessage(`{"a":1}`),
	}
	status := http.StatusAccepted
	var received Event
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var err error
		if received, err = Receive(r); err != nil {
			t.Error(err)
		}
		w.WriteHeader(status)
	}))
	defer server.Close()

	if err := SinkAt(server.URL).Send(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	if string(received.Data) != string(sent.Data) || received.Subject != sent.Subject || !received.Time.Equal(sent.Time) || received.ID != sent.ID {
		t.Errorf("got %+v", received)
	}
	status = http.StatusServiceUnavailable
	if err := SinkAt(server.URL).Send(t.Context(), sent); err == nil || err.Error() != "event sink answers 503" {
		t.Errorf("got %v", err)
	}
}

func TestStructuredModeAndWhatIsNoEvent(t *testing.T) {
	receive := func(body string) (Event, error) {
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
		return Receive(request)
	}
	got, err := receive(`{"specversion":"1.0","id":"1","source":"/shop","type":"t","data":{"a":1}}`)
	if err != nil || got.ID != "1" || string(got.Data) != `{"a":1}` || got.Age() != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, body := range []string{
		"", "{}", `{"specversion":"0.3","id":"1","source":"/","type":"t"}`,
		`{"specversion":"1.0","id":"1","source":"/","type":"t","time":"yesterday"}`,
	} {
		if got, err := receive(body); err == nil {
			t.Errorf("%s is taken for %+v", body, got)
		}
	}
	if _, err := Receive(httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))); err == nil {
		t.Error("a request without headers is taken for an event")
	}
}
