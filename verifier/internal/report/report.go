// Package report writes what was tried and what came of it, a line each, and never a secret.
package report

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kubernetes shows the last so many bytes of the log of a container that failed (FallbackToLogsOnError).
const terminationMessageBytes = 2048

// No reason is worth more than this.
const longestLine = 400

// Report gathers outcomes. It is not safe for use by several goroutines.
type Report struct {
	out      io.Writer
	redact   *strings.Replacer
	noun     string
	total    int
	failures []string
}

// New starts a report of so-called things ("checks") that hides secrets.
func New(out io.Writer, noun string, secrets []string) *Report {
	return &Report{out: out, redact: redactor(secrets), noun: noun}
}

// OK writes down a success at once.
func (r *Report) OK(subject, detail string) {
	r.total++
	fmt.Fprintln(r.out, shorten("ok    "+subject+"  "+r.clean(detail), longestLine))
}

// Wait says what is waited for. It counts as nothing: its success or failure is still to come.
func (r *Report) Wait(subject, reason string) {
	fmt.Fprintln(r.out, shorten("wait  "+subject+": "+r.clean(reason), longestLine))
}

// Fail keeps a failure for the end.
func (r *Report) Fail(subject, reason string) {
	r.total++
	r.failures = append(r.failures, fmt.Sprintf("FAIL  %s: %s", subject, r.clean(reason)))
}

// Close writes the failures and the count; they come last, and all fit into a termination message. It tells whether
// there was no failure.
func (r *Report) Close(verb string) bool {
	last := fmt.Sprintf("%d of %d %s %s", r.total-len(r.failures), r.total, r.noun, verb)
	if len(r.failures) > 0 {
		room := (terminationMessageBytes - len(last) - 1) / len(r.failures)
		for _, line := range r.failures {
			fmt.Fprintln(r.out, shorten(line, min(longestLine, room-1)))
		}
	}
	fmt.Fprintln(r.out, last)
	return len(r.failures) == 0
}

func (r *Report) clean(text string) string {
	return strings.Join(strings.Fields(r.redact.Replace(text)), " ")
}

func shorten(line string, bytes int) string {
	const mark = "…"
	if len(line) <= bytes {
		return line
	}
	end := max(0, bytes-len(mark))
	for end > 0 && !utf8.RuneStart(line[end]) {
		end--
	}
	return line[:end] + mark
}

// Secrets may turn up in an error as they are, escaped for an address, or encoded for a header.
func redactor(secrets []string) *strings.Replacer {
	var forms []string
	for _, secret := range secrets {
		forms = append(forms,
			secret,
			strings.Trim(fmt.Sprintf("%q", secret), `"`),
			base64.StdEncoding.EncodeToString([]byte(secret)),
			url.QueryEscape(secret),
			strings.ReplaceAll(url.QueryEscape(secret), "+", "%20"),
			url.PathEscape(secret),
			url.User(secret).String(),
		)
	}
	// The longest first: a replacer takes the first form that fits, and a part of a secret is not enough.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, form := range forms {
		if form != "" {
			pairs = append(pairs, form, "[secret]")
		}
	}
	return strings.NewReplacer(pairs...)
}
