package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Where a layout keeps the name of an image (OCI Image Layout 1.1, "Annotations").
const refName = "org.opencontainers.image.ref.name"

// Packed is an image that was packed.
type Packed struct {
	Name string `json:"name"`
	Tag  string `json:"tag"`
	// Of the index, which stands for all platforms.
	Digest string `json:"digest"`
}

// pack writes images to a new layout (OCI Image Layout 1.1).
func pack(folder string, images []Image) ([]Packed, error) {
	target, err := layout.Write(folder, empty.Index)
	if err != nil {
		return nil, err
	}
	all := make([]Packed, 0, len(images))
	for _, image := range images {
		if !strings.HasPrefix(image.Entrypoint, "/") {
			return nil, fmt.Errorf("%s:%s: the entrypoint %q is no absolute path", image.Name, image.Tag, image.Entrypoint)
		}
		index, err := image.index()
		if err != nil {
			return nil, err
		}
		digest, err := index.Digest()
		if err != nil {
			return nil, err
		}
		reference := map[string]string{refName: image.Name + ":" + image.Tag}
		if err := target.AppendIndex(index, layout.WithAnnotations(reference)); err != nil {
			return nil, err
		}
		all = append(all, Packed{Name: image.Name, Tag: image.Tag, Digest: digest.String()})
	}
	return all, nil
}

// pushAll pushes each image of a layout to its repository, in the registry at an address instead of its own.
func pushAll(ctx context.Context, folder, address string, stdout io.Writer) error {
	source, err := layout.ImageIndexFromPath(folder)
	if err != nil {
		return err
	}
	manifest, err := source.IndexManifest()
	if err != nil {
		return err
	}
	for _, described := range manifest.Manifests {
		tag, err := at(address, described.Annotations[refName])
		if err != nil {
			return err
		}
		if err := push(ctx, source, described, tag); err != nil {
			return fmt.Errorf("%s cannot be pushed: %w", tag, err)
		}
		fmt.Fprintf(stdout, "%s@%s\n", tag, described.Digest)
	}
	return nil
}

func push(ctx context.Context, source v1.ImageIndex, described v1.Descriptor, tag name.Tag) error {
	if there, err := remote.Head(tag, remote.WithContext(ctx)); err == nil && there.Digest == described.Digest {
		return nil
	}
	index, err := source.ImageIndex(described.Digest)
	if err != nil {
		return err
	}
	return remote.WriteIndex(tag, index, remote.WithContext(ctx))
}

// at is the same image in another registry.
func at(address, reference string) (name.Tag, error) {
	tag, err := name.NewTag(reference, name.StrictValidation)
	if err != nil {
		return tag, err
	}
	return name.NewTag(fmt.Sprintf("%s/%s:%s", address, tag.RepositoryStr(), tag.TagStr()), name.StrictValidation)
}
