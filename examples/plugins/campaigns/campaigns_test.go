package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"patchbay.dev/examples/plugins/internal/binding"
)

// From the documentation of Standard Webhooks.
const (
	exampleKey       = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	exampleID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	exampleTime      = "1614265330"
	exampleBody      = `{"test": 2432232314}`
	exampleSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

func TestSignatures(t *testing.T) {
	key, err := signingKey(exampleKey)
	if err != nil {
		t.Fatal(err)
	}
	then := time.Unix(1614265330, 0)
	header := func(signature string) http.Header {
		all := http.Header{}
		all.Set("webhook-id", exampleID)
		all.Set("webhook-timestamp", exampleTime)
		all.Set("webhook-signature", signature)
		return all
	}
	for name, test := range map[string]struct {
		signature, body string
		now             time.Time
		expected        bool
	}{
		"ours":                {exampleSignature, exampleBody, then, true},
		"one of several":      {"v1a,xyz v1,eHl6 " + exampleSignature, exampleBody, then.Add(time.Minute), true},
		"of another body":     {exampleSignature, exampleBody + " ", then, false},
		"of another version":  {strings.Replace(exampleSignature, "v1", "v2", 1), exampleBody, then, false},
		"too old":             {exampleSignature, exampleBody, then.Add(tolerance + time.Second), false},
		"from the far future": {exampleSignature, exampleBody, then.Add(-tolerance - time.Second), false},
		"none":                {"", exampleBody, then, false},
	} {
		t.Run(name, func(t *testing.T) {
			if found := isSigned(header(test.signature), []byte(test.body), key, test.now); found != test.expected {
				t.Errorf("got %t", found)
			}
		})
	}
	for _, wrong := range []string{"", "whsec_", "whsec_*"} {
		if _, err := signingKey(wrong); err == nil {
			t.Errorf("%q is taken for a key", wrong)
		}
	}
}

type memory map[string]Receipt

func (m memory) segment(context.Context, string) (int, error) { return 2, nil }

func (m memory) keep(_ context.Context, id string, receipt Receipt) error {
	m[id] = receipt
	return nil
}

type gauge struct{ value float64 }

func (g *gauge) Set(seconds float64) { g.value = seconds }

func TestAReceiptIsKept(t *testing.T) {
	kept, lag := memory{}, &gauge{}
	office := office{contacts: kept, key: []byte("key"), lag: lag, log: slog.New(slog.DiscardHandler)}
	call := func(body, key string) int {
		at := strconv.FormatInt(time.Now().Unix(), 10)
		request := httptest.NewRequest(http.MethodPost, "/campaigns/receipts", strings.NewReader(body))
		request.Header.Set("webhook-id", "msg_1")
		request.Header.Set("webhook-timestamp", at)
		request.Header.Set("webhook-signature", "v1,"+sign("msg_1", at, []byte(body), []byte(key)))
		response := httptest.NewRecorder()
		office.receipt(response, request)
		return response.Code
	}
	receipt := `{"campaign":"spring","outcome":"opened","occurredAt":"2026-01-01T00:00:00Z"}`
	for name, status := range map[string][2]int{
		"a receipt":       {call(receipt, "key"), 204},
		"another's":       {call(receipt, "other"), 401},
		"something other": {call("{}", "key"), 400},
	} {
		if status[0] != status[1] {
			t.Errorf("%s gives %d, expected %d", name, status[0], status[1])
		}
	}
	if len(kept) != 1 || kept["msg_1"].Outcome != "opened" || lag.value <= 0 {
		t.Errorf("kept %+v, lag %v", kept, lag.value)
	}
}

func TestACampaignIsHandedOver(t *testing.T) {
	status := http.StatusCreated
	mailing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer mailing.Close()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "mailing"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "mailing", "uri"), []byte(mailing.URL), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := binding.In(root).Get("mailing")
	if err != nil {
		t.Fatal(err)
	}
	api, err := found.API()
	if err != nil {
		t.Fatal(err)
	}
	office := office{contacts: memory{}, mailing: api, log: slog.New(slog.DiscardHandler)}
	call := func(body string) int {
		response := httptest.NewRecorder()
		office.send(response, httptest.NewRequest(http.MethodPost, "/campaigns", strings.NewReader(body)))
		return response.Code
	}
	campaign := `{"name":"spring","segment":"all","text":"Hello"}`
	if code := call(campaign); code != 202 {
		t.Errorf("status %d", code)
	}
	if code := call("{}"); code != 400 {
		t.Errorf("status %d for no campaign", code)
	}
	status = http.StatusBadGateway
	if code := call(campaign); code != 503 {
		t.Errorf("status %d where the mailing tool is down", code)
	}
}
