// Package probe tries bindings: whether their services are there, and whether they accept what the binding says.
package probe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"patchbay.dev/verifier/internal/binding"
)

// Limit is the longest that one probe may take.
const Limit = 10 * time.Second

// Probe tries one binding.
type Probe interface {
	// Target names the service, as people know it; never with credentials.
	Target() string
	// Prove tells what was proven, or fails with an error in plain words. Where the error is a Refusal, the service is there.
	Prove(ctx context.Context) (string, error)
	// Reach fails, in plain words, as long as the service is not available. Whether it accepts the binding is not asked.
	Reach(ctx context.Context) error
}

// Refusal is an answer that says no: the service is there, and does not accept what the binding says.
type Refusal string

func (r Refusal) Error() string { return string(r) }

func refuse(format string, args ...any) error { return Refusal(fmt.Sprintf(format, args...)) }

// available makes of the outcome of a proof that of reaching the service: a refusal shows that it is there.
func available(err error) error {
	if errors.As(err, new(Refusal)) {
		return nil
	}
	return err
}

// IsService tells whether a binding leads to a service of the environment, and not to another plugin.
func IsService(b binding.Binding) bool { return b.Entry("type") != "plugin" }

// For chooses the probe for a binding by its type.
func For(b binding.Binding) (Probe, error) {
	trusted, err := roots(b)
	if err != nil {
		return nil, err
	}
	switch kind := b.Entry("type"); kind {
	case "postgresql", "mysql", "redis":
		if err := b.Require("host", "port"); err != nil {
			return nil, err
		}
		return newDatabase(kind, b, trusted), nil
	case "http", "plugin":
		if err := b.Require("uri"); err != nil {
			return nil, err
		}
		return newAPI(b, trusted)
	case "":
		return nil, errors.New("the entry type is missing")
	default:
		return nil, fmt.Errorf("the type %q is unknown: expected postgresql, mysql, redis, http or plugin", kind)
	}
}
