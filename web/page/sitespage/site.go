package sitespage

import (
	"context"

	"familypact.example/portal/internal/office/report"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// SiteView is one site with who works there, its codes, approvals and history.
type SiteView struct {
	report.SitePage
	Codes CodesView
}

// NewSiteView returns the view of what was read.
func NewSiteView(s report.SitePage) SiteView {
	return SiteView{SitePage: s, Codes: CodesView{Codes: s.Codes, Now: s.Now}}
}

func (v SiteView) path(act string) string { return sitePath(v.Site.ID) + "/" + act }

// acts are what can be done about the site now.
func (v SiteView) acts() []ui.Link {
	var links []ui.Link
	add := func(text locale.Key, href string) { links = append(links, ui.Link{Text: text, Href: href}) }
	c := v.certifier()
	if c != nil && !c.Joined() {
		add(locale.SitesSiteIssue, issuePath(c.ID))
	}
	if c != nil {
		add(locale.SitesCertifierChange, v.path("certifier"))
	} else {
		add(locale.SitesCertifierName, v.path("certifier"))
	}
	add(locale.SitesApprovalAct, v.path("approval"))
	add(locale.SitesStatusAct, v.path("status"))
	return links
}

// notice says what stands still at the site, nil when nothing does.
func (v SiteView) notice() locale.Phrase {
	s := v.Site.Standing()
	if last := s.LastDay(); s.Status == site.Enrolled && !last.IsZero() {
		if v.Today.After(last) {
			return locale.SitesSiteReadOnly.With("Day", long(s.UncertifiedOn))
		}
		return locale.SitesSiteUncertified.With("Day", long(s.UncertifiedOn), "Last", long(last))
	}
	return nil
}

var statusKinds = map[site.Status]ui.Kind{site.Enrolled: ui.OK, site.Suspended: ui.Warn, site.Disenrolled: ui.Bad}

var statusReasons = map[string]locale.Key{
	"no_claims":          locale.SitesStatusReasonNoClaims,
	"mail_returned":      locale.SitesStatusReasonMailReturned,
	"license":            locale.SitesStatusReasonLicense,
	"no_recertification": locale.SitesStatusReasonNoRecertification,
	"investigation":      locale.SitesStatusReasonInvestigation,
	"own_wish":           locale.SitesStatusReasonOwnWish,
	"other":              locale.SitesStatusReasonOther,
}

var bases = map[site.Basis]locale.Key{site.Parent: locale.SitesApprovalBasisParent, site.Community: locale.SitesApprovalBasisCommunity}

// certifierRows say who certifies the site, for the side that goes.
func (v SiteView) certifierRows() []ui.Row {
	c := v.certifier()
	if c == nil {
		return nil
	}
	status := c.Status(v.Now)
	return []ui.Row{
		{Key: locale.AccessColumnName, Values: ui.Words(c.Name())},
		{Key: locale.AccessColumnEmail, Values: ui.Words(c.Email)},
		{Key: locale.AccessColumnStatus, Content: ui.Tag(memberStatuses[status], memberKinds[status])},
		{Key: locale.AccessColumnSignedIn, Values: []locale.Phrase{orNever(c.SignedInAt)}},
	}
}

// orientation says what is due of the certifier, nil when nothing is.
func (v SiteView) orientation() locale.Phrase {
	c := v.certifier()
	switch {
	case c == nil:
		return nil
	case !c.OrientationDueOn.IsZero():
		return locale.SitesCertifierOrientationDue.With("Name", c.Name(), "Day", long(c.OrientationDueOn))
	case !c.OrientationDoneOn.IsZero():
		return locale.SitesCertifierOrientationDone.With("Name", c.Name(), "Day", long(c.OrientationDoneOn))
	}
	return nil
}

// dueFrom is until when a certifier who is named today has to attend the
// Provider Orientation.
func (v SiteView) dueFrom() locale.Phrase {
	return locale.SitesCertifierOrientedHint.With("Day", long(membership.Orientation(v.Today, civil.Date{}, v.OrientationDays)))
}

// staying lists the staff in force.
func (v SiteView) staying() []membership.Member {
	var list []membership.Member
	for _, m := range v.Staff {
		if m.Status(v.Now) != membership.Removed {
			list = append(list, m)
		}
	}
	return list
}

func credentialChoices() []ui.Choice {
	list := []ui.Choice{{Value: "", Label: locale.UiSelectChoose}}
	for _, c := range site.Credentials {
		list = append(list, ui.Choice{Value: c, Label: locale.Words(c)})
	}
	return list
}

func basisChoices() []ui.Choice {
	var list []ui.Choice
	for _, b := range site.Bases {
		list = append(list, ui.Choice{Value: string(b), Label: bases[b]})
	}
	return list
}

// statusChoices are the states that the site may get: every one but its own.
func (v SiteView) statusChoices() []ui.Choice {
	hints := map[site.Status]locale.Key{
		site.Enrolled: locale.SitesStatusEnrolledHint, site.Suspended: locale.SitesStatusSuspendedHint,
		site.Disenrolled: locale.SitesStatusDisenrolledHint,
	}
	var list []ui.Choice
	for _, s := range []site.Status{site.Enrolled, site.Suspended, site.Disenrolled} {
		if s != v.Site.Status {
			list = append(list, ui.Choice{Value: string(s), Label: siteStatuses[s], Hint: hints[s]})
		}
	}
	return list
}

func statusReasonChoices() []ui.Choice {
	list := []ui.Choice{{Value: "", Label: locale.UiSelectChoose}}
	for _, r := range site.StatusReasons {
		list = append(list, ui.Choice{Value: r, Label: statusReasons[r]})
	}
	return list
}

func approvalTable(v SiteView) ui.Table {
	t := ui.Table{ID: "approvals", Caption: locale.SitesApprovalCaption, HideCaption: true, Columns: []ui.Column{
		{Label: locale.SitesApprovalNumber}, {Label: locale.SitesApprovalDate}, {Label: locale.SitesApprovalBasis},
		{Label: locale.SitesApprovalBy}, {Label: locale.SitesSiteStatus},
	}}
	for _, a := range v.Approvals {
		state := ui.Cell{Text: locale.SitesApprovalInForce, Tag: true, Kind: ui.OK}
		if !a.InForce() {
			state = ui.Cell{Text: locale.SitesApprovalOver.With("Day", stamp{at: *a.EndedAt}), Tag: true, Kind: ui.Quiet}
		}
		t.Rows = append(t.Rows, []ui.Cell{
			ui.Text(a.Number), {Text: day(a.ApprovedOn)}, {Text: bases[a.Basis]}, ui.Text(a.RecordedBy), state,
		})
	}
	return t
}

// approved returns the approval in force, nil when there is none.
func (v SiteView) approved() *site.Approval {
	if len(v.Approvals) > 0 && v.Approvals[0].InForce() {
		return &v.Approvals[0]
	}
	return nil
}

var deeds = map[string]locale.Key{
	"site.add":             locale.SitesDeedAdd,
	"site.change":          locale.SitesDeedChange,
	"site.approve":         locale.SitesDeedApprove,
	"site.end-approval":    locale.SitesDeedEndApproval,
	"site.suspend":         locale.SitesDeedSuspend,
	"site.disenroll":       locale.SitesDeedDisenroll,
	"site.reinstate":       locale.SitesDeedReinstate,
	"membership.certifier": locale.SitesDeedCertifier,
	"membership.replace":   locale.SitesDeedReplace,
	"membership.invite":    locale.SitesDeedInvite,
	"membership.link":      locale.SitesDeedLink,
	"membership.remove":    locale.SitesDeedRemove,
}

// history tells the deeds, newest first.
func (v SiteView) history() []ui.Event {
	events := make([]ui.Event, len(v.Deeds))
	for i, d := range v.Deeds {
		e := ui.Event{When: stamp{at: d.At}, Title: deeds[d.Action], Text: locale.SitesDeedProgram}
		if d.By != "" {
			e.Text = locale.SitesDeedBy.With("Name", d.By)
		}
		if reason, known := statusReasons[d.Reason]; known {
			e.Text = locale.SitesDeedWhy.With("Text", e.Text, "Reason", reason)
		}
		events[i] = e
	}
	return events
}

// long is a day in prose, put into words when it is shown.
type long civil.Date

// In returns the day in the reader's words.
func (d long) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }

// certifier returns the membership of the certifier in force, nil when there
// is none.
func (v SiteView) certifier() *membership.Member {
	for i := range v.Certifiers {
		if v.Certifiers[i].RemovedAt == nil {
			return &v.Certifiers[i]
		}
	}
	return nil
}

// Instead is the membership of the certifier who is shown, for the form that
// names another one; empty when there is none.
func (v SiteView) Instead() string {
	if c := v.certifier(); c != nil {
		return c.ID.String()
	}
	return ""
}

// trail is the way to a page about the site.
func (v SiteView) trail(here locale.Phrase) []ui.Link {
	return []ui.Link{
		{Text: locale.SitesTitle, Href: Home}, {Text: locale.Words(v.Site.Name), Href: sitePath(v.Site.ID)}, {Text: here},
	}
}

// graceText says until when the staff go on if the certifier goes today.
func (v SiteView) graceText() locale.Phrase {
	last := site.Standing{UncertifiedOn: v.Today}.LastDay()
	return locale.SitesCertifierEndStays.With("Count", len(v.staying()), "Day", long(last))
}
