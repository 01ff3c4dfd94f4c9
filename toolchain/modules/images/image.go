package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Image says what an image is made of: one static program for each platform.
type Image struct {
	// Name with the registry, without a tag.
	Name string `json:"name"`
	Tag  string `json:"tag"`
	// Path of the program in the image; it is the entrypoint.
	Entrypoint string            `json:"entrypoint"`
	Labels     map[string]string `json:"labels"`
	// Files of the program by architecture, as Go names it.
	Programs map[string]string `json:"programs"`
}

// The user that distroless images call nonroot. By number, as Kubernetes checks `runAsNonRoot` by it.
const nonRoot = "65532:65532"

var epoch = time.Unix(0, 0).UTC()

// index makes an image for all of its platforms.
func (i Image) index() (v1.ImageIndex, error) {
	if len(i.Programs) == 0 {
		return nil, fmt.Errorf("%s:%s has no programs", i.Name, i.Tag)
	}
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, architecture := range slices.Sorted(maps.Keys(i.Programs)) {
		image, err := i.forPlatform(architecture)
		if err != nil {
			return nil, fmt.Errorf("%s:%s for %s: %w", i.Name, i.Tag, architecture, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        image,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: architecture}},
		})
	}
	return mutate.Annotations(index, i.Labels).(v1.ImageIndex), nil
}

func (i Image) forPlatform(architecture string) (v1.Image, error) {
	program, err := os.ReadFile(i.Programs[architecture])
	if err != nil {
		return nil, err
	}
	layer, err := layerOf(i.Entrypoint, program)
	if err != nil {
		return nil, err
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err := mutate.Append(base, mutate.Addendum{
		Layer:   layer,
		History: v1.History{Created: v1.Time{Time: epoch}, CreatedBy: "patchbay images"},
	})
	if err != nil {
		return nil, err
	}
	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	file.OS, file.Architecture, file.Created = "linux", architecture, v1.Time{Time: epoch}
	file.Config = v1.Config{User: nonRoot, Entrypoint: []string{i.Entrypoint}, WorkingDir: "/", Labels: i.Labels}
	return mutate.ConfigFile(image, file)
}

// Not compressed: the bytes then depend on no compressor, and it is read from the same machine anyway.
func layerOf(path string, program []byte) (v1.Layer, error) {
	var content bytes.Buffer
	archive := tar.NewWriter(&content)
	header := tar.Header{
		Typeflag: tar.TypeReg, Name: path[1:], Size: int64(len(program)), Mode: 0o555, ModTime: epoch, Format: tar.FormatUSTAR,
	}
	if err := archive.WriteHeader(&header); err != nil {
		return nil, err
	}
	if _, err := archive.Write(program); err != nil {
		return nil, err
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return static.NewLayer(content.Bytes(), types.OCIUncompressedLayer), nil
}
