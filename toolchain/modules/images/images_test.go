package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// The digest of the image below. It changes only where images are packed in another way, which every pinned digest of an
// image would notice.
const digest = "sha256:575d8b1e30103e6834a11718c866c1d72695fa4e3dd509227191b1bd9012fa63"

func image(t *testing.T) Image {
	t.Helper()
	programs := make(map[string]string)
	for _, architecture := range []string{"amd64", "arm64"} {
		programs[architecture] = filepath.Join(t.TempDir(), architecture)
		if err := os.WriteFile(programs[architecture], []byte("program for "+architecture), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return Image{
		Name: "registry.example.com/shop/payment-gateway", Tag: "2.4.1", Entrypoint: "/payment-gateway",
		Labels:   map[string]string{"org.opencontainers.image.version": "2.4.1"},
		Programs: programs,
	}
}

func write(t *testing.T, plan []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(file, plan, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func packOne(t *testing.T, folder string) Packed {
	t.Helper()
	plan, err := json.Marshal([]Image{image(t)})
	if err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"pack", "--layout", folder, "--plan", write(t, plan)}, &stdout); err != nil {
		t.Fatal(err)
	}
	var packed []Packed
	if err := json.Unmarshal(stdout.Bytes(), &packed); err != nil || len(packed) != 1 {
		t.Fatalf("%v in %s", err, stdout.String())
	}
	return packed[0]
}

func TestTheSameProgramsMakeTheSameDigest(t *testing.T) {
	packed := packOne(t, t.TempDir())
	if packed != (Packed{Name: "registry.example.com/shop/payment-gateway", Tag: "2.4.1", Digest: digest}) {
		t.Errorf("got %+v", packed)
	}
}

func TestAPushedImageRunsOnBothPlatforms(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	folder := t.TempDir()
	packOne(t, folder)

	for range 2 { // the second time all of it is there already
		var stdout bytes.Buffer
		if err := run(t.Context(), []string{"push", "--layout", folder, "--to", address}, &stdout); err != nil {
			t.Fatal(err)
		}
		if expected := address + "/shop/payment-gateway:2.4.1@" + digest + "\n"; stdout.String() != expected {
			t.Errorf("got %q, expected %q", stdout.String(), expected)
		}
	}

	reference, err := name.ParseReference(address + "/shop/payment-gateway@" + digest)
	if err != nil {
		t.Fatal(err)
	}
	for _, architecture := range []string{"amd64", "arm64"} {
		pulled, err := remote.Image(reference, remote.WithPlatform(v1.Platform{OS: "linux", Architecture: architecture}))
		if err != nil {
			t.Fatal(err)
		}
		file, err := pulled.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if file.Architecture != architecture || file.Config.User != "65532:65532" ||
			file.Config.Entrypoint[0] != "/payment-gateway" || !file.Created.Equal(epoch) {
			t.Errorf("got %+v", file)
		}
		layers, err := pulled.Layers()
		if err != nil || len(layers) != 1 {
			t.Fatalf("%d layers, %v", len(layers), err)
		}
		content, err := layers[0].Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(content); err != nil || !bytes.Contains(text, []byte("program for "+architecture)) {
			t.Errorf("the layer lacks the program: %v", err)
		}
	}
}

func TestBadCallsAreRefused(t *testing.T) {
	for _, args := range [][]string{
		{}, {"pack"}, {"push", "--layout", "x"}, {"pull", "--layout", "x"}, {"pack", "--layout", "x", "--plan", "y", "z"},
	} {
		if err := run(t.Context(), args, io.Discard); err != errUsage {
			t.Errorf("%v: %v", args, err)
		}
	}
	for plan, expected := range map[string]string{
		"{": "the plan is no list of images",
		`[{"name": "a.example/b", "tag": "1", "entrypoint": "b"}]`:                                        `the entrypoint "b" is no absolute path`,
		`[{"name": "a.example/b", "tag": "1", "entrypoint": "/b"}]`:                                       "has no programs",
		`[{"name": "a.example/b", "tag": "1", "entrypoint": "/b", "programs": {"amd64": "/nowhere/at"}}]`: "no such file",
	} {
		err := run(t.Context(), []string{"pack", "--layout", t.TempDir(), "--plan", write(t, []byte(plan))}, io.Discard)
		if err == nil || !strings.Contains(err.Error(), expected) {
			t.Errorf("%s: got %v, expected %q", plan, err, expected)
		}
	}
}
