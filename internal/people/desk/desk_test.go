package desk

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/ratelimit"
)

var noon = time.Date(2025, 2, 3, 20, 0, 0, 0, time.UTC)

// Unblocking lifts a block alone, enabling inactivity alone, and neither helps
// with what an administrator has done (security.md 4.6, 4.7).
func TestWhatIsOffered(t *testing.T) {
	t.Parallel()
	me := authz.Actor{Role: authz.Desk, Account: uuid.New()}
	at := noon
	tests := []struct {
		name string
		c    Condition
		want string
	}{
		{"active", Condition{HasEmail: true}, "reset"},
		{"active, without e-mail", Condition{}, ""},
		{"blocked", Condition{HasEmail: true, Blocked: &at}, "unblock reset"},
		{"inactive, marked", Condition{HasEmail: true, Inactive: true, Marked: &at}, "enable reset"},
		{"inactive, not marked yet", Condition{HasEmail: true, Inactive: true}, "enable reset"},
		{"blocked and inactive", Condition{HasEmail: true, Blocked: &at, Inactive: true}, "unblock enable reset"},
		{"disabled by OFP", Condition{HasEmail: true, Disabled: &at}, ""},
		{"disabled by OFP and blocked", Condition{HasEmail: true, Disabled: &at, Blocked: &at, Inactive: true}, ""},
		{"removed", Condition{HasEmail: true, Removed: &at, Blocked: &at}, ""},
		{"soft-locked", Condition{HasEmail: true, LockedTill: &at, AsOf: at.Add(-time.Minute)}, "reset"},
		{"one's own", Condition{ID: me.Account, HasEmail: true, Blocked: &at, Inactive: true}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, act := range tt.c.Offers(me) {
				got = append(got, string(act))
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("offers %q, want %q", s, tt.want)
			}
		})
	}
}

