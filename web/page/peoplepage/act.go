package peoplepage

import (
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/office"
	"familypact.example/portal/internal/platform/locale"
)

// question is what a page asks before an act.
type question struct {
	title locale.Key
	texts []locale.Key // each with the person's name and e-mail
	yes   locale.Key
	kind  string // of the button
	why   bool   // asks for a reason
	names bool   // asks for the name
}

var questions = map[Act]question{
	Disable: {
		title: locale.PeopleDisableTitle, yes: locale.PeopleDisableYes, kind: "warning", why: true,
		texts: []locale.Key{locale.PeopleDisableStops, locale.PeopleDisableStays, locale.PeopleDisableTold},
	},
	Lift: {
		title: locale.PeopleLiftTitle, yes: locale.PeopleLiftYes, texts: []locale.Key{locale.PeopleLiftText},
	},
	EndSessions: {
		title: locale.PeopleEndSessionsTitle, yes: locale.PeopleEndSessionsYes, kind: "warning",
		texts: []locale.Key{locale.PeopleEndSessionsText},
	},
	Rename: {
		title: locale.PeopleNameTitle, yes: locale.PeopleNameSave, names: true,
		texts: []locale.Key{locale.PeopleNameText, locale.PeopleNameTold},
	},
	Remove: {
		title: locale.PeopleRemoveTitle, yes: locale.PeopleRemoveYes, kind: "warning",
		texts: []locale.Key{locale.PeopleRemoveStops, locale.PeopleRemoveStays, locale.PeopleRemoveTold},
	},
	Resend: {
		title: locale.PeopleResendTitle, yes: locale.PeopleResendYes, texts: []locale.Key{locale.PeopleResendText},
	},
	Withdraw: {
		title: locale.PeopleWithdrawTitle, yes: locale.PeopleWithdrawYes, kind: "warning",
		texts: []locale.Key{locale.PeopleWithdrawText},
	},
}

// Done says what an act has done.
var Done = map[Act]locale.Key{
	Disable: locale.PeopleDisableDone, Lift: locale.PeopleLiftDone, EndSessions: locale.PeopleEndSessionsDone,
	Rename: locale.PeopleNameDone, Remove: locale.PeopleRemoveDone, Resend: locale.PeopleResendDone, Withdraw: locale.PeopleWithdrawDone,
}

// ActView is what is to be done to whom.
type ActView struct {
	PersonView
	Act Act
}

func (v ActView) title() locale.Phrase { return questions[v.Act].title.With("Name", v.Name()) }

func (v ActView) texts() []locale.Phrase {
	var list []locale.Phrase
	for _, key := range questions[v.Act].texts {
		list = append(list, key.With("Name", v.Name(), "Email", v.Email))
	}
	return list
}

// PlaceView is a membership that is to be ended.
type PlaceView struct {
	PersonView
	Place office.Place
}

func (v PlaceView) title() locale.Phrase {
	return locale.PeoplePlaceTitle.With("Name", v.Name(), "Site", v.Place.SiteName)
}

func (v PlaceView) texts() []locale.Phrase {
	keys := []locale.Key{locale.PeoplePlaceStops, locale.PeoplePlaceStays, locale.PeoplePlaceTold}
	if !v.HasAccount {
		keys = []locale.Key{locale.PeoplePlaceInvited}
	}
	var list []locale.Phrase
	for _, key := range keys {
		list = append(list, key.With("Name", v.Name(), "Site", v.Place.SiteName))
	}
	return list
}

// mostReason is the longest reason for disabling, for the counter below it.
const mostReason = account.MaxDisableReason
