// Command seo is the CMS's example plugin that scores articles for search engines, and keeps the sitemap.
package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strconv"

	"patchbay.dev/examples/plugins/internal/event"
	"patchbay.dev/examples/plugins/internal/plugin"
)

// Set by the linker.
var version = "development"

func main() {
	plugin.Main(plugin.Plugin{
		Name:    "seo",
		Version: version,
		Port:    "3000",
		Health:  "/live",
		Ready:   "/ready",
		Routes:  routes,
		Tasks:   map[string]func(context.Context, *plugin.Runtime) error{"rebuild-sitemap": rebuildSitemap},
	})
}

func routes(runtime *plugin.Runtime) error {
	runtime.Handle("GET /seo", func(w http.ResponseWriter, _ *http.Request) {
		plugin.Answer(w, http.StatusOK, map[string]string{"plugin": "seo", "version": version})
	})
	opened, err := openSite(runtime)
	if err != nil {
		return err
	}
	runtime.Watch("content", opened.content.Ping)
	runtime.Watch("cache", opened.ping)
	runtime.Handle("POST /articles", opened.published)
	runtime.Handle("POST /articles/removed", opened.removed)
	runtime.Handle("GET /sitemap.xml", opened.sitemap)
	runtime.Handle("GET /seo/articles/{article}", opened.score)
	return nil
}

func rebuildSitemap(ctx context.Context, runtime *plugin.Runtime) error {
	opened, err := openSite(runtime)
	if err != nil {
		return err
	}
	return opened.rebuild(ctx)
}

func openSite(runtime *plugin.Runtime) (site, error) {
	opened := site{sink: event.SinkFromEnvironment(), lag: runtime.Lag, log: runtime.Log, pageSize: 1000}
	if text := os.Getenv("SITEMAP_PAGE_SIZE"); text != "" {
		size, err := strconv.Atoi(text)
		if err != nil || size < 1 {
			return opened, errors.New("SITEMAP_PAGE_SIZE is no positive number")
		}
		opened.pageSize = size
	}
	content, err := runtime.Bindings.Get("content")
	if err != nil {
		return opened, err
	}
	if opened.content, err = content.API(); err != nil {
		return opened, err
	}
	cache, err := runtime.Bindings.Get("cache")
	if err != nil {
		return opened, err
	}
	opened.cache, err = cache.Redis()
	return opened, err
}