func TestWhatStandsAgainst(t *testing.T) {
	t.Parallel()
	me := authz.Actor{Role: authz.Desk, Account: uuid.New()}
	at := noon
	tests := []struct {
		name string
		c    Condition
		act  Act
		want error
	}{
		{"own account, whatever else", Condition{ID: me.Account, Removed: &at}, Unblock, ErrSelf},
		{"disabled, although blocked", Condition{Blocked: &at, Disabled: &at}, Unblock, ErrOffice},
		{"removed", Condition{Removed: &at}, Reset, ErrOffice},
		{"not blocked", Condition{Inactive: true}, Unblock, ErrNotBlocked},
		{"not inactive", Condition{Blocked: &at}, Enable, ErrNotInactive},
		{"no address", Condition{}, Reset, account.ErrNoMail},
	}
	for _, tt := range tests {
		if got := tt.c.Open(me, tt.act); !errors.Is(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// An account may be in several states at once (security.md 4.6).
func TestStandings(t *testing.T) {
	t.Parallel()
	before, after := noon.Add(-time.Nanosecond), noon.Add(time.Nanosecond)
	tests := []struct {
		name string
		c    Condition
		want []State
	}{
		{"none", Condition{AsOf: noon}, []State{Active}},
		{"lock that has just ended", Condition{AsOf: noon, LockedTill: &noon}, []State{Active}},
		{"lock that ended before", Condition{AsOf: noon, LockedTill: &before}, []State{Active}},
		{"last moment of a lock", Condition{AsOf: noon, LockedTill: &after}, []State{SoftLocked}},
		{"all", Condition{AsOf: noon, Disabled: &noon, Blocked: &noon, Inactive: true, LockedTill: &after}, []State{Disabled, Blocked, Inactive, SoftLocked}},
		{"removed, whatever else", Condition{AsOf: noon, Removed: &noon, Blocked: &noon}, []State{Removed}},
	}
	for _, tt := range tests {
		var got []State
		for _, s := range tt.c.Standings() {
			got = append(got, s.State)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// At least two items of the list that the kind of account has (security.md
// 4.8); what is not on the list does not count, nor does one item twice.
func TestCheckListNeedsTwo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		kind   account.Kind
		ticked []Item
		want   int // items kept, 0: refused
	}{
		{"nothing", account.Workforce, nil, 0},
		{"one", account.Workforce, []Item{SaidNPI}, 0},
		{"one, twice", account.Workforce, []Item{SaidNPI, SaidNPI}, 0},
		{"two", account.Workforce, []Item{CalledBack, SaidNPI}, 2},
		{"three", account.Workforce, []Item{SaidNPI, SaidCertifier, CalledBack}, 3},
		{"two of another list", account.Workforce, []Item{SaidUsername, SaidEmail}, 0},
		{"one, and one of another list", account.Client, []Item{SaidUsername, SaidNPI}, 0},
		{"a client", account.Client, []Item{SaidUsername, SaidLastUse}, 2},
		{"OFP", account.OFP, []Item{SaidUsername, CalledBack}, 2},
		{"desk, by a site", account.Desk, []Item{SaidNPI, SaidCertifier}, 0},
		{"something else", account.Workforce, []Item{"npi ", "", SaidNPI}, 0},
	}
	for _, tt := range tests {
		got, err := check(tt.kind, tt.ticked)
		if len(got) != tt.want || (err == nil) != (tt.want > 0) {
			t.Errorf("%s: %v, %v; want %d items", tt.name, got, err, tt.want)
		}
	}
}

// 30 acts in the time of the limit, the office is told at the 20th
// (security.md 4.8).
func TestTally(t *testing.T) {
	t.Parallel()
	limit := ratelimit.Limit{Max: 30, Window: time.Hour}
	tests := []struct {
		done  int
		limit ratelimit.Limit
		alert bool
		want  error
	}{
		{0, limit, false, nil},
		{18, limit, false, nil},
		{19, limit, true, nil}, // the next one is the 20th
		{20, limit, false, nil},
		{29, limit, false, nil},
		{30, limit, false, ErrLimit},
		{31, limit, false, ErrLimit},
		{9, ratelimit.Limit{Max: 10, Window: time.Hour}, true, nil}, // a limit below 20 tells at its last
		{10, ratelimit.Limit{Max: 10, Window: time.Hour}, false, ErrLimit},
	}
	for _, tt := range tests {
		alert, err := tally{Count: tt.done, First: &noon}.next(tt.limit)
		if alert != tt.alert || !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("after %d of %d: %v, %v; want %v, %v", tt.done, tt.limit.Max, alert, err, tt.alert, tt.want)
		}
	}
}

func TestDecidable(t *testing.T) {
	t.Parallel()
	asker, owner, second := uuid.New(), uuid.New(), uuid.New()
	r := Request{State: Waiting, AskedBy: asker, AccountID: owner, AskedAt: noon}
	done := r
	done.State = Done
	tests := []struct {
		name string
		r    Request
		who  uuid.UUID
		at   time.Time
		want error
	}{
		{"second representative", r, second, noon, nil},
		{"last moment", r, second, noon.Add(RequestLife - time.Nanosecond), nil},
		{"end of its life", r, second, noon.Add(RequestLife), ErrLapsed},
		{"who asked", r, asker, noon, ErrSecond},
		{"the owner", r, owner, noon, ErrSecond},
		{"decided", done, second, noon, ErrDecided},
	}
	for _, tt := range tests {
		if got := decidable(tt.r, authz.Actor{Account: tt.who}, tt.at); !errors.Is(got, tt.want) || (got == nil) != (tt.want == nil) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for email, want := range map[string]string{
		"dana.reyes@clinic.example": "d•••@clinic.example", "é@x.example": "é•••@x.example", "@x.example": "•••", "": "•••", "none": "•••",
	} {
		if got := Mask(email); got != want {
			t.Errorf("Mask(%q) = %q, want %q", email, got, want)
		}
	}
}

func TestPatternIsLiteral(t *testing.T) {
	t.Parallel()
	if got := literal(`50%_a\b`); got != `50\%\_a\\b` {
		t.Errorf("literal = %q", got)
	}
}
