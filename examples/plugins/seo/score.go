package main

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// Search engines cut longer titles.
	longestTitle = 60
	// Shorter texts are rarely found.
	fewestWords = 300
)

// scoreOf is between 0 and 100: a title that fits, a text that is long enough, and an address that people can read.
func scoreOf(article Article) int {
	score := 0
	if length := utf8.RuneCountInString(article.Title); length > 0 && length <= longestTitle {
		score += 40
	}
	words := len(strings.Fields(article.Text))
	score += 40 * min(words, fewestWords) / fewestWords
	if !strings.ContainsAny(article.URL, "?&=") {
		score += 20
	}
	return score
}

func sitemapOf(addresses []string) urlSet {
	return urlSet{URLs: slices.Sorted(slices.Values(addresses))}
}
