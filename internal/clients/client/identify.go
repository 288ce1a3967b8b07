package client

import (
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Known is what deciding about a person needs of their record, in whatever
// site it is. The zero Known is nobody's.
type Known struct {
	ID   uuid.UUID
	Own  bool // the actor may look at the record
	Mine bool // it is the record of whoever acts
	Period
}

// Identification is what a batch reads about who a person is. The questions
// are answered after the batch was sent.
type Identification struct {
	person Person
	named  []Known // when the client is known already
	match  *queuedMatch
	email  []foundRow // records with the e-mail of whoever acts
	phone  []foundRow // records with the person's telephone number
}

// QueueIdentify asks who the person is: the client of the id, or with uuid.Nil
// whom MatchTx would find. Account and e-mail are those of whoever acts.
func QueueIdentify(b *postgres.Batch, ring *secret.Ring, account uuid.UUID, email string, id uuid.UUID, p Person) *Identification {
	q := &Identification{person: p}
	if id == uuid.Nil {
		q.match = queueMatch(b, ring, account, p)
	} else {
		queueKnown(b, &q.named, account, id)
	}
	if email != "" {
		queueByIndex(b, &q.email, ring, byEmail, []string{email})
		if phone := phoneDigits(p.Contact.Phone); phone != "" {
			queueByIndex(b, &q.phone, ring, byPhone, []string{phone})
		}
	}
	return q
}

// Client returns the client who is the person, and nobody when there is none.
// Those in besides are somebody else, as for MatchTx.
func (q *Identification) Client(ring *secret.Ring, besides []uuid.UUID) (Known, error) {
	if q.match == nil {
		if len(q.named) == 0 {
			return Known{}, fault.ErrNotFound
		}
		return q.named[0], nil
	}
	return q.match.open(ring, besides)
}

// Self reports whether the person, who is the client or nobody known, is the
// one who acts: the client's own account is theirs, or a record with their
// e-mail is that client's or has the person's telephone number.
func (q *Identification) Self(k Known) bool {
	return k.Mine || slices.ContainsFunc(q.email, func(mine foundRow) bool {
		return mine.ID == k.ID || slices.ContainsFunc(q.phone, func(f foundRow) bool { return f.ID == mine.ID })
	})
}

// queuedMatch is what a batch reads of the clients who may be a person.
type queuedMatch struct {
	person Person
	rows   map[string]*[]matchRow // by kind of index
}

// matchRow is a client who was found, and what the actor has to do with them.
type matchRow struct {
	foundRow
	Own  bool
	Mine bool
}

// queueMatch asks for the clients with one of the person's identities.
func queueMatch(b *postgres.Batch, ring *secret.Ring, account uuid.UUID, p Person) *queuedMatch {
	q := &queuedMatch{person: p, rows: map[string]*[]matchRow{}}
	for _, kind := range identity {
		var texts []string
		for _, k := range p.keys() {
			if k.kind == kind {
				texts = append(texts, k.text)
			}
		}
		if len(texts) > 0 {
			q.rows[kind] = &[]matchRow{}
			queueMatches(b, q.rows[kind], account, kind, digests(ring, kind, texts))
		}
	}
	return q
}

// open returns the client with the most signs of being the person.
func (q *queuedMatch) open(ring *secret.Ring, besides []uuid.UUID) (Known, error) {
	seen := map[uuid.UUID]*evidence{}
	for _, kind := range identity {
		if q.rows[kind] == nil {
			continue
		}
		for _, f := range *q.rows[kind] {
			if seen[f.ID] == nil {
				seen[f.ID] = &evidence{found: f}
			}
			seen[f.ID].kinds = append(seen[f.ID].kinds, kind)
		}
	}
	best, err := strongest(ring, q.person, seen, besides)
	if err != nil || best == uuid.Nil {
		return Known{}, err
	}
	f := seen[best].found
	return Known{ID: best, Own: f.Own, Mine: f.Mine, Period: f.Period}, nil
}
