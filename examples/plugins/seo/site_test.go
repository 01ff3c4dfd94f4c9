package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"patchbay.dev/examples/plugins/internal/binding"
	"patchbay.dev/examples/plugins/internal/event"
)

type gauge struct{ value float64 }

func (g *gauge) Set(seconds float64) { g.value = seconds }

// A CMS with three articles, a broker, and a cache.
func newSite(t *testing.T, sent *[]event.Event) site {
	t.Helper()
	all := []string{
		`{"id":"a","url":"https://news.example.com/a","title":"A","text":""}`,
		`{"id":"b","url":"https://news.example.com/b","title":"B","text":""}`,
		`{"id":"c","url":"https://news.example.com/?c=1","title":"","text":""}`,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /articles/{id}", func(w http.ResponseWriter, r *http.Request) {
		for _, article := range all {
			if strings.Contains(article, `"id":"`+r.PathValue("id")+`"`) {
				fmt.Fprint(w, article)
				return
			}
		}
		http.NotFound(w, r)
	})
	mux.HandleFunc("GET /articles", func(w http.ResponseWriter, r *http.Request) {
		var offset, limit int
		fmt.Sscan(r.FormValue("offset"), &offset)
		fmt.Sscan(r.FormValue("limit"), &limit)
		fmt.Fprintf(w, "[%s]", strings.Join(all[offset:min(offset+limit, len(all))], ","))
	})
	mux.HandleFunc("POST /events", func(_ http.ResponseWriter, r *http.Request) {
		received, err := event.Receive(r)
		if err != nil {
			t.Error(err)
		}
		*sent = append(*sent, received)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	redis := miniredis.RunT(t)
	root := t.TempDir()
	for path, value := range map[string]string{"content/uri": server.URL, "cache/host": redis.Host(), "cache/port": redis.Port()} {
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, path), []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	opened := site{sink: event.SinkAt(server.URL + "/events"), lag: &gauge{}, log: slog.New(slog.DiscardHandler), pageSize: 2}
	content, err := binding.In(root).Get("content")
	if err != nil {
		t.Fatal(err)
	}
	cache, err := binding.In(root).Get("cache")
	if err != nil {
		t.Fatal(err)
	}
	if opened.content, err = content.API(); err != nil {
		t.Fatal(err)
	}
	if opened.cache, err = cache.Redis(); err != nil {
		t.Fatal(err)
	}
	return opened
}

func (s site) call(handler http.HandlerFunc, body string) (int, string) {
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	for name, value := range map[string]string{"ce-specversion": "1.0", "ce-id": "e1", "ce-source": "/cms", "ce-type": "t"} {
		request.Header.Set(name, value)
	}
	response := httptest.NewRecorder()
	handler(response, request)
	return response.Code, response.Body.String()
}

func TestAnArticleIsScoredAndListed(t *testing.T) {
	var sent []event.Event
	site := newSite(t, &sent)
	for range 2 {
		if status, _ := site.call(site.published, `{"articleId":"a"}`); status != 204 {
			t.Errorf("status %d", status)
		}
	}
	if len(sent) != 2 || sent[0].ID != "e1-scored" || sent[1].ID != "e1-scored" || string(sent[0].Data) != `{"articleId":"a","score":60}` {
		t.Errorf("sent %+v", sent)
	}
	if _, sitemap := site.call(site.sitemap, ""); strings.Count(sitemap, "<loc>https://news.example.com/a</loc>") != 1 {
		t.Errorf("got %s", sitemap)
	}
	if status, _ := site.call(site.removed, `{"articleId":"a"}`); status != 204 {
		t.Errorf("status %d", status)
	}
	if _, sitemap := site.call(site.sitemap, ""); strings.Contains(sitemap, "<loc>") {
		t.Errorf("got %s", sitemap)
	}
}

func TestWhatCannotBeDoneIsAskedForAgain(t *testing.T) {
	var sent []event.Event
	site := newSite(t, &sent)
	for body, expected := range map[string]int{`{"articleId":"unknown"}`: 503, `{}`: 400, ``: 400} {
		if status, _ := site.call(site.published, body); status != expected {
			t.Errorf("%q gives %d", body, status)
		}
	}
	if err := site.cache.Close(); err != nil {
		t.Fatal(err)
	}
	if status, _ := site.call(site.sitemap, ""); status != 503 {
		t.Errorf("status %d without a cache", status)
	}
}

func TestTheSitemapIsRebuiltPageByPage(t *testing.T) {
	var sent []event.Event
	site := newSite(t, &sent)
	if err := site.rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, sitemap := site.call(site.sitemap, ""); strings.Count(sitemap, "<loc>") != 3 {
		t.Errorf("got %s", sitemap)
	}
}

func TestScores(t *testing.T) {
	best := Article{URL: "https://news.example.com/a", Title: "Ü", Text: strings.Repeat("word ", 400)}
	worst := Article{URL: "https://news.example.com/?id=1", Title: strings.Repeat("x", 61)}
	if found := scoreOf(best); found != 100 {
		t.Errorf("the best has %d", found)
	}
	if found := scoreOf(worst); found != 0 {
		t.Errorf("the worst has %d", found)
	}
}
