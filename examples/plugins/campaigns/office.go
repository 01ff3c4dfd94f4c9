package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"

	"patchbay.dev/examples/plugins/internal/binding"
	"patchbay.dev/examples/plugins/internal/plugin"
)

// Campaign is a message to a part of the contacts.
type Campaign struct {
	Name    string `json:"name"`
	Segment string `json:"segment"`
	Text    string `json:"text"`
}

// Receipt is what the mailing tool tells of a message.
type Receipt struct {
	Campaign   string    `json:"campaign"`
	Outcome    string    `json:"outcome"`
	OccurredAt time.Time `json:"occurredAt"`
}

// What is kept in the CRM's database.
type store interface {
	// segment counts its contacts.
	segment(ctx context.Context, name string) (int, error)
	// keep writes a receipt down, once for each id.
	keep(ctx context.Context, id string, receipt Receipt) error
}

type office struct {
	contacts store
	mailing  *binding.API
	key      []byte
	lag      interface{ Set(seconds float64) }
	log      *slog.Logger
}

const longestBody = 1 << 20

// send hands a campaign to the mailing tool, which knows it by its name: sent twice, it is the same one.
func (o office) send(w http.ResponseWriter, r *http.Request) {
	var campaign Campaign
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, longestBody)).Decode(&campaign)
	if err != nil || campaign.Name == "" || campaign.Segment == "" {
		http.Error(w, "expected JSON with name, segment and text", http.StatusBadRequest)
		return
	}
	recipients, err := o.contacts.segment(r.Context(), campaign.Segment)
	if err == nil {
		err = o.mailing.Post(r.Context(), "/campaigns", campaign, nil)
	}
	if err != nil {
		o.fail(w, err)
		return
	}
	plugin.Answer(w, http.StatusAccepted, map[string]any{"name": campaign.Name, "recipients": recipients})
}

// receipt takes a webhook that the mailing tool signed.
func (o office) receipt(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestBody))
	if err != nil {
		http.Error(w, "the body is too large", http.StatusRequestEntityTooLarge)
		return
	}
	if !isSigned(r.Header, body, o.key, time.Now()) {
		http.Error(w, "the signature does not fit", http.StatusUnauthorized)
		return
	}
	var receipt Receipt
	if json.Unmarshal(body, &receipt) != nil || receipt.Campaign == "" || receipt.OccurredAt.IsZero() {
		http.Error(w, "expected JSON with campaign, outcome and occurredAt", http.StatusBadRequest)
		return
	}
	if err := o.contacts.keep(r.Context(), r.Header.Get("webhook-id"), receipt); err != nil {
		o.fail(w, err)
		return
	}
	o.lag.Set(max(0, time.Since(receipt.OccurredAt)).Seconds())
	w.WriteHeader(http.StatusNoContent)
}

func (o office) fail(w http.ResponseWriter, err error) {
	o.log.Error("could not answer", "error", err.Error())
	http.Error(w, "could not be done now", http.StatusServiceUnavailable)
}
