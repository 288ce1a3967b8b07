package server

import (
	"context"
	"runtime/debug"
)

// routeName carries the pattern of the route from the router, deep inside, to
// the log line outside.
type routeName struct{ pattern string }

type routeNameKey struct{}

func withRoute(ctx context.Context, n *routeName) context.Context {
	return context.WithValue(ctx, routeNameKey{}, n)
}

func setRoute(ctx context.Context, pattern string) {
	if n, ok := ctx.Value(routeNameKey{}).(*routeName); ok {
		n.pattern = pattern
	}
}

func stack() string { return string(debug.Stack()) }
