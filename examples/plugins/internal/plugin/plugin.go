// Package plugin is what the example plugins share: a server with health, metrics and faults that can be asked for, and
// tasks.
package plugin

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"patchbay.dev/examples/plugins/internal/binding"

	// A container image of one static file has no root certificates of its own.
	_ "golang.org/x/crypto/x509roots/fallback"
)

// Plugin describes one of the programs.
type Plugin struct {
	Name    string
	Version string
	// Port to listen on, as the release's manifest says; the variable PORT overrides it.
	Port string
	// Paths as in the manifest.
	Health, Ready string
	// What the plugin serves.
	Routes func(*Runtime) error
	// Commands besides serving: the arguments, joined by blanks, and what they do.
	Tasks map[string]func(context.Context, *Runtime) error
}

const (
	failed  = 1
	badCall = 2
)

// Main runs the plugin, or the task that the arguments name, and does not return.
func Main(p Plugin) {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil)).With("plugin", p.Name, "version", p.Version)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	os.Exit(p.run(ctx, os.Args[1:], log))
}

func (p Plugin) run(ctx context.Context, args []string, log *slog.Logger) int {
	faults, err := parseFaults(os.Getenv("FAULT"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return badCall
	}
	runtime := newRuntime(p, faults, binding.FromEnvironment(), log)
	if len(args) > 0 {
		return p.runTask(ctx, strings.Join(args, " "), runtime)
	}
	listener, err := net.Listen("tcp", ":"+envOr("PORT", p.Port))
	if err == nil {
		err = runtime.serve(ctx, listener)
	}
	if err != nil {
		log.Error("stopped", "error", err.Error())
		return failed
	}
	return 0
}

func (p Plugin) runTask(ctx context.Context, name string, runtime *Runtime) int {
	task, known := p.Tasks[name]
	if !known {
		fmt.Fprintf(os.Stderr, "unknown task %q\n", name)
		return badCall
	}
	started := time.Now()
	if err := task(ctx, runtime); err != nil {
		runtime.Log.Error("task failed", "task", name, "error", err.Error())
		return failed
	}
	runtime.Log.Info("task done", "task", name, "seconds", time.Since(started).Seconds())
	return 0
}

func envOr(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
