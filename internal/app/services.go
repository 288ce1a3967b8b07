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
	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/office/demo"
	"familypact.example/portal/internal/office/report"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Services are what people can do, by its trade name.
type Services struct {
	Sessions     *session.Manager
	Accounts     *account.Service
	Passcodes    *passcode.Service
	Sites        *site.Service
	Members      *membership.Service
	Codes        *accesscode.Service
	Reports      *report.Service
	Clients      *client.Service
	Applications *application.Service
	Enrollments  *enrollment.Service
	Notes        *casenote.Service
	Documents    *document.Service
	Demo         *demo.Service // nil outside a training copy
}

// sessionFailure answers a request whose session could not be read or written.
type sessionFailure = func(w http.ResponseWriter, r *http.Request, err error)

func newServices(db *postgres.DB, ring *secret.Ring, hasher *account.Hasher, c config.Config, fail sessionFailure) Services {
	hookMails()
	members := membership.NewService(db, ring)
	clients := client.New(db, ring)
	applications := application.NewService(db, ring, clients)
	s := Services{
		Sessions:     session.NewManager(db, session.Options{Secure: c.Secure(), Fail: fail}),
		Accounts:     account.NewService(db, ring, hasher, account.Shipped),
		Passcodes:    passcode.NewService(db, ring),
		Members:      members,
		Sites:        site.NewService(db, members),
		Codes:        accesscode.NewService(db, ring, hasher, members),
		Reports:      report.NewService(db),
		Clients:      clients,
		Applications: applications,
		Enrollments:  enrollment.New(db, ring),
		Notes:        casenote.New(db, ring),
		Documents:    document.New(db, ring),
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
})

// sitesOf lists where an account may act.
func sitesOf(db *postgres.DB) func(context.Context, uuid.UUID) ([]session.Site, error) {
	return func(ctx context.Context, id uuid.UUID) ([]session.Site, error) { return session.Sites(ctx, db, id) }
}
