package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Older or younger webhooks are refused, so that nobody can send one again later (Standard Webhooks 1.0.0).
const tolerance = 5 * time.Minute

func signingKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "whsec_"))
	if err != nil || len(key) == 0 {
		return nil, errors.New("binding receipts: the entry signing-key is not whsec_ and base64")
	}
	return key, nil
}

// isSigned checks a webhook by Standard Webhooks 1.0.0; several signatures may be there while keys are being changed.
func isSigned(header http.Header, body, key []byte, now time.Time) bool {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || id == "" || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	for signature := range strings.FieldsSeq(header.Get("webhook-signature")) {
		given, isOurVersion := strings.CutPrefix(signature, "v1,")
		if isOurVersion && hmac.Equal([]byte(given), []byte(sign(id, timestamp, body, key))) {
			return true
		}
	}
	return false
}

func sign(id, timestamp string, body, key []byte) string {
	hash := hmac.New(sha256.New, key)
	hash.Write([]byte(id + "." + timestamp + "."))
	hash.Write(body)
	return base64.StdEncoding.EncodeToString(hash.Sum(nil))
}
