package deskpage

import (
	"slices"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// AccountView is an account during a call, with what can be done now.
type AccountView struct {
	desk.Case
	Offers []desk.Act
}

func (v AccountView) title() locale.Phrase { return nameOf(v.Kind, v.Name) }

// caption says what the account is for.
func (v AccountView) caption() locale.Phrase {
	if v.Kind == account.Client {
		return nil
	}
	return v.role()
}

func (v AccountView) role() locale.Key {
	role := authz.Nobody
	if len(v.Places) > 0 {
		role = v.Places[0].Role
	}
	return roleOf(v.Kind, role)
}

// why says since when an account is in a state, and who lifts it.
func why(s desk.Standing) locale.Phrase {
	since := locale.Phrase(locale.Words(""))
	if s.Since != nil {
		since = long(*s.Since)
	}
	switch s.State {
	case desk.SoftLocked:
		return locale.DeskWhySoftLocked.With("Time", long(*s.Till))
	case desk.Blocked:
		return locale.DeskWhyBlocked.With("Time", since)
	case desk.Inactive:
		if s.Since == nil {
			return locale.DeskWhyInactiveNow
		}
		return locale.DeskWhyInactive.With("Time", since)
	case desk.Disabled:
		return locale.DeskWhyDisabled.With("Time", since, "Phone", ui.OFPPhone)
	case desk.Removed:
		return locale.DeskWhyRemoved.With("Time", since, "Phone", ui.OFPPhone)
	}
	return locale.DeskWhyActive
}

// about lists what is known of the account.
func about(v AccountView) []ui.Row {
	rows := []ui.Row{{Key: locale.DeskResultsState, Content: standings(v)}}
	if v.Kind != account.Client {
		email := []locale.Phrase{locale.Words(v.Email)}
		if v.Check == nil && !v.Own {
			email = append(email, locale.DeskAccountEmailMasked)
		}
		rows = append(rows,
			ui.Row{Key: locale.DeskResultsUsername, Values: ui.Words(v.Username)},
			ui.Row{Key: locale.DeskAccountEmail, Values: email})
	}
	var places []locale.Phrase
	for _, p := range v.Places {
		if p.Name != "" {
			places = append(places, locale.DeskAccountPlace.With("Role", roles[p.Role], "Site", p.Name, "City", p.City))
		}
	}
	if len(places) > 0 {
		rows = append(rows, ui.Row{Key: locale.DeskAccountWorks, Values: places})
	}
	used := locale.Phrase(long(v.LastUse))
	if !v.HasSignedIn {
		used = locale.DeskAccountUsedNever.With("Time", long(v.LastUse))
	}
	return append(rows, ui.Row{Key: locale.DeskResultsUsed, Values: []locale.Phrase{used}})
}

// checklist is what a caller can prove, each with the right answer where the
// desk may know it.
func checklist(v AccountView) ui.Choices {
	c := ui.Choices{Name: "items", Legend: locale.DeskCheckLegend, Hint: locale.DeskCheckHint, Size: "s"}
	for _, item := range desk.Checklist(v.Kind) {
		c.Items = append(c.Items, ui.Choice{Value: string(item), Label: items[item], Hint: answer(v, item)})
	}
	return c
}

func answer(v AccountView, item desk.Item) locale.Phrase {
	of := func(fact func(p desk.Place) string) list {
		var facts []string
		for _, p := range v.Places {
			if f := fact(p); f != "" && !slices.Contains(facts, f) {
				facts = append(facts, f)
			}
		}
		return list(ui.Words(facts...))
	}
	var right list
	text := locale.DeskItemNpiHint
	switch item {
	case desk.SaidNPI:
		right = of(func(p desk.Place) string { return p.NPI })
	case desk.SaidCertifier:
		right = of(func(p desk.Place) string { return p.Certifier })
	case desk.CalledBack:
		if v.Kind.Privileged() {
			return locale.DeskItemCallBackOffice
		}
		right, text = of(func(p desk.Place) string { return p.Phone }), locale.DeskItemCallBackSite
	case desk.SaidLastUse:
		right, text = list{long(v.LastUse)}, locale.DeskItemLastSignInHint
	}
	if len(right) == 0 {
		return nil
	}
	return text.With("Answer", right)
}

// forEverything says where the rest goes.
var forEverything = []locale.Phrase{
	locale.DeskReferCodes.With("Phone", ui.OFPPhone), locale.DeskReferStaff, locale.DeskReferServices,
}

// wording are the texts of the page of an act.
type wording struct{ title, happens, stays locale.Key }

var wordings = map[desk.Act]wording{
	desk.Unblock: {locale.DeskActUnblockTitle, locale.DeskActUnblockHappens, locale.DeskActUnblockStays},
	desk.Reset:   {locale.DeskActResetTitle, locale.DeskActResetHappens, locale.DeskActResetStays},
	desk.Enable:  {locale.DeskActEnableTitle, locale.DeskActEnableHappens, locale.DeskActEnableStays},
}

// Said is the message after an act, or after asking for one.
func Said(act desk.Act, asked bool) locale.Key {
	if asked {
		return locale.DeskActAsked
	}
	return map[desk.Act]locale.Key{
		desk.Unblock: locale.DeskActUnblockDone, desk.Reset: locale.DeskActResetDone, desk.Enable: locale.DeskActEnableDone,
	}[act]
}

func causes(act desk.Act) ui.Choices {
	c := ui.Choices{Name: "reason", Legend: locale.DeskActReason, Size: "m"}
	for _, r := range desk.Reasons[act] {
		c.Items = append(c.Items, ui.Choice{Value: string(r), Label: reasons[r]})
	}
	return c
}

// kindOf makes the act that weighs most the first button of the page.
func kindOf(act desk.Act, offers []desk.Act) string {
	if act == offers[0] {
		return ""
	}
	return "secondary"
}
