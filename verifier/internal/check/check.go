// Package check sends the requests of a plan to the plugin.
package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"patchbay.dev/verifier/internal/plain"
	"patchbay.dev/verifier/internal/plan"
)

const (
	// Requests of which the median is compared with the limit.
	measurements = 5
	// As much of a body as is looked at.
	longestBody = 1 << 20
	// Between two tries of the same request.
	pause = 200 * time.Millisecond
	// Between two attempts of a check that was answered wrongly.
	attemptPause = time.Second
)

// A redirection is an answer like any other; and no proxy stands between a plugin and the cluster.
var client = &http.Client{
	Transport:     &http.Transport{Proxy: nil},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Run makes one check, and says what the answer was, or why it does not do.
func Run(ctx context.Context, base string, check plan.Check) (string, error) {
	var detail string
	var err error
	for attempt := range max(1, check.Attempts) {
		if attempt > 0 && !sleep(ctx, attemptPause) {
			break
		}
		if detail, err = attemptOnce(ctx, base, check); err == nil {
			return detail, nil
		}
	}
	return "", err
}

func attemptOnce(ctx context.Context, base string, check plan.Check) (string, error) {
	taken, err := request(ctx, base, check)
	if err != nil {
		return "", err
	}
	detail := fmt.Sprintf("%d in %s", check.Status, milliseconds(taken))
	if check.LatencySeconds == nil {
		return detail, nil
	}
	median, err := measure(ctx, base, check)
	if err != nil {
		return "", err
	}
	limit := time.Duration(*check.LatencySeconds * float64(time.Second))
	if median > limit {
		return "", fmt.Errorf("median of %d answers %s, expected at most %s", measurements, milliseconds(median), milliseconds(limit))
	}
	return fmt.Sprintf("%d, median %s", check.Status, milliseconds(median)), nil
}

func measure(ctx context.Context, base string, check plan.Check) (time.Duration, error) {
	var all []time.Duration
	for range measurements {
		taken, err := request(ctx, base, check)
		if err != nil {
			return 0, err
		}
		all = append(all, taken)
	}
	slices.Sort(all)
	return all[measurements/2], nil
}

// One answer, as expected. Until the timeout it is asked for again while nobody takes the request: a Service's endpoints
// take a moment to follow their pods.
func request(ctx context.Context, base string, check plan.Check) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, check.Timeout())
	defer cancel()
	for {
		started := time.Now()
		err := answer(ctx, base, check)
		switch {
		case err == nil:
			return time.Since(started), nil
		case errors.As(err, new(wrong)):
			return 0, err
		case plain.IsNotThereYet(err) && sleep(ctx, pause):
			continue
		case plain.IsTimeout(err):
			return 0, fmt.Errorf("no answer within %v s", check.TimeoutSeconds)
		}
		return 0, errors.New(plain.Error(err))
	}
}

// An answer that is there, and not what was expected.
type wrong string

func (w wrong) Error() string { return string(w) }

func answer(ctx context.Context, base string, check plan.Check) error {
	get, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(base, "/")+check.Path, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(get)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestBody))
	if err != nil {
		return err
	}
	if response.StatusCode != check.Status {
		return wrong(fmt.Sprintf("%d, expected %d", response.StatusCode, check.Status))
	}
	return unlike(body, check.Body)
}

// What is in the body is not said: it may be confidential.
func unlike(body []byte, expected *plan.Body) error {
	if expected == nil {
		return nil
	}
	if !strings.Contains(string(body), expected.Contains) {
		return wrong(fmt.Sprintf("the body (%d bytes) does not contain %q", len(body), expected.Contains))
	}
	if !regexp.MustCompile(expected.Matches).Match(body) {
		return wrong(fmt.Sprintf("the body (%d bytes) does not match %q", len(body), expected.Matches))
	}
	return nil
}

func milliseconds(duration time.Duration) string {
	return fmt.Sprintf("%d ms", duration.Round(time.Millisecond).Milliseconds())
}

func sleep(ctx context.Context, duration time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(duration):
		return true
	}
}
