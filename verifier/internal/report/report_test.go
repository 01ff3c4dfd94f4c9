package report

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestSecretsAreHiddenInEveryForm(t *testing.T) {
	secret := `p@ss "word"/1`
	for name, text := range map[string]string{
		"as it is":         "bad password " + secret,
		"in an address":    "postgres://shop:p%40ss%20%22word%22%2F1@db",
		"in a query":       "q=p%40ss+%22word%22%2F1",
		"quoted":           `got "p@ss \"word\"/1"`,
		"in a header":      "Basic " + base64.StdEncoding.EncodeToString([]byte(secret)),
		"over two lines":   "bad\npassword " + secret,
		"longer secrets":   secret + "-and-more",
		"beside some text": "x" + secret + "y",
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			report := New(&out, "checks", []string{secret, secret + "-and-more"})
			report.Fail("binding orders", text)
			report.OK("binding others", text)
			report.Wait("binding third", text)
			report.Close("passed")
			if strings.Contains(out.String(), "word") && strings.Contains(out.String(), "ss") && strings.Contains(out.String(), "/1") {
				t.Errorf("a secret is in %s", out.String())
			}
			if strings.Count(out.String(), "[secret]") != 3 || strings.Count(out.String(), "\n") != 4 || strings.Contains(out.String(), "-and-more") {
				t.Errorf("unexpected output %s", out.String())
			}
		})
	}
}

func TestLongLinesAreCutBetweenCharacters(t *testing.T) {
	if cut := shorten(strings.Repeat("ü", 10), 10); cut != "üüü…" {
		t.Errorf("got %q", cut)
	}
	if whole := shorten("short", 5); whole != "short" {
		t.Errorf("got %q", whole)
	}
}
