package app

import (
	"context"
	"net/http"
	"sync"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/inquiry"
	"familypact.example/portal/internal/clients/linkcode"
	"familypact.example/portal/internal/clients/override"
	"familypact.example/portal/internal/clients/own"
	"familypact.example/portal/internal/clients/retro"
	"familypact.example/portal/internal/clients/reveal"
	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/office/demo"
	"familypact.example/portal/internal/office/outage"
	"familypact.example/portal/internal/office/report"
	"familypact.example/portal/internal/office/report/monthly"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/acceptance"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/contact"
	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/people/factorreset"
	"familypact.example/portal/internal/people/kept"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/office"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/profile"
	"familypact.example/portal/internal/people/registration"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/people/setup"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Services are what people can do, by its trade name.
type Services struct {
	Sessions      *session.Manager
	Accounts      *account.Service
	Passcodes     *passcode.Service
	Resets        *factorreset.Service
	Contacts      *contact.Service
	Profiles      *profile.Service
	Terms         *acceptance.Service
	Kept          *kept.Service
	Sites         *site.Service
	Members       *membership.Service
	Codes         *accesscode.Service
	Setups        *setup.Service
	Registrations *registration.Service
	Settings      *setting.Service
	Reports       *report.Service
	Monthly       *monthly.Service
	Trainings     *training.Service
	Clients       *client.Service
	Applications  *application.Service
	Enrollments   *enrollment.Service
	Retros        *retro.Service
	Inquiries     *inquiry.Service
	Overrides     *override.Service
	Outages       *outage.Service
	IncomeTables  *incometable.Service
	Notes         *casenote.Service
	Documents     *document.Service
	Inbox         *inbox.Service
	LinkCodes     *linkcode.Service
	Reveals       *reveal.Service
	Desk          *desk.Service
	Own           *own.Service
	Office        *office.Service
	Demo          *demo.Service // nil outside a training copy
}

// sessionFailure answers a request whose session could not be read or written.
type sessionFailure = func(w http.ResponseWriter, r *http.Request, err error)

func newServices(db *postgres.DB, ring *secret.Ring, hasher *account.Hasher, c config.Config, fail sessionFailure) Services {
	hookMails()
	members := membership.NewService(db, ring)
	codes := accesscode.NewService(db, ring, members)
	clients := client.New(db, ring)
	applications := application.NewService(db, ring, clients)
	s := Services{
		Sessions:     session.NewManager(db, session.Options{Ring: ring, Secure: c.Secure(), Fail: fail, Origin: originOf, Current: (&rest{db: db}).current}),
		Accounts:     account.NewService(db, ring, hasher, account.Shipped),
		Passcodes:    passcode.NewService(db, ring, hasher),
		Contacts:     contact.NewService(db, ring),
		Profiles:     profile.NewService(db, ring),
		Terms:        acceptance.NewService(db),
		Kept:         kept.NewService(db, ring),
		Members:      members,
		Sites:        site.NewService(db, members),
		Codes:        codes,
		Setups:       setup.NewService(db, ring, hasher, codes),
		Settings:     setting.NewService(db),
		Reports:      report.NewService(db),
		Monthly:      monthly.New(db, ring),
		Trainings:    training.NewService(db, ring),
		Clients:      clients,
		Applications: applications,
		Enrollments:  enrollment.New(db, ring),
		Retros:       retro.New(db, ring),
		Inquiries:    inquiry.New(db, ring),
		Outages:      outage.New(db),
		IncomeTables: incometable.NewService(db),
		Notes:        casenote.New(db, ring),
		Own:          own.New(db, ring),
		Documents:    document.New(db, ring),
		Inbox:        inbox.New(db, ring),
		LinkCodes:    linkcode.New(db, ring),
		Reveals:      reveal.New(db, ring),
	}
	s.Registrations = registration.NewService(db, ring, hasher, s.Passcodes)
	s.Overrides = override.New(db, ring, s.Enrollments)
	s.Desk = desk.NewService(db, ring, s.Accounts)
	s.Office = office.NewService(db, ring, codes, s.Accounts)
	s.Resets = factorreset.NewService(db, ring, s.Accounts, s.Passcodes)
	if c.TextURL != "" {
		s.Passcodes.AllowTexts()
	}
	if c.Mode == config.Training {
		s.Demo = demo.NewService(demo.Options{DB: db, Ring: ring, OwnerURL: c.OwnerURL(), MailDir: c.MailDir})
	}
	return s
}

// hookMails hooks the domain's mails into message, once for the program.
var hookMails = sync.OnceFunc(func() {
	accesscode.Register()
	passcode.Register()
	contact.Register()
	registration.Register()
})

// originOf says where a request came from: it has its number from the server.
func originOf(ctx context.Context) authz.Origin { return handler.VisitOf(ctx).Actor.Origin }

// sitesOf lists where an account may act.
func sitesOf(db *postgres.DB) func(context.Context, uuid.UUID) ([]session.Site, error) {
	return func(ctx context.Context, id uuid.UUID) ([]session.Site, error) { return session.Sites(ctx, db, id) }
}
