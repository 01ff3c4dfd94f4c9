package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"patchbay.dev/verifier/internal/binding"
	"patchbay.dev/verifier/internal/check"
	"patchbay.dev/verifier/internal/plan"
	"patchbay.dev/verifier/internal/probe"
	"patchbay.dev/verifier/internal/report"
)

// verify tries everything in the plan, and reports all of it.
func verify(ctx context.Context, what plan.Plan, root string, stdout io.Writer) int {
	candidates := candidates(root, what.Bindings)
	outcomes := report.New(stdout, "checks", secretsOf(candidates))
	for _, one := range what.Checks {
		subject := "GET " + one.Path
		detail, err := check.Run(ctx, what.URL, one)
		if err != nil {
			outcomes.Fail(subject, err.Error())
			continue
		}
		outcomes.OK(subject, detail)
	}
	proofs := proveAll(ctx, candidates)
	for index, candidate := range candidates {
		proof := proofs[index]
		if proof.err != nil {
			outcomes.Fail(candidate.subject(), proof.err.Error())
			continue
		}
		outcomes.OK(candidate.subject(), proof.detail)
	}
	if !outcomes.Close("passed") {
		return disproven
	}
	return proven
}

// A binding that is to be tried, or the reason why it cannot be.
type candidate struct {
	binding binding.Binding
	probe   probe.Probe
	err     error
}

func candidates(root string, names []string) []candidate {
	all := make([]candidate, 0, len(names))
	for _, name := range names {
		one, err := binding.Read(root, name)
		if err != nil {
			all = append(all, candidate{binding: one, err: err})
			continue
		}
		tried, err := probe.For(one)
		all = append(all, candidate{binding: one, probe: tried, err: err})
	}
	return all
}

func (c candidate) subject() string {
	if c.probe == nil {
		return "binding " + c.binding.Name
	}
	return fmt.Sprintf("binding %s (%s)", c.binding.Name, c.probe.Target())
}

func secretsOf(all []candidate) []string {
	var secrets []string
	for _, one := range all {
		secrets = append(secrets, one.binding.Secrets()...)
	}
	return secrets
}

type proof struct {
	detail string
	err    error
}

// All at once, so that several services that do not answer cost no more time than one.
func proveAll(ctx context.Context, all []candidate) []proof {
	proofs := make([]proof, len(all))
	var running sync.WaitGroup
	for index, one := range all {
		running.Go(func() { proofs[index] = prove(ctx, one) })
	}
	running.Wait()
	return proofs
}

func prove(ctx context.Context, one candidate) proof {
	if one.err != nil {
		return proof{err: one.err}
	}
	ctx, cancel := context.WithTimeout(ctx, probe.Limit)
	defer cancel()
	started := time.Now()
	detail, err := one.probe.Prove(ctx)
	if err != nil {
		return proof{err: err}
	}
	return proof{detail: fmt.Sprintf("%s in %d ms", detail, time.Since(started).Milliseconds())}
}
