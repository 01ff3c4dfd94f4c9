// Command images packs static programs into OCI images without Docker, and pushes them to a registry. The same programs
// make the same digests on every machine.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

const usage = `usage: images pack --layout FOLDER --plan FILE
       images push --layout FOLDER --to HOST:PORT

  pack  write an OCI image layout with the images that the plan (JSON) lists, and print their digests (JSON)
  push  push the images of a layout to a registry, by HTTP where it is on loopback
`

const (
	failed  = 1
	badCall = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		if errors.Is(err, errUsage) {
			os.Exit(badCall)
		}
		os.Exit(failed)
	}
}

var errUsage = errors.New(usage)

func run(ctx context.Context, args []string, stdout io.Writer) error {
	if len(args) == 0 {
		return errUsage
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	folder := flags.String("layout", "", "")
	plan := flags.String("plan", "", "")
	to := flags.String("to", "", "")
	if flags.Parse(args[1:]) != nil || flags.NArg() > 0 || *folder == "" {
		return errUsage
	}
	switch {
	case args[0] == "pack" && *plan != "" && *to == "":
		return packAll(*folder, *plan, stdout)
	case args[0] == "push" && *to != "" && *plan == "":
		return pushAll(ctx, *folder, *to, stdout)
	}
	return errUsage
}

func packAll(folder, plan string, stdout io.Writer) error {
	content, err := os.ReadFile(plan)
	if err != nil {
		return err
	}
	var images []Image
	if err := json.Unmarshal(content, &images); err != nil {
		return fmt.Errorf("the plan is no list of images: %w", err)
	}
	packed, err := pack(folder, images)
	if err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(packed)
}
