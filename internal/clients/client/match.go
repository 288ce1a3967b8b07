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
// uuid.Nil when there is none. Those in besides are somebody else: a person at
// the counter has said so.
func MatchTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, p Person, besides []uuid.UUID) (uuid.UUID, error) {
	seen := map[uuid.UUID]*evidence{}
	for _, kind := range identity {
		var texts []string
		for _, k := range p.keys() {
			if k.kind == kind {
				texts = append(texts, k.text)
			}
		}
		found, err := findByIndex(ctx, tx, ring, kind, texts)
		if err != nil {
			return uuid.Nil, fmt.Errorf("match client: %w", err)
		}
		for _, f := range found {
			if seen[f.ID] == nil {
				seen[f.ID] = &evidence{found: f}
			}
			seen[f.ID].kinds = append(seen[f.ID].kinds, kind)
		}
	}
	return strongest(ring, p, seen, besides)
}

// evidence is a client that was found, and by what.
type evidence struct {
	found foundRow
	kinds []string
}

// strongest returns the one who is the person. The same name and birth date
// are enough; the same Social Security or Medi-Cal number needs one of the two
// beside it, since numbers are mistyped.
func strongest(ring *secret.Ring, p Person, seen map[uuid.UUID]*evidence, besides []uuid.UUID) (uuid.UUID, error) {
	var best uuid.UUID
	points := 0
	for id, e := range seen {
		if slices.Contains(besides, id) {
			continue
		}
		name, born, err := e.found.open(ring)
		if err != nil {
			return uuid.Nil, err
		}
		score := 0
		if name.SameAs(p.Name) {
			score++
		}
		if born == p.BirthOn {
			score++
		}
		if slices.Contains(e.kinds, bySSN) || slices.Contains(e.kinds, byBIC) {
			score += 2
		}
		if score > points || score == points && id.String() < best.String() {
			best, points = id, score
		}
	}
	if points < 2 || points == 2 && best != uuid.Nil && !sameNameAndBirth(ring, p, seen[best].found) {
		return uuid.Nil, nil
	}
	return best, nil
}

func sameNameAndBirth(ring *secret.Ring, p Person, f foundRow) bool {
	name, born, err := f.open(ring)
	return err == nil && name.SameAs(p.Name) && born == p.BirthOn
}
