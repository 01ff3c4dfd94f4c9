// The Kubernetes resource provider, for machines that cannot download Pulumi's own build of it.
//
// The provider's module lacks the two generated files that its own main embeds, so ours embeds them: the build
// (toolchain/provision/provider.ts) derives them from the module's schema.json and terraform-mapping.json.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

//go:embed schema-embed.json
var schema []byte

//go:embed terraform-mapping-embed.json
var mapping []byte

// version is set by the linker, from toolchain/versions.ts.
var version string

func main() {
	provider.Serve("kubernetes", version, schema, mapping)
}
