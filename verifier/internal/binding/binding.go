// Package binding reads bindings in the format of the Service Binding specification 1.1.0: a folder for each, a file for
// each entry.
package binding

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Binding is an integration point joined to a service.
type Binding struct {
	Name    string
	entries map[string]string
}

// Entries whose values nobody may see.
var secretEntries = []string{"password", "client-secret", "api-key", "token", "signing-key", "private-key"}

// New makes a binding of entries that were read elsewhere.
func New(name string, entries map[string]string) Binding {
	return Binding{Name: name, entries: entries}
}

// Read reads the folder of a binding.
func Read(root, name string) (Binding, error) {
	folder := filepath.Join(root, name)
	files, err := os.ReadDir(folder)
	if err != nil {
		return Binding{Name: name}, fmt.Errorf("its folder %s cannot be read", folder)
	}
	entries := make(map[string]string)
	for _, file := range files {
		// Kubernetes keeps the files of a mounted Secret in folders whose names begin with two dots, and links to them.
		if strings.HasPrefix(file.Name(), "..") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			return Binding{Name: name}, fmt.Errorf("its entry %s cannot be read", file.Name())
		}
		// A file that was written by hand ends in a line break that is no part of the value.
		entries[file.Name()] = strings.TrimRight(string(content), "\r\n")
	}
	return New(name, entries), nil
}

// Entry is the value of an entry, empty where there is none.
func (b Binding) Entry(name string) string { return b.entries[name] }

// Has tells whether there is such an entry.
func (b Binding) Has(name string) bool {
	_, there := b.entries[name]
	return there
}

// Require fails where one of the entries is missing or empty.
func (b Binding) Require(names ...string) error {
	for _, name := range names {
		if b.entries[name] == "" {
			return fmt.Errorf("the entry %s is missing", name)
		}
	}
	return nil
}

// Secrets are the values that must never be shown.
func (b Binding) Secrets() []string {
	var secrets []string
	for _, name := range secretEntries {
		if value := b.entries[name]; value != "" {
			secrets = append(secrets, value)
		}
	}
	uri := b.entries["uri"]
	parsed, err := url.Parse(uri)
	switch {
	case uri == "":
	case err != nil:
		secrets = append(secrets, uri)
	case parsed.User != nil:
		secrets = append(secrets, uri, parsed.User.String())
		if password, set := parsed.User.Password(); set && password != "" {
			secrets = append(secrets, password)
		}
	}
	return secrets
}
