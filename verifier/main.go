// Command verifier proves, from inside the cluster, that a release of a plugin and its bindings work. Its contract is
// docs/reference/verifier.md.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"patchbay.dev/verifier/internal/plan"

	// A container image of one static file has no root certificates of its own.
	_ "golang.org/x/crypto/x509roots/fallback"
)

// Set by the linker.
var version = "development"

const (
	proven    = 0
	disproven = 1
	badCall   = 2
)

const usage = `usage: verifier verify|wait|version

  verify   run the checks of the plan, then probe each binding
  wait     wait until the service of each binding is available
  version  print the version

The plan is JSON in PATCHBAY_VERIFICATION; bindings are folders under SERVICE_BINDING_ROOT.
`

func main() {
	// Kubernetes ends a Job that takes too long with SIGTERM: what is known by then is still reported.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	if len(args) != 1 {
		fmt.Fprint(stderr, usage)
		return badCall
	}
	commands := map[string]func(context.Context, plan.Plan, string, io.Writer) int{"verify": verify, "wait": wait}
	command, known := commands[args[0]]
	switch {
	case args[0] == "version":
		fmt.Fprintln(stdout, version)
		return proven
	case !known:
		fmt.Fprintf(stderr, "unknown command %q\n%s", args[0], usage)
		return badCall
	}
	what, err := plan.Parse(getenv("PATCHBAY_VERIFICATION"))
	if err != nil {
		fmt.Fprintf(stderr, "PATCHBAY_VERIFICATION holds no valid plan\n%v\n", err)
		return badCall
	}
	root := getenv("SERVICE_BINDING_ROOT")
	if root == "" && len(what.Bindings) > 0 {
		fmt.Fprintln(stderr, "SERVICE_BINDING_ROOT is not set, but the plan names bindings")
		return badCall
	}
	return command(ctx, what, root, stdout)
}
