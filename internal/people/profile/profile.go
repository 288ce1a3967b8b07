// Package profile reads what the owner of an account sees of it, all at once.
// What changes it is in account, passcode, session and contact.
package profile

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/contact"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Profile is an account as its owner sees it.
type Profile struct {
	Account account.Account
	Sites   []session.Site
	Open    []session.Open   // sign-ins that go on
	Recent  []session.SignIn // the newest of the past
	Change  *contact.Change  // of the address, under way; nil: none
	Codes   int              // recovery codes that are left
}

// recent is how many sign-ins of the past are shown beside the account.
const recent = 5

// Service reads profiles.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// NewService returns the service on a database.
func NewService(db *postgres.DB, ring *secret.Ring) *Service {
	return &Service{db: db, ring: ring}
}

// Read returns the profile of the actor's account, in one batch.
func (s *Service) Read(ctx context.Context, actor authz.Actor) (Profile, error) {
	var p Profile
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		now := tx.Now()
		batch := &pgx.Batch{}
		batch.Queue(account.FindQuery, actor.Account)
		batch.Queue(session.SitesQuery, actor.Account)
		batch.Queue(session.OpenQuery, actor.Account, now)
		batch.Queue(session.HistoryQuery, actor.Account, now.Add(-session.HistoryLife), recent, 0)
		batch.Queue(contact.PendingQuery, actor.Account, now)
		batch.Queue(passcode.RecoveryLeftQuery, actor.Account)
		results := tx.SendBatch(ctx, batch)
		defer func() { _ = results.Close() }()
		var change []contact.Sealed
		one, err := next[account.Account](results)
		if err = errors.Join(err, read(results, &p.Sites), read(results, &p.Open), read(results, &p.Recent), read(results, &change), results.QueryRow().Scan(&p.Codes)); err != nil {
			return err
		}
		if len(one) != 1 {
			return errors.New("there is no such account")
		}
		if p.Account, err = one[0].Opened(s.ring); err != nil {
			return err
		}
		if len(change) == 1 {
			c, err := change[0].Open(s.ring)
			p.Change = &c
			return errors.Join(err, results.Close())
		}
		return results.Close()
	})
	if err != nil {
		return Profile{}, fmt.Errorf("read profile: %w", err)
	}
	return p, nil
}

// read puts the rows of the next result into the list.
func read[T any](results pgx.BatchResults, list *[]T) (err error) {
	*list, err = next[T](results)
	return err
}

func next[T any](results pgx.BatchResults) ([]T, error) {
	rows, err := results.Query()
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}
