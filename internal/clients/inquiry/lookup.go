package inquiry

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// periodRow is a period of a client who was found, or a client without one.
type periodRow struct {
	Digest         []byte
	ClientID       uuid.UUID
	CountyCode     string
	BirthOn        []byte `db:"birth_on_sealed"`
	EnrollmentID   *uuid.UUID
	StartsOn       civil.Date
	EndsOn         civil.Date
	DiscontinuedOn civil.Date
	Discontinued   []byte `db:"discontinuation_sealed"`
}

// person is a client who was found, as far as an answer needs it.
type person struct {
	id      uuid.UUID
	county  string
	birth   []byte
	periods []eligibility.Certified
}

// known are the clients who were found, by the digest that found them.
type known map[string][]*person

// mostDigests is how many digests the database takes at once.
const mostDigests = 1000

// findPeople finds clients of all sites by whole identifiers of one kind. The
// zero Index finds nobody.
func findPeople(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, indexes ...client.Index) (known, error) {
	kind, digests, out := "", [][]byte{}, known{}
	for _, i := range indexes {
		if len(i.Digests) > 0 {
			kind, digests = i.Kind, append(digests, i.Digests...)
		}
	}
	for some := range slices.Chunk(digests, mostDigests) {
		rows, err := postgres.All[periodRow](ctx, tx, `
			SELECT digest, client_id, county_code, birth_on_sealed, enrollment_id, starts_on, ends_on, discontinued_on, discontinuation_sealed
			FROM inquiry_periods($1, $2)`, kind, some)
		if err != nil {
			return nil, fmt.Errorf("find periods: %w", err)
		}
		for _, r := range rows {
			if err := out.add(ring, r); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// add adds a row; those of one client stand together.
func (k known) add(ring *secret.Ring, r periodRow) error {
	people := k[string(r.Digest)]
	if n := len(people); n == 0 || people[n-1].id != r.ClientID {
		people = append(people, &person{id: r.ClientID, county: r.CountyCode, birth: r.BirthOn})
		k[string(r.Digest)] = people
	}
	if r.StartsOn.IsZero() {
		return nil // found not eligible, and never certified
	}
	c := eligibility.Certified{StartsOn: r.StartsOn, EndsOn: r.EndsOn, DiscontinuedOn: r.DiscontinuedOn}
	if r.EnrollmentID != nil {
		var err error
		if c.Code, err = enrollment.OpenCode(ring, *r.EnrollmentID, r.Discontinued); err != nil {
			return err
		}
	}
	p := people[len(people)-1]
	p.periods = append(p.periods, c)
	return nil
}

// under returns the people who were found under one of the digests.
func (k known) under(i client.Index) []*person {
	for _, d := range i.Digests {
		if people := k[string(d)]; len(people) > 0 {
			return people
		}
	}
	return nil
}

// born keeps those who were born on the day. The zero Date keeps everybody.
func born(ring *secret.Ring, people []*person, on civil.Date) ([]*person, error) {
	if on.IsZero() {
		return people, nil
	}
	var out []*person
	for _, p := range people {
		day, err := client.OpenBirth(ring, p.id, p.birth)
		if err != nil {
			return nil, err
		}
		if day == on {
			out = append(out, p)
		}
	}
	return out, nil
}

// answer returns what holds on the date of service for the people, who are one
// person with more than one record when they are several: one of them who is
// eligible decides.
func answer(service civil.Date, people []*person) Answer {
	out := Answer{Coverage: eligibility.Coverage{Finding: eligibility.FoundNobody}}
	for _, p := range people {
		c := eligibility.CoverageOn(service, p.periods)
		switch {
		case c.Finding.Eligible():
			return Answer{Coverage: c, County: p.county}
		case out.Finding == eligibility.FoundNobody || out.Finding == eligibility.FoundNone:
			out = Answer{Coverage: c}
		}
	}
	return out
}
