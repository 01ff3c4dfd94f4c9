package binding

import (
	"errors"
	"fmt"
	"net/url"

	"golang.org/x/oauth2"
)

// withoutSecrets is an error's text for a log: what a token endpoint answered may repeat what it was sent.
func withoutSecrets(err error) string {
	var token *oauth2.RetrieveError
	if errors.As(err, &token) && token.Response != nil {
		return fmt.Sprintf("the token endpoint answers %d %s", token.Response.StatusCode, token.ErrorCode)
	}
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err.Error()
	}
	return err.Error()
}
