package client

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/internal/platform/secret"
)

// A Medi-Cal card has nine characters for the person, with or without a check
// digit and the date of issue.
const (
	shortestBIC = 9
	longestBIC  = 14
)

// ValidBIC reports whether what was typed can be the number of a Medi-Cal card.
func ValidBIC(typed string) bool {
	n := len(secret.Canonical(typed))
	return n >= shortestBIC && n <= longestBIC
}

// Index is how an identifier is found: the kind as stored, and its digest under
// every key that is in use.
type Index struct {
	Kind    string
	Digests [][]byte
}

// IndexOf returns the index of a whole HAP, Social Security or Medi-Cal number.
// Of another identifier it is the zero Index, which finds nobody.
func IndexOf(ring *secret.Ring, by By, number string) Index {
	kind, text := "", ""
	switch by {
	case ByHAP:
		kind, text = byHAP, string(FoldHAPNumber(number))
	case BySSN:
		kind, text = bySSN, onlyDigits(number)
	case ByBIC:
		kind, text = byBIC, secret.Canonical(number)
	}
	if text == "" {
		return Index{}
	}
	return Index{Kind: kind, Digests: ring.Indexes(purpose(kind), text)}
}

// OpenBirth opens the birth date of a client that was read elsewhere.
func OpenBirth(ring *secret.Ring, id uuid.UUID, sealed []byte) (civil.Date, error) {
	o := opener{ring: ring, id: id}
	born := o.date("birth_on_sealed", sealed)
	return born, o.err
}

// TakeSearch counts a search of the account, by whatever page, towards the
// limits of the search across sites (security.md 8.7).
func TakeSearch(ctx context.Context, db *postgres.DB, actor authz.Actor) error {
	values, err := setting.Read(ctx, db)
	if err != nil {
		return err
	}
	for _, s := range []setting.Setting[ratelimit.Limit]{setting.LimitClientSearch, setting.LimitClientSearchDay} {
		limit, err := s.In(values)
		if err != nil {
			return err
		}
		if err := ratelimit.Take(ctx, db, limit, actor.Account.String()); err != nil {
			return err
		}
	}
	return nil
}
