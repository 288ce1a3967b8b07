package server_test

import (
	"context"
	"os"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
)

// things are what addresses name: own ones, and those of the other site.
type things struct {
	member, otherMember       uuid.UUID // invited, not here yet
	client, otherClient       uuid.UUID // enrolled
	change                    uuid.UUID // of the client, begun and not recorded
	retro                     uuid.UUID // months before the client's first certification, asked about
	draft, otherDraft         uuid.UUID // applications
	deleted                   uuid.UUID // an application that was there
	signed, otherSigned       uuid.UUID
	certified, otherCertified uuid.UUID
	document                  uuid.UUID         // of the client
	results                   map[who]uuid.UUID // of a search of their own
	otherResult               uuid.UUID
	site, list                uuid.UUID
	certifier                 uuid.UUID // a membership
	sessions                  map[who]uuid.UUID
	otherSession              uuid.UUID
	chosen                    uuid.UUID // certifiers to be issued codes
	letter                    string
	desk                      deskThings
	office                    officeThings
	training                  trainingThings
	dates                     dateThings
	tables                    tableThings
	inquiryThings
	mineThings
	aloneThings
}

func sub() idempotency.Submission {
	return idempotency.Submission{Key: uuid.Must(uuid.NewV7()), Digest: []byte("test")}
}

// furnish makes everything that an address can name.
func (w *world) furnish() {
	w.t.Helper()
	own, other := &w.things, &things{}
	w.clinic(own, w.people[asStaff].actor(), w.people[asCertifier].actor(), "Rosa", "Delgado")
	w.clinic(other, w.others[asStaff].actor(), w.others[asCertifier].actor(), "Marta", "Villanueva")
	own.otherMember, own.otherClient, own.otherDraft = other.member, other.client, other.draft
	own.otherSent, own.otherTaken = other.sent, other.taken
	own.otherSigned, own.otherCertified = other.signed, other.certified
	w.must(w.super.QueryRow(context.Background(), `SELECT id FROM document WHERE client_id = $1 AND kind = 'notice'`, own.client).Scan(&own.document))
	own.results = map[who]uuid.UUID{}
	for _, as := range []who{asStaff, asCertifier} {
		own.results[as] = w.search(w.people[as].actor(), "Rosa", "Delgado")
	}
	own.otherResult = w.search(w.others[asStaff].actor(), "Rosa", "Delgado")
	own.inquiryThings = w.inquired()
	own.mineThings = w.joined(own.client, other.client)
	own.site = *w.people[asStaff].site
	own.certifier = w.membership(w.people[asCertifier].account)
	own.list = w.upload()
	own.chosen = w.choose()
	own.letter = w.letter()
	own.sessions = map[who]uuid.UUID{}
	for _, as := range everybody {
		own.sessions[as] = w.elsewhere(w.people[as])
	}
	own.otherSession = w.elsewhere(w.others[asCertifier])
	own.desk = w.calls()
	own.office = w.staffing()
	own.training = w.trained()
	own.dates = w.backdated(own.client)
	own.tables = w.limited()
}

// elsewhere signs somebody in at another browser and returns the session.
func (w *world) elsewhere(p person) uuid.UUID {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	if p.account != uuid.Nil {
		w.exec(`
			INSERT INTO session (digest, id, account_id, site_id, step, agent, created_at, last_seen_at, password_at, passcode_at)
			VALUES (uuid_send($1), $1, $2, $3, 'full', 'firefox linux', portal_now(), portal_now(), portal_now(), portal_now())`,
			id, p.account, p.site)
	}
	return id
}

func (w *world) membership(account uuid.UUID) (id uuid.UUID) {
	w.t.Helper()
	w.must(w.super.QueryRow(context.Background(), `SELECT id FROM membership WHERE account_id = $1`, account).Scan(&id))
	return id
}

// choose keeps a selection of certifiers, with nobody in it.
func (w *world) choose() uuid.UUID {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	_, err := w.super.Exec(context.Background(), `INSERT INTO code_selection (id, chosen_by, chosen_at) VALUES ($1, $2, portal_now())`,
		id, w.people[asOFP].account)
	w.must(err)
	return id
}

func (w *world) upload() uuid.UUID {
	w.t.Helper()
	list, err := os.ReadFile("../people/site/testdata/sites.csv")
	w.must(err)
	lines := strings.SplitAfterN(string(list), "\n", 5)
	id, err := w.app.Sites.Upload(context.Background(), w.people[asOFP].actor(), sub(), []byte(strings.Join(lines[:4], "")))
	w.must(err)
	return id
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// clinic fills a site: somebody invited, somebody enrolled, applications half
// way.
func (w *world) clinic(th *things, helper, certifier authz.Actor, first, last string) {
	w.t.Helper()
	var err error
	th.member, err = w.app.Codes.InviteStaff(context.Background(), certifier, sub(), membership.Invitee{
		FirstName: "Ivy", LastName: last, Email: strings.ToLower(last) + "@clinic.example",
	})
	w.must(err)
	th.certified = w.apply(helper, applicationtest.Named(first, last))
	w.sign(helper, th.certified)
	_, err = enrollment.New(w.app.DB, w.app.Ring).Certify(context.Background(), helper, sub(), th.certified, enrollment.Certification{Version: 2, Agreed: true})
	w.must(err)
	certified, err := w.applications().View(context.Background(), helper, th.certified)
	w.must(err)
	th.client = certified.ClientID
	th.change = w.changes(helper, th.client)
	th.retro = w.asks(helper, th.client)
	th.draft = w.apply(helper, applicationtest.Named("Dora", last), applicationtest.Without(question.Notices))
	th.deleted = w.apply(helper, applicationtest.Named("Gone", last), applicationtest.Without(question.Notices))
	w.must(w.applications().Delete(context.Background(), helper, sub(), th.deleted))
	th.sent, th.taken = w.sends(helper, last), w.takes(helper, last)
	th.signed = w.apply(helper, applicationtest.Named("Sina", last))
	w.sign(helper, th.signed)
}

func (w *world) applications() *application.Service {
	return application.NewService(w.app.DB, w.app.Ring, client.New(w.app.DB, w.app.Ring))
}

func (w *world) search(actor authz.Actor, first, last string) uuid.UUID {
	w.t.Helper()
	id, err := client.New(w.app.DB, w.app.Ring).Search(context.Background(), actor, sub(), client.Query{
		By: client.ByName, First: first, Last: last, BirthOn: civil.MustParse("1998-03-14"),
	})
	w.must(err)
	return id
}

// apply starts an application for somebody new and gives the answers.
func (w *world) apply(actor authz.Actor, changes ...applicationtest.Change) uuid.UUID {
	w.t.Helper()
	answers := applicationtest.Complete(w.t, civil.Of(week), changes...)
	result := w.search(actor, "Nobody", "Known")
	id, err := w.applications().Start(context.Background(), actor, sub(), application.Begin{
		Result: result, Mode: application.InPerson, Help: application.HelpLanguage,
	})
	w.must(err)
	w.must(w.applications().Save(context.Background(), actor, sub(), id, 1, answers))
	return id
}

func (w *world) sign(actor authz.Actor, id uuid.UUID) {
	w.t.Helper()
	ctx, apps := context.Background(), w.applications()
	w.must(apps.Sign(ctx, actor, sub(), id, application.SignForm{
		Kind: application.Electronic, Version: 2, Language: locale.English, Agreed: true,
		Signing: application.Signing{Name: "Signed Here"},
	}))
	app, err := apps.View(ctx, actor, id)
	w.must(err)
	w.must(apps.Disclose(ctx, actor, sub(), id, applicationtest.Told(app)))
}
