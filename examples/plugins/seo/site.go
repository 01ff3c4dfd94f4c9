package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"patchbay.dev/examples/plugins/internal/binding"
	"patchbay.dev/examples/plugins/internal/event"
	"patchbay.dev/examples/plugins/internal/plugin"
)

// Article is one of the CMS's.
type Article struct {
	ID    string `json:"id"`
	URL   string `json:"url"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Keys in Redis: hashes of an article's address and score by its id.
const (
	addressesKey = "seo:addresses"
	scoresKey    = "seo:scores"

	scoredEvent = "com.example.cms.article.scored"
)

type site struct {
	content  *binding.API
	cache    *redis.Client
	sink     event.Sink
	lag      interface{ Set(seconds float64) }
	log      *slog.Logger
	pageSize int
}

func (s site) ping(ctx context.Context) error { return s.cache.Ping(ctx).Err() }

func (s site) published(w http.ResponseWriter, r *http.Request) {
	s.follow(w, r, func(ctx context.Context, cause event.Event, id string) error {
		var article Article
		if err := s.content.Get(ctx, "/articles/"+url.PathEscape(id), &article); err != nil {
			return err
		}
		score := scoreOf(article)
		if err := s.keep(ctx, article, score); err != nil {
			return err
		}
		data, err := json.Marshal(map[string]any{"articleId": id, "score": score})
		if err != nil {
			return err
		}
		return s.sink.Send(ctx, event.Event{
			ID: cause.ID + "-scored", Source: "/plugins/seo", Type: scoredEvent, Subject: id, Time: time.Now(), Data: data,
		})
	})
}

func (s site) removed(w http.ResponseWriter, r *http.Request) {
	s.follow(w, r, func(ctx context.Context, _ event.Event, id string) error {
		_, err := s.cache.Pipelined(ctx, func(both redis.Pipeliner) error {
			both.HDel(ctx, addressesKey, id)
			both.HDel(ctx, scoresKey, id)
			return nil
		})
		return err
	})
}

// follow acts on an event about an article. Doing so twice has the same result, as brokers may deliver an event twice.
func (s site) follow(w http.ResponseWriter, r *http.Request, act func(context.Context, event.Event, string) error) {
	received, err := event.Receive(r)
	var data struct {
		Article string `json:"articleId"`
	}
	if err == nil && (json.Unmarshal(received.Data, &data) != nil || data.Article == "") {
		err = errors.New("the event's data has no articleId")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := act(r.Context(), received, data.Article); err != nil {
		s.fail(w, err)
		return
	}
	s.lag.Set(received.Age().Seconds())
	w.WriteHeader(http.StatusNoContent)
}

func (s site) keep(ctx context.Context, article Article, score int) error {
	_, err := s.cache.Pipelined(ctx, func(both redis.Pipeliner) error {
		both.HSet(ctx, addressesKey, article.ID, article.URL)
		both.HSet(ctx, scoresKey, article.ID, score)
		return nil
	})
	return err
}

func (s site) score(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("article")
	score, err := s.cache.HGet(r.Context(), scoresKey, id).Int()
	switch {
	case errors.Is(err, redis.Nil):
		http.NotFound(w, r)
	case err != nil:
		s.fail(w, err)
	default:
		plugin.Answer(w, http.StatusOK, map[string]any{"articleId": id, "score": score})
	}
}

// The sitemap protocol 0.9.
type urlSet struct {
	XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []string `xml:"url>loc"`
}

func (s site) sitemap(w http.ResponseWriter, r *http.Request) {
	addresses, err := s.cache.HVals(r.Context(), addressesKey).Result()
	if err != nil {
		s.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	fmt.Fprint(w, xml.Header)
	if err := xml.NewEncoder(w).Encode(sitemapOf(addresses)); err != nil {
		s.log.Warn("the sitemap was not sent whole", "error", err.Error())
	}
}

// rebuild reads all articles from the CMS, page by page.
func (s site) rebuild(ctx context.Context) error {
	for offset := 0; ; offset += s.pageSize {
		query := url.Values{"limit": {strconv.Itoa(s.pageSize)}, "offset": {strconv.Itoa(offset)}}
		var page []Article
		if err := s.content.Get(ctx, "/articles?"+query.Encode(), &page); err != nil {
			return err
		}
		for _, article := range page {
			if err := s.keep(ctx, article, scoreOf(article)); err != nil {
				return err
			}
		}
		if len(page) < s.pageSize {
			return nil
		}
	}
}

func (s site) fail(w http.ResponseWriter, err error) {
	s.log.Error("could not answer", "error", err.Error())
	http.Error(w, "could not be done now", http.StatusServiceUnavailable)
}
