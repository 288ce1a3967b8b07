package membership_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, 1, 14, 20, 0, 0, 0, time.UTC)
	later, id := now.Add(time.Nanosecond), uuid.New()
	joined := membership.Membership{AccountID: &id, JoinedAt: &now}
	removed := joined
	removed.RemovedAt = &now
	tests := []struct {
		name string
		m    membership.Member
		want membership.Status
	}{
		{"code on its way", membership.Member{CodeLive: true}, membership.Invited},
		{"last moment of the code", membership.Member{CodeLive: true, CodeExpiresAt: &later}, membership.Invited},
		{"end of the code", membership.Member{CodeLive: true, CodeExpiresAt: &now}, membership.InvitationExpired},
		{"its mail bounced", membership.Member{CodeLive: true, CodeBounced: true}, membership.Undeliverable},
		{"bounced, then withdrawn", membership.Member{Membership: membership.Membership{RemovedAt: &now}, CodeLive: true, CodeBounced: true}, membership.Removed},
		{"no code", membership.Member{}, membership.InvitationExpired},
		{"joined", membership.Member{Membership: joined}, membership.Active},
		{"blocked", membership.Member{Membership: joined, BlockedAt: &now}, membership.Blocked},
		{"blocked and disabled", membership.Member{Membership: joined, BlockedAt: &now, DisabledAt: &now}, membership.Blocked},
		{"unused for long", membership.Member{Membership: joined, DisabledInactiveAt: &now}, membership.Disabled},
		{"last moment of disuse", membership.Member{Membership: joined, InactiveFrom: &later}, membership.Active},
		{"disuse over, no sweep yet", membership.Member{Membership: joined, InactiveFrom: &now}, membership.Disabled},
		{"blocked and unused", membership.Member{Membership: joined, BlockedAt: &now, InactiveFrom: &now}, membership.Blocked},
		{"disabled by OFP", membership.Member{Membership: joined, DisabledAt: &now}, membership.Disabled},
		{"account removed", membership.Member{Membership: joined, AccountRemovedAt: &now}, membership.Removed},
		{"removed, whatever else", membership.Member{Membership: removed, BlockedAt: &now}, membership.Removed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.m.Status(now); got != tt.want {
				t.Errorf("Status = %s, want %s", got, tt.want)
			}
		})
	}
}

// security.md 15.3: a name that would break a mail's head is refused; one that
// only looks like an address is encoded by the mail.
func TestInviteeIsCheckedAllAtOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   membership.Invitee
		want string // fields with a fault
	}{
		{"good", membership.Invitee{FirstName: "Ñ", LastName: "O’Neil-de la Cruz", Email: "n@clinic.example"}, ""},
		{"nothing", membership.Invitee{}, "first-name last-name email"},
		{"longest name", membership.Invitee{FirstName: strings.Repeat("é", 60), LastName: "B", Email: "n@clinic.example"}, ""},
		{"too long", membership.Invitee{FirstName: strings.Repeat("é", 61), LastName: "B", Email: "n@clinic.example"}, "first-name"},
		{"a header in a name", membership.Invitee{FirstName: "A\r\nBcc: x@y.example", LastName: "B", Email: "n@clinic.example"}, "first-name"},
		{"a line of its own", membership.Invitee{FirstName: "A", LastName: "B\u2028C", Email: "n@clinic.example"}, "last-name"},
		{"text that turns around", membership.Invitee{FirstName: "A", LastName: "B\u202eC", Email: "n@clinic.example"}, "last-name"},
		{"an angle address as a name", membership.Invitee{FirstName: "\"x\" <a@b.example>,", LastName: "B", Email: "n@clinic.example"}, ""},
		{"a list of addresses", membership.Invitee{FirstName: "A", LastName: "B", Email: "a@x.example, b@x.example"}, "email"},
		{"a header", membership.Invitee{FirstName: "A", LastName: "B", Email: "a@x.example\r\nBcc: b@x.example"}, "email"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var fields []string
			if f, ok := fault.Of(tt.in.Check()); ok {
				for _, x := range f.Fields {
					fields = append(fields, x.Name)
				}
			}
			if got := strings.Join(fields, " "); got != tt.want {
				t.Errorf("faults at %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWhoMayKeepAMembership(t *testing.T) {
	t.Parallel()
	here, there, me := uuid.New(), uuid.New(), uuid.New()
	staff := membership.Membership{SiteID: &here, Role: authz.Staff}
	tests := []struct {
		name  string
		actor authz.Actor
		m     membership.Membership
		want  error
	}{
		{"certifier of the site", authz.Actor{Role: authz.Certifier, Account: me, Site: here}, staff, nil},
		{"certifier of another", authz.Actor{Role: authz.Certifier, Account: me, Site: there}, staff, fault.ErrNotFound},
		{"the certifier's own", authz.Actor{Role: authz.Certifier, Account: me, Site: here}, membership.Membership{SiteID: &here, Role: authz.Certifier, AccountID: &me}, membership.ErrSelf},
		{"OFP, staff anywhere", authz.Actor{Role: authz.OFP, Account: me}, staff, nil},
		{"OFP, a certifier", authz.Actor{Role: authz.OFP, Account: me}, membership.Membership{SiteID: &here, Role: authz.Certifier}, fault.ErrNotFound},
		{"staff", authz.Actor{Role: authz.Staff, Account: me, Site: here}, staff, fault.ErrNotFound},
		{"desk", authz.Actor{Role: authz.Desk, Account: me}, staff, fault.ErrNotFound},
		{"office membership, certifier without a site", authz.Actor{Role: authz.Certifier, Account: me}, membership.Membership{Role: authz.OFP}, fault.ErrNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := membership.MayKeep(tt.actor, tt.m)
			f, ok := fault.Of(got)
			if (got == nil) != (tt.want == nil) || got != nil && (!ok || !f.Is(tt.want)) {
				t.Errorf("MayKeep = %v, want %v", got, tt.want)
			}
		})
	}
}
