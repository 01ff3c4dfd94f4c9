package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"patchbay.dev/verifier/internal/plain"
)

func askRedis(ctx context.Context, l login) error {
	number := 0
	if l.database != "" {
		var err error
		if number, err = strconv.Atoi(l.database); err != nil {
			return refuse("the entry database is %q, and Redis numbers its databases", l.database)
		}
	}
	options := &redis.Options{
		Addr:            l.address(),
		Username:        l.username,
		Password:        l.password,
		DB:              number,
		MaxRetries:      -1, // one try: the answer to it is what is reported
		Protocol:        2,  // every server speaks it
		DisableIdentity: true,
	}
	if l.trusted != nil {
		options.TLSConfig = &tls.Config{RootCAs: l.trusted, ServerName: l.host}
	}
	client := redis.NewClient(options)
	defer client.Close()
	return redisError(client.Ping(ctx).Err())
}

func redisError(err error) error {
	var answer redis.Error
	var certificate *tls.CertificateVerificationError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &certificate):
		return Refusal(plain.Error(err))
	case !errors.As(err, &answer):
		return errors.New(plain.Error(err))
	}
	switch code, _, _ := strings.Cut(answer.Error(), " "); code {
	case "WRONGPASS", "NOAUTH", "NOPERM":
		return refuse("the database refuses the credentials (%s)", code)
	case "LOADING":
		return errors.New("the database is starting (LOADING)")
	}
	return refuse("the database answers: %s", answer.Error())
}
