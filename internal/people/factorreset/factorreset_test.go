package factorreset

import (
	"testing"
	"time"

	"familypact.example/portal/internal/people/account"
)

var asked = time.Date(2025, 1, 13, 17, 0, 0, 0, time.UTC)

func request(change func(r *Reset)) Reset {
	r := Reset{NeedsPerson: true, AskedAt: asked, DueAt: asked.Add(Wait), LapsesAt: asked.Add(Lapse)}
	change(&r)
	return r
}

func confirmed(r *Reset) { at := asked.Add(time.Hour); r.ConfirmedAt = &at }
func alone(r *Reset)     { r.NeedsPerson = false }

// It takes effect after 24 hours, for the workforce not before somebody has
// confirmed it (security.md 4.9).
func TestDue(t *testing.T) {
	t.Parallel()
	ended := func(r *Reset) { confirmed(r); at := asked; r.EndedAt = &at }
	done := func(r *Reset) { confirmed(r); at := asked; r.EffectiveAt = &at }
	tests := []struct {
		name   string
		r      Reset
		after  time.Duration
		due    bool
		lapsed bool
	}{
		{"confirmed, a moment before", request(confirmed), Wait - time.Nanosecond, false, false},
		{"confirmed, at 24 hours", request(confirmed), Wait, true, false},
		{"confirmed, long after", request(confirmed), 30 * 24 * time.Hour, true, false},
		{"not confirmed, at 24 hours", request(func(*Reset) {}), Wait, false, false},
		{"not confirmed, a moment before a week", request(func(*Reset) {}), Lapse - time.Nanosecond, false, false},
		{"not confirmed, after a week", request(func(*Reset) {}), Lapse, false, true},
		{"client, a moment before", request(alone), Wait - time.Nanosecond, false, false},
		{"client, at 24 hours", request(alone), Wait, true, false},
		{"client, after a week", request(alone), Lapse, true, false},
		{"ended", request(ended), Wait, false, false},
		{"in effect", request(done), Wait, false, false},
	}
	for _, tt := range tests {
		if due, lapsed := tt.r.Due(asked.Add(tt.after)), tt.r.Lapsed(asked.Add(tt.after)); due != tt.due || lapsed != tt.lapsed {
			t.Errorf("%s: due %v, lapsed %v; want %v, %v", tt.name, due, lapsed, tt.due, tt.lapsed)
		}
	}
}

func TestRemind(t *testing.T) {
	t.Parallel()
	told := func(r *Reset) { r.RemindedAt = &asked }
	for name, tt := range map[string]struct {
		r     Reset
		after time.Duration
		want  bool
	}{
		"before 12 hours": {request(confirmed), RemindAfter - time.Nanosecond, false},
		"at 12 hours":     {request(confirmed), RemindAfter, true},
		"told already":    {request(told), RemindAfter, false},
	} {
		if got := tt.r.Remind(asked.Add(tt.after)); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestConfirmer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind  account.Kind
		roles []string
		want  Confirmer
	}{
		{account.Workforce, []string{"staff"}, ByCertifier},
		{account.Workforce, []string{"certifier"}, ByOFP},
		{account.Workforce, []string{"staff", "certifier"}, ByOFP},
		{account.Workforce, nil, ByOFP},
		{account.OFP, []string{"ofp"}, ByOFP},
		{account.Desk, []string{"desk"}, ByOFP},
		{account.Client, nil, ByNobody},
	} {
		if got := confirmer(tt.kind, tt.roles); got != tt.want {
			t.Errorf("%s as %v: %q, want %q", tt.kind, tt.roles, got, tt.want)
		}
	}
}
