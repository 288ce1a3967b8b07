package server_test

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/server"
)

// named says what an address with a variable part names: the thing of somebody
// asking, and that of the other site, empty where there is only one owner.
type named struct {
	path string // the beginning of the pattern, up to the variable part
	own  func(th things, as who) string
	far  func(th things) string
	gone func(th things) string // one's own that was deleted; nil where nothing is ever deleted
}

func thing(id func(th things) uuid.UUID) func(things, who) string {
	return func(th things, _ who) string { return id(th).String() }
}

func farThing(id func(th things) uuid.UUID) func(things) string {
	return func(th things) string { return id(th).String() }
}

var namedThings = []named{
	{
		"/provider/access/{id}",
		thing(func(th things) uuid.UUID { return th.member }),
		farThing(func(th things) uuid.UUID { return th.otherMember }),
		nil,
	},
	{
		"/provider/clients/{id}",
		thing(func(th things) uuid.UUID { return th.client }),
		farThing(func(th things) uuid.UUID { return th.otherClient }),
		nil,
	},
	{
		"/provider/applications/{id}/result",
		thing(func(th things) uuid.UUID { return th.certified }),
		farThing(func(th things) uuid.UUID { return th.otherCertified }),
		farThing(func(th things) uuid.UUID { return th.deleted }),
	},
	{
		"/provider/work/sent/{id}",
		thing(func(th things) uuid.UUID { return th.sent }),
		farThing(func(th things) uuid.UUID { return th.otherSent }),
		farThing(func(th things) uuid.UUID { return th.deleted }),
	},
	{
		"/provider/applications/{id}/matches",
		thing(func(th things) uuid.UUID { return th.taken }),
		farThing(func(th things) uuid.UUID { return th.otherTaken }),
		farThing(func(th things) uuid.UUID { return th.deleted }),
	},
	{
		"/provider/applications/{id}",
		thing(func(th things) uuid.UUID { return th.draft }),
		farThing(func(th things) uuid.UUID { return th.otherDraft }),
		farThing(func(th things) uuid.UUID { return th.deleted }),
	},
	{
		"/provider/search/{result}",
		func(th things, as who) string { return th.results[as].String() },
		farThing(func(th things) uuid.UUID { return th.otherResult }),
		nil,
	},
	{
		"/provider/enroll/{result}",
		func(th things, as who) string { return th.results[as].String() },
		farThing(func(th things) uuid.UUID { return th.otherResult }),
		nil,
	},
	{
		"/provider/inquiry/batches/{id}",
		thing(func(th things) uuid.UUID { return th.batch }),
		farThing(func(th things) uuid.UUID { return th.otherBatch }),
		nil,
	},
	{
		"/provider/inquiry/{id}",
		func(th things, as who) string { return th.inquiries[as].String() },
		farThing(func(th things) uuid.UUID { return th.otherInquiry }),
		nil,
	},
	{
		"/provider/training/people/{id}",
		thing(func(th things) uuid.UUID { return th.training.colleague }),
		farThing(func(th things) uuid.UUID { return th.training.otherColleague }),
		nil,
	},
	{
		"/provider/training/completions/{id}",
		thing(func(th things) uuid.UUID { return th.training.completion }),
		farThing(func(th things) uuid.UUID { return th.training.otherCompletion }),
		nil,
	},
	{
		"/my/messages/{id}",
		thing(func(th things) uuid.UUID { return th.message }),
		farThing(func(th things) uuid.UUID { return th.otherMessage }),
		nil,
	},
	{
		"/my/documents/{id}",
		thing(func(th things) uuid.UUID { return th.ownPaper }),
		farThing(func(th things) uuid.UUID { return th.otherOwnPaper }),
		nil,
	},
	{"/handover/question/{question}", func(things, who) string { return "q1" }, nil, nil},
	{"/my/application/{question}", func(things, who) string { return "q1" }, nil, nil},
	{"/ofp/training/courses/{id}", thing(func(th things) uuid.UUID { return th.training.course }), nil, nil},
	{"/ofp/training/import/{id}", thing(func(th things) uuid.UUID { return th.training.list }), nil, nil},
	{
		"/provider/account/sessions/{id}",
		func(th things, as who) string { return th.sessions[as].String() },
		farThing(func(th things) uuid.UUID { return th.otherSession }),
		nil,
	},
	{
		"/ofp/account/sessions/{id}",
		func(th things, as who) string { return th.sessions[as].String() },
		farThing(func(th things) uuid.UUID { return th.otherSession }),
		nil,
	},
	{
		"/desk/account/sessions/{id}",
		func(th things, as who) string { return th.sessions[as].String() },
		farThing(func(th things) uuid.UUID { return th.otherSession }),
		nil,
	},
	{
		"/my/account/sessions/{id}",
		func(th things, as who) string { return th.sessions[as].String() },
		farThing(func(th things) uuid.UUID { return th.otherSession }),
		nil,
	},
	{"/ofp/sites/import/{id}", thing(func(th things) uuid.UUID { return th.list }), nil, nil},
	{"/ofp/sites/{id}", thing(func(th things) uuid.UUID { return th.site }), nil, nil},
	{"/ofp/people/requests/{id}", thing(func(th things) uuid.UUID { return th.office.request }), nil, nil},
	{"/ofp/people/places/{id}", thing(func(th things) uuid.UUID { return th.office.place }), nil, nil},
	{"/ofp/people/{id}/resend", thing(func(th things) uuid.UUID { return th.office.invited }), nil, nil},
	{"/ofp/people/{id}/withdraw", thing(func(th things) uuid.UUID { return th.office.invited }), nil, nil},
	{"/ofp/people/{id}/lift", thing(func(th things) uuid.UUID { return th.office.disabled }), nil, nil},
	{"/ofp/people/{id}/remove", thing(func(th things) uuid.UUID { return th.office.desk }), nil, nil},
	{"/ofp/people/{id}", thing(func(th things) uuid.UUID { return th.office.account }), nil, nil},
	{"/provider/reports/{name}", func(things, who) string { return "endings" }, nil, nil},
	{"/ofp/settings/{name}", func(things, who) string { return "multi_site" }, nil, nil},
	{"/ofp/tables/import/{id}", thing(func(th things) uuid.UUID { return th.tables.list }), nil, nil},
	{"/ofp/tables/{id}/withdraw", thing(func(th things) uuid.UUID { return th.tables.published }), nil, nil},
	{"/ofp/tables/{id}", thing(func(th things) uuid.UUID { return th.tables.draft }), nil, nil},
	{"/ofp/outages/{id}", thing(func(th things) uuid.UUID { return th.dates.outage }), nil, nil},
	{"/ofp/overrides/{id}", thing(func(th things) uuid.UUID { return th.dates.request }), nil, nil},
	{"/ofp/codes/issue/{id}", thing(func(th things) uuid.UUID { return th.certifier }), nil, nil},
	{"/ofp/codes/selection/{id}", thing(func(th things) uuid.UUID { return th.chosen }), nil, nil},
	{"/desk/accounts/{id}", thing(func(th things) uuid.UUID { return th.desk.account }), nil, nil},
	{"/desk/waiting/{id}", thing(func(th things) uuid.UUID { return th.desk.request }), nil, nil},
	{
		"/desk/results/{result}",
		thing(func(th things) uuid.UUID { return th.desk.result }),
		farThing(func(th things) uuid.UUID { return th.desk.otherResult }),
		nil,
	},
	{"/demo/mail/{id}", func(th things, _ who) string { return th.letter }, nil, nil},
}

