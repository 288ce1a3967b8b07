package training

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// batch is how many people a transaction of the sweep looks at.
const batch = 200

// Sweep mails what is owed about training, by the portal's clock: to the
// person, and to the certifiers of the sites where they are staff. It is safe
// to repeat and to run on several replicas at once: nobody gets a mail twice,
// and after a pause only the newest one that still makes sense. People who
// have been removed or disabled get none.
func (s *Service) Sweep(ctx context.Context) error {
	for after := uuid.Nil; ; {
		var people []addressee
		err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) (err error) {
			if people, err = listAddressees(ctx, tx, after); err != nil || len(people) == 0 {
				return err
			}
			return s.remind(ctx, tx, people)
		})
		if err != nil {
			return fmt.Errorf("remind of training after account %s: %w", after, err)
		}
		if len(people) < batch {
			return nil
		}
		after = people[len(people)-1].ID
	}
}

// addressee is somebody who can be written to.
type addressee struct {
	ID        uuid.UUID
	FirstName string
	LastName  string
	Email     string
	Language  locale.Language
}

func (a addressee) name() string { return strings.TrimSpace(a.FirstName + " " + a.LastName) }

func (a addressee) recipient() message.Recipient {
	return message.Recipient{Account: a.ID, Name: a.name(), Email: a.Email, Language: a.Language}
}

// usable is an account that mails about work go to.
const usable = `a.kind = 'workforce' AND a.removed_at IS NULL AND a.disabled_at IS NULL AND a.disabled_inactive_at IS NULL`

func listAddressees(ctx context.Context, tx *postgres.Tx, after uuid.UUID) ([]addressee, error) {
	return postgres.All[addressee](ctx, tx, `
		SELECT a.id, a.first_name, a.last_name, a.email, a.language
		FROM account a
		WHERE a.id > $1 AND `+usable+`
			AND EXISTS (SELECT FROM membership m WHERE m.account_id = a.id AND m.site_id IS NOT NULL AND m.removed_at IS NULL)
		ORDER BY a.id
		LIMIT $2`, after, batch)
}

// overseer is the certifier of a site where an account is staff.
type overseer struct {
	StaffID uuid.UUID
	SiteID  uuid.UUID
	Site    string
	addressee
}

func listOverseers(ctx context.Context, tx *postgres.Tx, accounts []uuid.UUID) (map[uuid.UUID][]overseer, error) {
	rows, err := postgres.All[overseer](ctx, tx, `
		SELECT m.account_id AS staff_id, s.id AS site_id, s.name AS site, a.id, a.first_name, a.last_name, a.email, a.language
		FROM membership m
		JOIN site s ON s.id = m.site_id
		JOIN membership c ON c.site_id = m.site_id AND c.role = 'certifier' AND c.removed_at IS NULL
		JOIN account a ON a.id = c.account_id AND `+usable+`
		WHERE m.account_id = ANY ($1) AND m.role = 'staff' AND m.removed_at IS NULL`, accounts)
	of := map[uuid.UUID][]overseer{}
	for _, r := range rows {
		of[r.StaffID] = append(of[r.StaffID], r)
	}
	return of, err
}

// letter is one mail that is owed: about courses of one person that are due on
// one day.
type letter struct {
	reminder
	about   addressee
	due     civil.Date
	courses courses
}

// cause names what the mail is about, so that it goes out once.
func (l letter) cause() string {
	return "training:" + l.about.ID.String() + ":" + l.due.String() + ":" + l.step
}

func (s *Service) remind(ctx context.Context, tx *postgres.Tx, people []addressee) error {
	accounts := make([]uuid.UUID, len(people))
	for i, p := range people {
		accounts[i] = p.ID
	}
	list, err := listStandings(ctx, tx, accounts, tx.Today())
	if err != nil {
		return err
	}
	var letters []letter
	of := byAccount(list)
	for _, p := range people {
		letters = append(letters, owedTo(p, of[p.ID], tx.Today())...)
	}
	sent, err := listSent(ctx, tx, letters)
	if err != nil || len(letters) == len(sent) {
		return err
	}
	overseers, err := listOverseers(ctx, tx, accounts)
	if err != nil {
		return err
	}
	for _, l := range letters {
		if sent[l.key+" "+l.cause()] {
			continue
		}
		if err := s.send(ctx, tx, l, overseers[l.about.ID]); err != nil {
			return err
		}
	}
	return nil
}

// owedTo returns the mails that a day asks for about one person: one for each
// kind and day on which something is due.
func owedTo(p addressee, list []Standing, day civil.Date) []letter {
	var out []letter
	for _, x := range list {
		r, owed := x.owed(day)
		if !owed {
			continue
		}
		same := func(l letter) bool { return l.reminder == r && l.due == x.DueOn() }
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i].courses = append(out[i].courses, x.Course)
			continue
		}
		out = append(out, letter{reminder: r, about: p, due: x.DueOn(), courses: courses{x.Course}})
	}
	return out
}

// listSent returns which of the mails have been queued before.
func listSent(ctx context.Context, tx *postgres.Tx, letters []letter) (map[string]bool, error) {
	keys, causes := make([]string, len(letters)), make([]string, len(letters))
	for i, l := range letters {
		keys[i], causes[i] = l.key, l.cause()
	}
	rows, err := postgres.Values[string](ctx, tx, `
		SELECT m.key || ' ' || m.cause FROM message m
		JOIN unnest(@keys::text[], @causes::text[]) AS v (key, cause) ON v.key = m.key AND v.cause = m.cause`,
		pgx.NamedArgs{"keys": keys, "causes": causes})
	sent := make(map[string]bool, len(rows))
	for _, r := range rows {
		sent[r] = true
	}
	return sent, err
}

// send queues a mail for the person and for each certifier who answers for
// them.
func (s *Service) send(ctx context.Context, tx *postgres.Tx, l letter, overseers []overseer) error {
	queue := func(to addressee, cause string, more map[string]string) error {
		words := locale.WithLanguage(ctx, to.Language)
		values := map[string]string{"Courses": l.courses.In(words), "Due": locale.Date(words, l.due)}
		for name, v := range more {
			values[name] = v
		}
		_, err := message.QueueTx(ctx, tx, s.ring, message.Outgoing{Key: l.key, Cause: cause, To: to.recipient(), Values: values})
		return err
	}
	if err := queue(l.about, l.cause(), nil); err != nil {
		return err
	}
	for _, o := range overseers {
		more := map[string]string{"Staff": l.about.name(), "Site": o.Site}
		if err := queue(o.addressee, l.cause()+":site:"+o.SiteID.String(), more); err != nil {
			return err
		}
	}
	return nil
}
