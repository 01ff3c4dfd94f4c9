// Package event takes and sends CloudEvents 1.0 by HTTP.
package event

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"time"
)

// Event is a CloudEvent with JSON data.
type Event struct {
	ID      string
	Source  string
	Type    string
	Subject string
	// When it happened; zero where the event does not say.
	Time time.Time
	Data json.RawMessage
}

const longestEvent = 1 << 20

// Receive reads the event that a request carries, in binary or in structured content mode.
func Receive(r *http.Request) (Event, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, longestEvent))
	if err != nil {
		return Event{}, errors.New("the event cannot be read, or is larger than 1 MiB")
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/cloudevents+json" {
		return structured(body)
	}
	header := r.Header.Get
	return complete(Event{
		ID: header("ce-id"), Source: header("ce-source"), Type: header("ce-type"), Subject: header("ce-subject"), Data: body,
	}, header("ce-specversion"), header("ce-time"))
}

func structured(body []byte) (Event, error) {
	var whole struct {
		SpecVersion, ID, Source, Type, Subject, Time string
		Data                                         json.RawMessage
	}
	if err := json.Unmarshal(body, &whole); err != nil {
		return Event{}, errors.New("the event is no JSON")
	}
	event := Event{ID: whole.ID, Source: whole.Source, Type: whole.Type, Subject: whole.Subject, Data: whole.Data}
	return complete(event, whole.SpecVersion, whole.Time)
}

func complete(event Event, specVersion, at string) (Event, error) {
	if specVersion != "1.0" || event.ID == "" || event.Source == "" || event.Type == "" {
		return event, errors.New("the request carries no CloudEvent 1.0 with id, source and type")
	}
	if at == "" {
		return event, nil
	}
	var err error
	if event.Time, err = time.Parse(time.RFC3339, at); err != nil {
		return event, errors.New("the event's time is not in RFC 3339")
	}
	return event, nil
}

// Age is how long ago the event happened, at least nothing; nothing too where the event does not say.
func (e Event) Age() time.Duration {
	if e.Time.IsZero() {
		return 0
	}
	return max(0, time.Since(e.Time))
}

// Sink is where events are sent.
type Sink struct {
	address string
	client  *http.Client
}

// SinkFromEnvironment is what K_SINK names (Knative Eventing); without it, sending does nothing.
func SinkFromEnvironment() Sink { return SinkAt(os.Getenv("K_SINK")) }

// SinkAt is a sink by its address.
func SinkAt(address string) Sink {
	return Sink{address: address, client: &http.Client{Timeout: 5 * time.Second}}
}

// Send delivers an event in binary content mode; it is delivered when there is no error.
func (s Sink) Send(ctx context.Context, event Event) error {
	if s.address == "" {
		return nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address, bytes.NewReader(event.Data))
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "ce-specversion": "1.0", "ce-id": event.ID, "ce-source": event.Source,
		"ce-type": event.Type, "ce-subject": event.Subject, "ce-time": event.Time.UTC().Format(time.RFC3339Nano),
	} {
		request.Header.Set(name, value)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return fmt.Errorf("event sink: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("event sink answers %d", response.StatusCode)
	}
	return nil
}