// find returns what the pattern names, and false when it names nothing.
func find(pattern string) (named, bool) {
	for _, n := range namedThings {
		if strings.HasPrefix(pattern, n.path) {
			return n, true
		}
	}
	return named{}, false
}

// fill puts a value into the first variable part of a pattern, and into the
// others what belongs to it.
func (w *world) fill(pattern, value string) string {
	head, rest, ok := strings.Cut(pattern, "{")
	if !ok {
		return pattern
	}
	_, tail, _ := strings.Cut(rest, "}")
	tail = strings.NewReplacer("{section}", "identity", "{result}", w.things.results[asStaff].String(), "{client}", w.things.client.String(), "{change}", w.things.change.String(), "{document}", w.things.document.String(), "{retro}", w.things.retro.String(), "{month}", lastMonth().String()).Replace(tail)
	if strings.Contains(tail, "{") {
		w.t.Fatalf("%s: say in fill what its other part is", pattern)
	}
	return head + value + tail
}

// own is the address of a route as somebody asks for what is theirs.
func (w *world) own(l server.Line, as who) string {
	w.t.Helper()
	if !strings.Contains(l.Path, "{") {
		return l.Path
	}
	n, ok := find(l.Path)
	if !ok {
		w.t.Fatalf("%s: say in namedThings what it names", l.Path)
	}
	return w.fill(l.Path, n.own(w.things, as))
}

// letter leaves a mail in the folder of the training copy.
func (w *world) letter() string {
	w.t.Helper()
	folder, err := mail.NewFolder(w.app.Config.MailDir)
	w.must(err)
	w.must(folder.Send(context.Background(), mail.Mail{
		From: "no-reply@portal.example", To: "tess@clinic.example", Subject: "Test", Text: "Test", HTML: "<p>Test</p>",
		ID: mail.Identify("test", "test:1", "no-reply@portal.example"),
	}))
	letters, err := mail.List(w.app.Config.MailDir)
	w.must(err)
	if len(letters) != 1 {
		w.t.Fatalf("%d letters in the folder, want 1", len(letters))
	}
	return strings.TrimSuffix(letters[0].Name, filepath.Ext(letters[0].Name))
}
