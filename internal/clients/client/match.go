package client

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Kinds of blind index.
const (
	byNameBirth = "name-birth"
	bySSN       = "ssn"
	byHAP       = "hap"
	byBIC       = "bic"
	byPhone     = "phone"
	byEmail     = "email"
)

// identity lists the kinds that say who somebody is; the others only say how
// to reach a person.
var identity = []string{byNameBirth, bySSN, byBIC}

// key is one thing that is indexed: a kind and its canonical text.
type key struct{ kind, text string }

// keys returns everything by which the person is indexed.
func (p Person) keys() []key {
	var out []key
	for _, text := range nameBirthTexts(p.Name, p.BirthOn) {
		out = append(out, key{byNameBirth, text})
	}
	for _, k := range []key{
		{bySSN, onlyDigits(p.SSN)},
		{byBIC, secret.Canonical(p.BIC)},
		{byPhone, phoneDigits(p.Contact.Phone)},
		{byEmail, secret.CanonicalEmail(p.Contact.Email)},
	} {
		if k.text != "" {
			out = append(out, k)
		}
	}
	return out
}

// nameBirthTexts joins each form of the name with the birth date: a name alone
// would say too little to be exact.
func nameBirthTexts(n Name, born civil.Date) []string {
	if born.IsZero() {
		return nil
	}
	forms := n.forms()
	for i, f := range forms {
		forms[i] = f + "\x00" + born.String()
	}
	return forms
}

// purpose keeps indexes of different kinds apart.
func purpose(kind string) string { return "client." + kind }

// SamePhone reports whether two telephone numbers are the same, however they
// are written. No number is the same as none.
func SamePhone(a, b string) bool { return phoneDigits(a) != "" && phoneDigits(a) == phoneDigits(b) }

// phoneDigits returns the ten digits of a number of the United States.
func phoneDigits(s string) string {
	d := onlyDigits(s)
	if len(d) == 11 && d[0] == '1' {
		d = d[1:]
	}
	return d
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// LockIdentityTx makes the transaction the only one that matches or creates
// this person until it ends: two sites that enroll somebody at the same moment
// come one after the other. It takes its locks in one order.
func LockIdentityTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, p Person) error {
	var locks []int64
	for _, k := range p.keys() {
		if slices.Contains(identity, k.kind) {
			digest := ring.Index(purpose(k.kind), k.text)
			locks = append(locks, int64(binary.BigEndian.Uint64(digest))) //nolint:gosec // all bits are kept
		}
	}
	slices.Sort(locks)
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(l) FROM unnest($1::bigint[]) AS l`, slices.Compact(locks)); err != nil {
		return fmt.Errorf("lock identity: %w", err)
	}
	return nil
}

// MatchTx returns the client who is this person, in whatever site, and
// uuid.Nil when there is none. Those in besides are somebody else, as a person
// at the counter has said, unless a Social Security or Medi-Cal number says
// that they are not.
func MatchTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, p Person, besides []uuid.UUID) (uuid.UUID, error) {
	var b postgres.Batch
	q := queueMatch(&b, ring, uuid.Nil, p)
	if err := b.Send(ctx, tx); err != nil {
		return uuid.Nil, fmt.Errorf("match client: %w", err)
	}
	k, err := q.open(ring, besides)
	return k.ID, err
}

// evidence is a client that was found, and by what.
type evidence struct {
	found matchRow
	kinds []string
}

// What the signs that two people are one are worth, and how much is enough: the
// same name and birth date, or the same Social Security or Medi-Cal number with
// one of the two beside it. A number alone is not enough, since numbers are
// mistyped.
const (
	sameName   = 2
	sameBirth  = 2
	sameNumber = 3
	samePerson = 4
	everySign  = sameName + sameBirth + sameNumber // nobody at the counter outweighs that
)

// strongest returns the client with the most signs of being the person, of
// equals the one who was there first.
func strongest(ring *secret.Ring, p Person, seen map[uuid.UUID]*evidence, besides []uuid.UUID) (uuid.UUID, error) {
	best, most := uuid.Nil, samePerson-1
	for id, e := range seen {
		n, err := e.weigh(ring, p)
		if err != nil {
			return uuid.Nil, err
		}
		if n == samePerson && slices.Contains(besides, id) {
			continue // two people of one name, born on one day
		}
		if n > most || n == most && best != uuid.Nil && id.String() < best.String() {
			best, most = id, n
		}
	}
	return best, nil
}

func (e evidence) weigh(ring *secret.Ring, p Person) (int, error) {
	name, born, err := e.found.open(ring)
	n := 0
	if name.SameAs(p.Name) {
		n += sameName
	}
	if born == p.BirthOn {
		n += sameBirth
	}
	if slices.Contains(e.kinds, bySSN) || slices.Contains(e.kinds, byBIC) {
		n += sameNumber
	}
	return n, err
}

// EmailKey brings an e-mail address into the form in which addresses are
// compared.
func EmailKey(email string) string { return secret.CanonicalEmail(email) }

// IsSelfTx reports whether the client, who is the person, is the one who works
// under the account and has the e-mail (Identification.Self).
func IsSelfTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, account uuid.UUID, email string, id uuid.UUID, p Person) (bool, error) {
	var b postgres.Batch
	q := QueueIdentify(&b, ring, account, email, id, p)
	if err := b.Send(ctx, tx); err != nil {
		return false, err
	}
	k, err := q.Client(ring, nil)
	return q.Self(k), err
}
