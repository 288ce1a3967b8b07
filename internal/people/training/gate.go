package training

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"

	"github.com/google/uuid"
)

// ErrOverdue means that the gate is closed for somebody whose training is
// overdue. Its words name the courses and who can record them.
var ErrOverdue = fault.New(fault.Forbidden, locale.TrainingGateOffice)

// Office is the address of those who keep the record of certifiers' training
// (domain/portal.md 25).
const Office = "OFPprovidertrainings@dhcs.ca.gov"

// GateTx returns nil when the actor may enroll and recertify: OFP has not
// switched the gate on, or nothing of theirs is overdue. Otherwise it is
// ErrOverdue (domain/portal.md 8; off until OFP decides).
func GateTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor) error {
	if !actor.Role.Provider() {
		return nil
	}
	on, err := setting.TrainingGate.Get(ctx, tx)
	if err != nil || !on {
		return err
	}
	list, err := listStandings(ctx, tx, []uuid.UUID{actor.Account}, tx.Today())
	if err != nil {
		return fmt.Errorf("training of account %s: %w", actor.Account, err)
	}
	overdue := overdueOf(list, tx.Today())
	if len(overdue) == 0 {
		return nil
	}
	if actor.Role == authz.Staff {
		name, err := findCertifierName(ctx, tx, actor.Site)
		if err != nil {
			return fmt.Errorf("certifier of site %s: %w", actor.Site, err)
		}
		if name != "" {
			return ErrOverdue.With(locale.TrainingGateCertifier.With("Courses", overdue, "Name", name))
		}
	}
	return ErrOverdue.With(locale.TrainingGateOffice.With("Courses", overdue, "Email", Office))
}

// courses are several courses, listed in a sentence.
type courses []Course

// In returns the names in the reader's language.
func (c courses) In(ctx context.Context) string {
	names := make([]string, len(c))
	for i, x := range c {
		names[i] = x.In(ctx)
	}
	return locale.List(ctx, names)
}

func overdueOf(list []Standing, day civil.Date) courses {
	var out courses
	for _, s := range list {
		if s.Kind(day) == Overdue {
			out = append(out, s.Course)
		}
	}
	return out
}

// Notice is what the dashboard of a site says about training: of one's own,
// and for a certifier of everybody at the site.
type Notice struct {
	Own       State
	Courses   int  // of one's own that are to do
	Certifier bool // People is told
	People    int  // at the site, with something to do
}

// NoticeLater is the notice for a dashboard, asked for together with other
// queries. Notice holds once they have been sent.
type NoticeLater struct{ list []Standing }

// Add adds the question to others: about everybody at the site for its
// certifier, and about oneself for staff.
func (l *NoticeLater) Add(b *postgres.Batch, actor authz.Actor, day civil.Date) {
	if authz.Allows(actor.Role, authz.ManageStaff) {
		readStandings(b, &l.list, ofMany(standings, atSite), atSiteOn(actor.Site, day))
		return
	}
	readStandings(b, &l.list, standings, about(day, []uuid.UUID{actor.Account}))
}

// Notice returns what was read for the actor and the day.
func (l *NoticeLater) Notice(actor authz.Actor, day civil.Date) Notice {
	n := Notice{Certifier: authz.Allows(actor.Role, authz.ManageStaff)}
	for account, mine := range byAccount(l.list) {
		state := StateOf(mine, day)
		if account == actor.Account {
			n.Own, n.Courses = state, len(mine)-count(mine, Done, day)
		}
		if state.Open() {
			n.People++
		}
	}
	return n
}

func count(list []Standing, k Kind, day civil.Date) int {
	n := 0
	for _, s := range list {
		if s.Kind(day) == k {
			n++
		}
	}
	return n
}
