package idempotency_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) {
	secret.Use(secret.NewTestRing())
	dbtest.Main(m)
}

// TestDigestIsKeyed looks into the table: a digest that anybody can compute
// would give away what was typed to whoever tries all that it may be.
func TestDigestIsKeyed(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	plain := sha256.Sum256([]byte("219-34-9876"))
	sub := idempotency.Submission{Key: uuid.New(), Digest: plain[:]}
	_, err := idempotency.InTx(t.Context(), db, authz.SystemActor, sub, func(*postgres.Tx) (uuid.UUID, error) { return uuid.New(), nil })
	if err != nil {
		t.Fatal(err)
	}
	kept, err := postgres.Value[[]byte](t.Context(), db, `SELECT digest FROM submission`)
	if err != nil || bytes.Contains(kept, plain[:]) || len(kept) != secret.MACSize {
		t.Errorf("kept %x (%v), want a keyed digest", kept, err)
	}
}

func sending(answers string) idempotency.Submission {
	return idempotency.Submission{Key: uuid.New(), Digest: []byte(answers)}
}

// TestOneFormSentTwentyTimes sends one form from twenty places at once: it runs
// once, and everybody gets what it made.
func TestOneFormSentTwentyTimes(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ctx := t.Context()
	actor := authz.Actor{Role: authz.Staff, Account: uuid.New()}
	for range 5 {
		sub := sending("a")
		var runs atomic.Int32
		ids := make([]uuid.UUID, 20)
		var wg sync.WaitGroup
		start := make(chan struct{})
		for i := range ids {
			wg.Go(func() {
				<-start
				var err error
				ids[i], err = idempotency.InTx(ctx, db, actor, sub, func(*postgres.Tx) (uuid.UUID, error) {
					runs.Add(1)
					return uuid.New(), nil
				})
				if err != nil {
					t.Errorf("sending %d: %v", i, err)
				}
			})
		}
		close(start)
		wg.Wait()
		for i, id := range ids {
			if id != ids[0] || id == uuid.Nil {
				t.Errorf("sending %d got %s, the first %s", i, id, ids[0])
			}
		}
		if runs.Load() != 1 {
			t.Errorf("ran %d times", runs.Load())
		}
	}
}

func TestRepeats(t *testing.T) {
	t.Parallel()
	ana := authz.Actor{Role: authz.Staff, Account: uuid.New()}
	other := authz.Actor{Role: authz.Staff, Account: uuid.New()}
	visitor := authz.Actor{Role: authz.Nobody, Origin: authz.Origin{Session: uuid.NewString()}}
	stranger := authz.Actor{Role: authz.Nobody, Origin: authz.Origin{Session: uuid.NewString()}}
	sub := sending("a")
	changed := idempotency.Submission{Key: sub.Key, Digest: []byte("b")}
	tests := []struct {
		name          string
		first, second authz.Actor
		again         idempotency.Submission
		runs          int
		want          error
	}{
		{"the same form", ana, ana, sub, 1, nil},
		{"the same form with other answers", ana, ana, changed, 1, idempotency.ErrChanged},
		{"another form", ana, ana, sending("a"), 2, nil},
		{"the same number from another account", ana, other, sub, 2, nil},
		{"before sign-in, the same session", visitor, visitor, sub, 1, nil},
		{"before sign-in, another session", visitor, stranger, sub, 2, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			db := dbtest.Tx(t)
			runs := 0
			send := func(a authz.Actor, s idempotency.Submission) (uuid.UUID, error) {
				return idempotency.InTx(t.Context(), db, a, s, func(*postgres.Tx) (uuid.UUID, error) {
					runs++
					return uuid.New(), nil
				})
			}
			first, err := send(tt.first, sub)
			if err != nil {
				t.Fatal(err)
			}
			second, err := send(tt.second, tt.again)
			if !errors.Is(err, tt.want) || runs != tt.runs || (tt.runs == 1 && tt.want == nil) != (first == second) {
				t.Errorf("ran %d times, %s then %s, %v; want %d, %v", runs, first, second, err, tt.runs, tt.want)
			}
		})
	}
}

func TestFailureKeepsNothing(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	actor := authz.Actor{Role: authz.Staff, Account: uuid.New()}
	sub := sending("a")
	failed := errors.New("failed")
	if _, err := idempotency.InTx(t.Context(), db, actor, sub, func(*postgres.Tx) (uuid.UUID, error) { return uuid.New(), failed }); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	want := uuid.New()
	id, err := idempotency.InTx(t.Context(), db, actor, sub, func(*postgres.Tx) (uuid.UUID, error) { return want, nil })
	if err != nil || id != want {
		t.Errorf("the repeat gave %s, %v; want %s", id, err, want)
	}
}

func TestNumberIsNeeded(t *testing.T) {
	t.Parallel()
	_, err := idempotency.InTx(t.Context(), dbtest.Tx(t), authz.SystemActor, idempotency.Submission{}, func(*postgres.Tx) (uuid.UUID, error) {
		t.Error("ran without a number")
		return uuid.New(), nil
	})
	if f, ok := fault.Of(err); !ok || f.Kind != fault.Malformed {
		t.Errorf("%v, want a malformed form", err)
	}
}

func TestSweepForgetsAfterADay(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	ctx := t.Context()
	at := time.Date(2025, 1, 13, 14, 0, 0, 0, time.UTC)
	dbtest.Freeze(t, db, at)
	actor := authz.Actor{Role: authz.Staff, Account: uuid.New()}
	sub := sending("a")
	runs := 0
	send := func() {
		t.Helper()
		_, err := idempotency.InTx(ctx, db, actor, sub, func(*postgres.Tx) (uuid.UUID, error) { runs++; return uuid.New(), nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	send()
	for _, tt := range []struct {
		after time.Duration
		runs  int
	}{{idempotency.Lifetime - time.Second, 1}, {idempotency.Lifetime, 2}} {
		dbtest.Freeze(t, db, at.Add(tt.after))
		if err := idempotency.Sweep(ctx, db); err != nil {
			t.Fatal(err)
		}
		send()
		if runs != tt.runs {
			t.Errorf("after %s ran %d times, want %d", tt.after, runs, tt.runs)
		}
	}
}
