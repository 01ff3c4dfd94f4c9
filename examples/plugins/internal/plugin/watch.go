package plugin

import (
	"context"
	"time"
)

// Between two looks at the bindings.
const watchInterval = 15 * time.Second

// A binding, and how to see whether its service can be used.
type watched struct {
	name string
	try  func(context.Context) error
}

// Watch has a binding tried now and then, and reported as the metric patchbay_binding_up.
func (r *Runtime) Watch(name string, try func(context.Context) error) {
	r.watched = append(r.watched, watched{name, try})
}

func (r *Runtime) watch(ctx context.Context) {
	for {
		for _, one := range r.watched {
			r.look(ctx, one)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(watchInterval):
		}
	}
}

func (r *Runtime) look(ctx context.Context, one watched) {
	ctx, cancel := context.WithTimeout(ctx, watchInterval)
	defer cancel()
	up := 1.0
	if err := one.try(ctx); err != nil {
		up = 0
		r.Log.Warn("a binding does not work", "binding", one.name, "error", err.Error())
	}
	r.metrics.bindings.WithLabelValues(one.name).Set(up)
}
