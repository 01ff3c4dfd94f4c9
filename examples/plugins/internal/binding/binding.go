// Package binding reads bindings (Service Binding specification 1.1.0) and opens clients of what they lead to.
package binding

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Set is the folder of all bindings.
type Set struct{ root string }

// Binding is the entries of one.
type Binding struct {
	Name    string
	entries map[string]string
}

// FromEnvironment is where SERVICE_BINDING_ROOT points.
func FromEnvironment() Set { return Set{root: os.Getenv("SERVICE_BINDING_ROOT")} }

// In is the set in a folder.
func In(root string) Set { return Set{root: root} }

// Get reads a binding.
func (s Set) Get(name string) (Binding, error) {
	if s.root == "" {
		return Binding{}, fmt.Errorf("binding %s: SERVICE_BINDING_ROOT is not set", name)
	}
	files, err := os.ReadDir(filepath.Join(s.root, name))
	if err != nil {
		return Binding{}, fmt.Errorf("binding %s: there is no such folder under SERVICE_BINDING_ROOT", name)
	}
	entries := make(map[string]string)
	for _, file := range files {
		// Kubernetes keeps the files of a mounted Secret in folders whose names begin with two dots, and links to them.
		if strings.HasPrefix(file.Name(), "..") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(s.root, name, file.Name()))
		if err != nil {
			return Binding{}, fmt.Errorf("binding %s: the entry %s cannot be read", name, file.Name())
		}
		entries[file.Name()] = string(content)
	}
	return Binding{Name: name, entries: entries}, nil
}

// Entry is the value of an entry, empty where there is none.
func (b Binding) Entry(name string) string { return b.entries[name] }

// tlsConfig trusts the binding's own certificates besides the system's; nil where it has none.
func (b Binding) tlsConfig() (*tls.Config, error) {
	certificates := b.Entry("certificates")
	if certificates == "" {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("binding %s: %w", b.Name, err)
	}
	if !pool.AppendCertsFromPEM([]byte(certificates)) {
		return nil, fmt.Errorf("binding %s: the entry certificates holds no certificate in PEM", b.Name)
	}
	return &tls.Config{RootCAs: pool, ServerName: b.Entry("host")}, nil
}
