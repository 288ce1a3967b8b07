package idempotency

import (
	"context"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// ErrHeld means that a form was only to be shown again, and has not been sent.
var ErrHeld = fault.New(fault.Invalid, locale.FormHeld)

type heldKey struct{}

// Hold returns a context in which no form does its work: InTx answers ErrHeld
// and begins no transaction. It is for showing a form again that somebody sent
// and that nothing has been done with (security.md 5.5).
func Hold(ctx context.Context) context.Context { return context.WithValue(ctx, heldKey{}, true) }

// Held reports whether forms are only to be shown again.
func Held(ctx context.Context) bool {
	held, _ := ctx.Value(heldKey{}).(bool)
	return held
}
