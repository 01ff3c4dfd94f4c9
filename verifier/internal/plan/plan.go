// Package plan reads what is to be verified.
package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Plan says what the verifier is to prove. Fields that this version does not know are ignored.
type Plan struct {
	Plugin   string   `json:"plugin"`
	Version  string   `json:"version"`
	URL      string   `json:"url"`
	Checks   []Check  `json:"checks"`
	Bindings []string `json:"bindings"`
	// Longest time that the command wait takes; 60 where the plan does not say.
	WaitSeconds *float64 `json:"waitSeconds"`
}

// Check is a GET request that must be answered as expected.
type Check struct {
	Path           string  `json:"path"`
	Status         int     `json:"status"`
	TimeoutSeconds float64 `json:"timeoutSeconds"`
	Body           *Body   `json:"body"`
	// The slowest acceptable median of several answers; absent: any.
	LatencySeconds *float64 `json:"latencySeconds"`
	// How often the check is tried until it passes; 0 counts as 1.
	Attempts int `json:"attempts"`
}

// Body is what an answer's body must be like. Where both are given, both must hold.
type Body struct {
	Contains string `json:"contains"`
	Matches  string `json:"matches"`
}

// Timeout is the longest wait for an answer.
func (c Check) Timeout() time.Duration { return seconds(c.TimeoutSeconds) }

// Wait is the longest time that the command wait takes.
func (p Plan) Wait() time.Duration {
	if p.WaitSeconds == nil {
		return time.Minute
	}
	return seconds(*p.WaitSeconds)
}

func seconds(count float64) time.Duration { return time.Duration(count * float64(time.Second)) }

// Parse reads a plan. Its error names everything that is wrong with it, a line each.
func Parse(text string) (Plan, error) {
	var plan Plan
	if err := json.Unmarshal([]byte(text), &plan); err != nil {
		return plan, fmt.Errorf("  %w", err)
	}
	problems := append(addressProblems(plan.URL), checkProblems(plan.Checks)...)
	for _, name := range plan.Bindings {
		if name == "" || strings.HasPrefix(name, ".") || strings.ContainsAny(name, `/\`) {
			problems = append(problems, fmt.Errorf("  bindings: %q is no name of a folder", name))
		}
	}
	if plan.WaitSeconds != nil && *plan.WaitSeconds < 0 {
		problems = append(problems, fmt.Errorf("  waitSeconds: %v is negative", *plan.WaitSeconds))
	}
	return plan, errors.Join(problems...)
}

func addressProblems(address string) []error {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		return []error{fmt.Errorf("  url: %q is no http or https address", address)}
	}
	return nil
}

func checkProblems(checks []Check) []error {
	var problems []error
	for index, check := range checks {
		wrong := func(format string, args ...any) {
			problems = append(problems, fmt.Errorf("  checks[%d].%s", index, fmt.Sprintf(format, args...)))
		}
		if !strings.HasPrefix(check.Path, "/") {
			wrong("path: %q does not start with /", check.Path)
		}
		if check.Status < 100 || check.Status > 599 {
			wrong("status: %d is no HTTP status", check.Status)
		}
		if check.TimeoutSeconds <= 0 {
			wrong("timeoutSeconds: %v is not positive", check.TimeoutSeconds)
		}
		if check.LatencySeconds != nil && *check.LatencySeconds <= 0 {
			wrong("latencySeconds: %v is not positive", *check.LatencySeconds)
		}
		if check.Attempts < 0 {
			wrong("attempts: %d is negative", check.Attempts)
		}
		if check.Body != nil {
			if _, err := regexp.Compile(check.Body.Matches); err != nil {
				wrong("body.matches: %v", err)
			}
		}
	}
	return problems
}
