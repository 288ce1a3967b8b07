package message

import (
	"context"
	"sync"

	"familypact.example/portal/internal/platform/postgres"
)

// Before is called in a transaction of its own before a message is rendered,
// at each attempt. It returns values to add to those of the message, and false
// when the message is no longer valid: then it is dropped. When an earlier
// attempt may have reached the server (PreparedAt), the values of that time
// are used again, so that a repeat says the same.
type Before func(ctx context.Context, tx *postgres.Tx, m Message) (values map[string]string, send bool, err error)

// After is called in the transaction that marks a message as sent; the time of
// that transaction is when the server had taken the mail.
type After func(ctx context.Context, tx *postgres.Tx, m Message) error

var hooks = struct {
	sync.RWMutex
	before map[string]Before
	after  map[string]After
}{before: map[string]Before{}, after: map[string]After{}}

// BeforeSend names the hook to call before a message with the key is sent. A
// key has one; it is named while the program is put together.
func BeforeSend(key string, fn Before) {
	hooks.Lock()
	defer hooks.Unlock()
	hooks.before[key] = fn
}

// OnSent names the hook to call when a message with the key was sent. A key
// has one; it is named while the program is put together.
func OnSent(key string, fn After) {
	hooks.Lock()
	defer hooks.Unlock()
	hooks.after[key] = fn
}

func before(ctx context.Context, tx *postgres.Tx, m Message) (map[string]string, bool, error) {
	hooks.RLock()
	fn := hooks.before[m.Key]
	hooks.RUnlock()
	if fn == nil {
		return nil, true, nil
	}
	return fn(ctx, tx, m)
}

func after(ctx context.Context, tx *postgres.Tx, m Message) error {
	hooks.RLock()
	fn := hooks.after[m.Key]
	hooks.RUnlock()
	if fn == nil {
		return nil
	}
	return fn(ctx, tx, m)
}
