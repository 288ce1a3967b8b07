package client

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/secret"
)

// sealed holds the sealed columns of a client as they are stored.
type sealed struct {
	Name    []byte `db:"name_sealed"`
	BirthOn []byte `db:"birth_on_sealed"`
	ZIP     []byte `db:"zip_sealed"`
	Address []byte `db:"address_sealed"`
	SSN     []byte `db:"ssn_sealed"`
	BIC     []byte `db:"bic_sealed"`
	Contact []byte `db:"contact_sealed"`
}

func cell(column string, id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "client", Column: column, Row: id}
}

// The lengths to which texts are filled up before they are sealed, so that
// neither a length nor a missing value tells what was given.
const (
	zipLength  = 10
	ssnLength  = 9
	bicLength  = 14
	jsonLength = 128
)

// seal returns the person sealed for the row.
func seal(ring *secret.Ring, id uuid.UUID, p Person) (s sealed, err error) {
	for _, f := range []struct {
		column string
		to     *[]byte
		plain  string
		length int
	}{
		{"name_sealed", &s.Name, marshal(p.Name), jsonLength},
		{"birth_on_sealed", &s.BirthOn, p.BirthOn.String(), 0},
		{"zip_sealed", &s.ZIP, p.Address.ZIP, zipLength},
		{"address_sealed", &s.Address, marshal(p.Address), jsonLength},
		{"ssn_sealed", &s.SSN, p.SSN, ssnLength},
		{"bic_sealed", &s.BIC, p.BIC, bicLength},
		{"contact_sealed", &s.Contact, marshal(p.Contact), jsonLength},
	} {
		if *f.to, err = ring.Seal(cell(f.column, id), secret.Pad(f.plain, f.length)); err != nil {
			return sealed{}, err
		}
	}
	return s, nil
}

// opener opens the columns of one row and remembers the first failure.
type opener struct {
	ring *secret.Ring
	id   uuid.UUID
	err  error
}

// text returns the opened column, empty for null.
func (o *opener) text(column string, value []byte) string {
	if o.err != nil || value == nil {
		return ""
	}
	plain, err := o.ring.Open(cell(column, o.id), value)
	o.err = err
	return secret.Unpad(plain)
}

// into reads the opened column, JSON, into dst.
func (o *opener) into(column string, value []byte, dst any) {
	plain := o.text(column, value)
	if o.err != nil || plain == "" {
		return
	}
	if err := json.Unmarshal([]byte(plain), dst); err != nil {
		o.err = fmt.Errorf("read client.%s of %s: not as it was written", column, o.id)
	}
}

func (o *opener) date(column string, value []byte) civil.Date {
	plain := o.text(column, value)
	if o.err != nil || plain == "" {
		return civil.Date{}
	}
	d, err := civil.Parse(plain)
	if err != nil {
		o.err = fmt.Errorf("read client.%s of %s: not as it was written", column, o.id)
	}
	return d
}

// marshal writes a struct of this package, which cannot fail.
func marshal(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
