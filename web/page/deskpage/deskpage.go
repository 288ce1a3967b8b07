// Package deskpage shows the pages of the service desk: finding an account,
// checking who calls, and the three things that can be done.
package deskpage

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// Where the pages are.
const (
	Home        = "/desk"
	WaitingPath = Home + "/waiting"
	HistoryPath = Home + "/history"
	GuidePath   = Home + "/guide"
)

// AccountPath is the page of an account.
func AccountPath(id uuid.UUID) string { return Home + "/accounts/" + id.String() }

// ActPath is the page of an act about an account.
func ActPath(id uuid.UUID, act desk.Act) string { return AccountPath(id) + "/" + string(act) }

// stamp is an instant that is put into words when it is shown.
type stamp struct {
	at   time.Time
	long bool // as a sentence has it
}

// In returns the instant in the reader's words.
func (s stamp) In(ctx context.Context) string {
	if s.long {
		return locale.Clock(ctx, s.at)
	}
	return locale.Stamp(ctx, s.at)
}

func long(at time.Time) stamp { return stamp{at: at, long: true} }

// list is words joined as a sentence does.
type list []locale.Phrase

// In returns the words, joined.
func (l list) In(ctx context.Context) string {
	words := make([]string, len(l))
	for i, p := range l {
		words[i] = p.In(ctx)
	}
	return locale.List(ctx, words)
}

var roles = map[authz.Role]locale.Key{
	authz.Certifier: locale.DeskRoleCertifier,
	authz.Staff:     locale.DeskRoleStaff,
	authz.OFP:       locale.DeskRoleOfp,
	authz.Desk:      locale.DeskRoleDesk,
}

// roleOf says what an account is for: its role, or that there is none.
func roleOf(kind account.Kind, role authz.Role) locale.Key {
	if kind == account.Client {
		return locale.DeskClient
	}
	if text, ok := roles[role]; ok {
		return text
	}
	return locale.DeskNobody
}

var states = map[desk.State]locale.Key{
	desk.Active:     locale.DeskStateActive,
	desk.SoftLocked: locale.DeskStateSoftLocked,
	desk.Blocked:    locale.DeskStateBlocked,
	desk.Inactive:   locale.DeskStateInactive,
	desk.Disabled:   locale.DeskStateDisabled,
	desk.Removed:    locale.DeskStateRemoved,
}

var kinds = map[desk.State]ui.Kind{
	desk.Active:     ui.OK,
	desk.SoftLocked: ui.Warn,
	desk.Blocked:    ui.Bad,
	desk.Inactive:   ui.Bad,
	desk.Disabled:   ui.Bad,
	desk.Removed:    ui.Quiet,
}

var acts = map[desk.Act]locale.Key{
	desk.Unblock: locale.DeskActUnblock, desk.Reset: locale.DeskActReset, desk.Enable: locale.DeskActEnable,
}

var items = map[desk.Item]locale.Key{
	desk.SaidNPI: locale.DeskItemNpi, desk.SaidCertifier: locale.DeskItemCertifier, desk.CalledBack: locale.DeskItemCallBack,
	desk.SaidUsername: locale.DeskItemUsername, desk.SaidEmail: locale.DeskItemEmail, desk.SaidLastUse: locale.DeskItemLastSignIn,
}

var reasons = map[desk.Reason]locale.Key{
	desk.MistypedCodes: locale.DeskReasonMistypedCodes, desk.LateCodes: locale.DeskReasonLateCodes,
	desk.OtherPersonTried: locale.DeskReasonOtherPersonTried, desk.ForgotPassword: locale.DeskReasonForgotPassword,
	desk.PasswordRefused: locale.DeskReasonPasswordRefused, desk.PasswordKnown: locale.DeskReasonPasswordKnown,
	desk.WasAway: locale.DeskReasonWasAway, desk.UsesSeldom: locale.DeskReasonUsesSeldom,
	desk.MissedWarnings: locale.DeskReasonMissedWarnings, desk.OtherReason: locale.DeskReasonOther,
}

// ticked are the items of a check in words.
func ticked(all []desk.Item) list {
	words := make(list, len(all))
	for i, item := range all {
		words[i] = items[item]
	}
	return words
}

// nameOf is how an account is called: nothing of a client is said.
func nameOf(kind account.Kind, name string) locale.Phrase {
	if kind == account.Client || strings.TrimSpace(name) == "" {
		return locale.DeskClient
	}
	return locale.Words(name)
}
