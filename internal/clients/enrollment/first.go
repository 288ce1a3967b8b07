package enrollment

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// QueuedFirst is what a batch reads of a client's first certification.
type QueuedFirst struct{ rows []firstRow }

type firstRow struct {
	ApplicationID uuid.UUID
	StartsOn      civil.Date
	FirstEver     bool
}

// selectFirst has the condition of a first certification: nobody who had a
// number of the old system, or came back after a lapse, is new (policy:
// retroactive eligibility, Q18).
const selectFirst = `
	SELECT d.application_id, e.starts_on, d.action = 'new' AND NOT c.legacy AS first_ever
	FROM enrollment e
	JOIN determination d ON d.id = e.determination_id
	JOIN client c ON c.id = e.client_id
	WHERE e.client_id = $1
	ORDER BY e.starts_on, e.created_at, e.id
	LIMIT 1`

// QueueFirst reads the first certification of a client, in a batch with the
// rest of what is read.
func QueueFirst(b *postgres.Batch, clientID uuid.UUID) *QueuedFirst {
	q := &QueuedFirst{}
	postgres.QueueAll(b, &q.rows, selectFirst, clientID)
	return q
}

// Open returns when the client was certified for the first time ever and from
// which form, and false for one who never was, or not in this portal.
func (q *QueuedFirst) Open() (startsOn civil.Date, form uuid.UUID, ok bool) {
	if len(q.rows) == 0 || !q.rows[0].FirstEver {
		return civil.Date{}, uuid.Nil, false
	}
	return q.rows[0].StartsOn, q.rows[0].ApplicationID, true
}

// Signer is who certifies, as the rules see it.
type Signer struct {
	Name     client.Name
	EmailKey string
	Enrolled bool // the site may enroll
	Self     bool // is the client (X04)
}

// QueuedSigner is what a batch reads of who certifies.
type QueuedSigner struct {
	rows []certifier
	own  []bool
}

// QueueSigner reads who certifies for the client, in a batch with the rest of
// what is read.
func QueueSigner(b *postgres.Batch, actor authz.Actor, clientID uuid.UUID) *QueuedSigner {
	q := &QueuedSigner{}
	postgres.QueueAll(b, &q.rows, selectCertifier, actor.Account, actor.Site)
	postgres.QueueValues(b, &q.own, `SELECT EXISTS (SELECT FROM client WHERE id = $1 AND account_id = $2)`, clientID, actor.Account)
	return q
}

// Open returns who certifies. That it is the client is found by account and
// e-mail; SelfTx looks at telephone and records as well.
func (q *QueuedSigner) Open(p client.Person) Signer {
	var s Signer
	for _, r := range q.rows {
		s = Signer{Name: client.Name{First: r.FirstName, Last: r.LastName}, EmailKey: r.EmailKey, Enrolled: r.SiteEnrolled}
	}
	s.Self = len(q.own) > 0 && q.own[0] || s.EmailKey != "" && s.EmailKey == client.EmailKey(p.Contact.Email)
	return s
}

// SelfTx is Self by everything that the program knows, as when an application
// is certified (decisions 38).
func (s Signer) SelfTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, actor authz.Actor, clientID uuid.UUID, p client.Person) (Signer, error) {
	if s.Self {
		return s, nil
	}
	self, err := client.IsSelfTx(ctx, tx, ring, actor.Account, s.EmailKey, clientID, p)
	if err != nil {
		return s, fmt.Errorf("compare client with certifier: %w", err)
	}
	s.Self = self
	return s, nil
}

// Into adds to the facts of a decision who certifies and where.
func (s Signer) Into(f *eligibility.Facts) {
	f.CertifierIsApplicant, f.CertifierSignature = yesNo(s.Self), eligibility.Yes
	f.SiteStatus = eligibility.SiteNotEnrolled
	if s.Enrolled {
		f.SiteStatus = eligibility.SiteEnrolled
	}
}

// TellTx puts what was done into the client's inbox and sends word of it by a
// way that the client has called safe, once for the cause.
func TellTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, clientID uuid.UUID, c client.Contact, kind inbox.Kind, cause string) error {
	return (&Service{ring: ring}).tellTx(ctx, tx, clientID, c, kind, cause)
}

// Earlier are the months before the first certification of a client: retro asks
// about them.
type Earlier struct{ Decided int }

type queuedEarlier struct {
	first  *QueuedFirst
	months []int
}

func queueEarlier(b *postgres.Batch, clientID uuid.UUID) *queuedEarlier {
	q := &queuedEarlier{first: QueueFirst(b, clientID)}
	postgres.QueueValues(b, &q.months, `SELECT count(*) FROM retro_month WHERE client_id = $1`, clientID)
	return q
}

func (q *queuedEarlier) open() *Earlier {
	if _, _, ok := q.first.Open(); !ok || len(q.months) == 0 {
		return nil
	}
	return &Earlier{Decided: q.months[0]}
}
