package own

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// Reach is how a client may be reached.
type Reach struct {
	Ways    []client.Way // called safe
	Linked  bool         // there is a record: a clinic may call and write, too
	Email   string       // where mails go; empty: nowhere
	Phone   string
	Address client.Address

	account account.Account // opened
}

// Safe reports whether the client has called the way safe.
func (r Reach) Safe(w client.Way) bool { return slices.Contains(r.Ways, w) }

// Offered lists the ways that the client can choose: a call and a letter come
// from a clinic, to those alone who have a record.
func (r Reach) Offered() []client.Way {
	ways := []client.Way{client.ByEmail}
	if r.Linked {
		ways = append(ways, client.ByText, client.ByPhone, client.ByMail)
	}
	return ways
}

// ErrNoEmail means that there is no address for mails to go to.
var ErrNoEmail = fault.InvalidField("safe", locale.MyWayNoEmail)

// Reach reads how the actor may be reached.
func (s *Service) Reach(ctx context.Context, actor authz.Actor) (Reach, error) {
	if !authz.Allows(actor.Role, authz.OwnRecord) {
		return Reach{}, fault.ErrNotFound
	}
	var r Reach
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		if err := audit.Queue(&b, tx, actor, "client.view", subject(actor), audit.Reason("ways")); err != nil {
			return err
		}
		var err error
		r, _, err = s.reachTx(ctx, tx, &b, actor)
		return err
	})
	if err != nil {
		return Reach{}, fmt.Errorf("read ways: %w", err)
	}
	return r, nil
}

// reachTx sends the batch with the questions of the ways.
func (s *Service) reachTx(ctx context.Context, tx *postgres.Tx, b *postgres.Batch, actor authz.Actor) (Reach, *client.Record, error) {
	var accounts []account.Account
	postgres.QueueAll(b, &accounts, account.FindQuery, actor.Account)
	record := client.QueueOwn(b, actor.Account)
	if err := b.Send(ctx, tx); err != nil {
		return Reach{}, nil, err
	}
	if len(accounts) != 1 {
		return Reach{}, nil, fault.ErrNotFound
	}
	a, err := accounts[0].Opened(s.ring)
	if err != nil {
		return Reach{}, nil, err
	}
	r := Reach{Email: a.Email, account: a}
	for _, w := range a.Ways {
		r.Ways = append(r.Ways, client.Way(w))
	}
	found, err := record.Open(s.ring)
	if errors.Is(err, fault.ErrNotFound) {
		return r, nil, nil
	}
	if err != nil {
		return Reach{}, nil, err
	}
	r.Linked, r.Phone, r.Address = true, found.Contact.Phone, found.Address
	if a.Email == "" {
		r.Email = found.Contact.Email
	}
	for _, w := range found.Contact.Ways {
		elsewhere := w == client.ByEmail && found.Contact.Email != r.Email
		if !r.Safe(w) && !elsewhere {
			r.Ways = append(r.Ways, w)
		}
	}
	return r, &found, nil
}

// SetWay keeps whether a way is safe, in the account and in the record, so that
// neither the program nor a clinic uses one that is not. A way that the client
// has not is fault.ErrNotFound; mail to nowhere is ErrNoEmail.
func (s *Service) SetWay(ctx context.Context, actor authz.Actor, sub idempotency.Submission, way client.Way, safe bool) error {
	if !authz.Allows(actor.Role, authz.OwnRecord) {
		return fault.ErrNotFound
	}
	_, err := idempotency.InTx(ctx, s.db, owner(actor), sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if _, err := account.FindForUpdateTx(ctx, tx, actor.Account); err != nil {
			return uuid.Nil, err
		}
		r, record, err := s.reachTx(ctx, tx, &postgres.Batch{}, actor)
		if err != nil {
			return uuid.Nil, err
		}
		switch {
		case !slices.Contains(r.Offered(), way):
			return uuid.Nil, fault.ErrNotFound
		case safe && way == client.ByEmail && r.Email == "":
			return uuid.Nil, ErrNoEmail
		}
		return actor.Account, s.setTx(ctx, tx, actor, r, record, choice{way, safe})
	})
	return err
}

// choice is what a client says of one way.
type choice struct {
	way  client.Way
	safe bool
}

// among returns the ways with one more, or without it.
func among[W ~string](c choice, ways []W) []W {
	ways = slices.DeleteFunc(slices.Clone(ways), func(w W) bool { return string(w) == string(c.way) })
	if c.safe {
		ways = append(ways, W(c.way))
	}
	return ways
}

// setTx changes the one way that was asked about, in the account and in the
// record. E-mail is about the address that the page has shown: a record that
// has another one is told of that one by its clinic alone, unless e-mail is to
// end everywhere.
func (s *Service) setTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, r Reach, record *client.Record, c choice) error {
	if c.way == client.ByText || c.way == client.ByEmail && (!c.safe || r.account.Email != "") {
		if err := account.SetWaysTx(ctx, tx, s.ring, actor.Account, among(c, r.account.Ways)); err != nil {
			return fmt.Errorf("set ways: %w", err)
		}
	}
	if record != nil {
		if err := s.setRecordTx(ctx, tx, actor, record.ID, r.Email, c); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, actor, "account.ways", subject(actor), audit.Fields("ways"))
}

// setRecordTx changes the way in the record as it is at this moment, locked.
func (s *Service) setRecordTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, shown string, c choice) error {
	record, err := client.FindForUpdateTx(ctx, tx, s.ring, id)
	if err != nil {
		return err
	}
	contact := record.Contact
	if c.way == client.ByEmail && c.safe && contact.Email != shown {
		return nil
	}
	contact.Ways = among(c, contact.Ways)
	contact.Voicemail = contact.Voicemail && slices.Contains(contact.Ways, client.ByPhone)
	return client.UpdateTx(ctx, tx, s.ring, actor, id, client.Person{
		Name: record.Name, BirthOn: record.BirthOn, Address: record.Address, County: record.County, Contact: contact,
	})
}

// Close ends the actor's account. An application that is not finished or waits
// ends with it; the record stays with its clinic, without an account.
func (s *Service) Close(ctx context.Context, actor authz.Actor, sub idempotency.Submission) error {
	if !authz.Allows(actor.Role, authz.OwnRecord) {
		return fault.ErrNotFound
	}
	_, err := idempotency.InTx(ctx, s.db, owner(actor), sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := account.CloseTx(ctx, tx, actor); err != nil {
			return uuid.Nil, err
		}
		var b postgres.Batch
		b.Queue(`UPDATE client SET account_id = NULL WHERE account_id = $1`, actor.Account)
		b.Queue(`UPDATE application SET state = 'withdrawn' WHERE account_id = $1 AND mode = 'online' AND state IN ('draft', 'submitted')`,
			actor.Account)
		if err := b.Send(ctx, tx); err != nil {
			return uuid.Nil, fmt.Errorf("close account: %w", err)
		}
		return actor.Account, nil
	})
	return err
}
