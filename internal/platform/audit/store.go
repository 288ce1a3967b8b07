package audit

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/postgres"
)

const columns = `e.id, e.at, e.role, e.account_id, e.site_id, e.action, e.subject, e.outcome, e.reason, e.fields, e.request, e.address, e.device_id, e.mac`

// insert writes the entry and notes that it waits for its place in the chain,
// in one statement.
func insert(ctx context.Context, tx *postgres.Tx, e Entry) error {
	return insertAll(ctx, tx, []Entry{e})
}

// insertAll is insert for several entries, in one round trip.
func insertAll(ctx context.Context, tx *postgres.Tx, entries []Entry) error {
	var b postgres.Batch
	for _, e := range entries {
		b.QueueAs(ErrUnwritten, insertion, e.args())
	}
	return b.Send(ctx, tx)
}

const insertion = `
	WITH entry AS (
		INSERT INTO audit_entry (id, at, role, account_id, site_id, action, subject, outcome, reason, fields, request, address, device_id, mac)
		VALUES (@id, @at, @role, @account, @site, @action, @subject, @outcome, @reason, @fields, @request, @address, @device, @mac)
		RETURNING id)
	INSERT INTO audit_pending (entry_id) SELECT id FROM entry`

func (e Entry) args() pgx.NamedArgs {
	return pgx.NamedArgs{
		"id": e.ID, "at": e.At, "role": e.Role, "account": e.AccountID, "site": e.SiteID, "action": e.Action,
		"subject": e.Subject, "outcome": string(e.Outcome), "reason": e.Reason, "fields": e.Fields,
		"request": e.Request, "address": e.Address, "device": e.DeviceID, "mac": e.MAC,
	}
}

// About returns the newest entries about a subject, at most 500, the newest
// first.
func About(ctx context.Context, q postgres.Querier, subject string) ([]Entry, error) {
	entries, err := postgres.All[Entry](ctx, q, `
		SELECT `+columns+`
		FROM audit_entry e
		WHERE e.subject = $1
		ORDER BY e.id DESC
		LIMIT 500`, subject)
	if err != nil {
		return nil, fmt.Errorf("list audit entries: %w", err)
	}
	return entries, nil
}

// lockHead locks the end of the chain, and returns pgx.ErrNoRows when somebody
// else is sealing.
func lockHead(ctx context.Context, tx *postgres.Tx) (Head, error) {
	return postgres.One[Head](ctx, tx, `SELECT position, seal, mac FROM audit_head FOR UPDATE SKIP LOCKED`)
}

func findHead(ctx context.Context, q postgres.Querier) (Head, error) {
	return postgres.One[Head](ctx, q, `SELECT position, seal, mac FROM audit_head`)
}

func moveHead(ctx context.Context, tx *postgres.Tx, h Head) error {
	_, err := tx.Exec(ctx, `UPDATE audit_head SET position = $1, seal = $2, mac = $3`, h.Position, h.Seal, h.MAC)
	return err
}

type waiting struct {
	ID  uuid.UUID
	MAC []byte
}

// takePending takes committed entries off the list of those that wait.
func takePending(ctx context.Context, tx *postgres.Tx, most int) ([]waiting, error) {
	return postgres.All[waiting](ctx, tx, `
		WITH taken AS (
			DELETE FROM audit_pending p USING audit_entry e
			WHERE e.id = p.entry_id AND p.entry_id IN (SELECT entry_id FROM audit_pending ORDER BY entry_id LIMIT $1)
			RETURNING e.id, e.mac)
		SELECT id, mac FROM taken ORDER BY id`, most)
}

func insertSeals(ctx context.Context, tx *postgres.Tx, positions []int64, ids []uuid.UUID, macs [][]byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO audit_seal (position, entry_id, mac)
		SELECT place, entry, mac FROM unnest($1::bigint[], $2::uuid[], $3::bytea[]) AS u (place, entry, mac)`, positions, ids, macs)
	return err
}

// link is one place of the chain with its entry, as far as that exists.
type link struct {
	Position int64
	EntryID  uuid.UUID
	SealMAC  []byte
	Entry    *Entry
}

// listLinks returns the places after the given one, in order. Lost entries
// have none of their columns.
func listLinks(ctx context.Context, q postgres.Querier, after int64, most int) ([]link, error) {
	rows, err := q.Query(ctx, `
		SELECT s.position, s.entry_id, s.mac, e.id IS NOT NULL, `+columns+`
		FROM (SELECT position, entry_id, mac FROM audit_seal WHERE position > $1 ORDER BY position LIMIT $2) s
		LEFT JOIN audit_entry e ON e.id = s.entry_id
		ORDER BY s.position`, after, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanLink)
}

func scanLink(row pgx.CollectableRow) (link, error) {
	var l link
	var found bool
	err := row.Scan(append([]any{&l.Position, &l.EntryID, &l.SealMAC, &found}, make([]any, 14)...)...)
	if err != nil || !found {
		return l, err
	}
	l.Entry = &Entry{}
	return l, row.Scan(append(make([]any, 4), l.Entry.targets()...)...)
}

func (e *Entry) targets() []any {
	return []any{
		&e.ID, &e.At, &e.Role, &e.AccountID, &e.SiteID, &e.Action, &e.Subject, &e.Outcome, &e.Reason,
		&e.Fields, &e.Request, &e.Address, &e.DeviceID, &e.MAC,
	}
}

// loose is an entry that has no place in the chain.
type loose struct {
	Entry
	Pending bool // waits for its place
	Sealed  bool
}

// listLoose returns entries after the given one in the order of their ids,
// each with whether it is chained or waits to be.
func listLoose(ctx context.Context, q postgres.Querier, after uuid.UUID, most int) ([]loose, error) {
	rows, err := q.Query(ctx, `
		SELECT s.position IS NOT NULL, p.entry_id IS NOT NULL, `+columns+`
		FROM audit_entry e
		LEFT JOIN audit_seal s ON s.entry_id = e.id
		LEFT JOIN audit_pending p ON p.entry_id = e.id
		WHERE e.id > $1
		ORDER BY e.id
		LIMIT $2`, after, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (loose, error) {
		var l loose
		return l, row.Scan(append([]any{&l.Sealed, &l.Pending}, l.targets()...)...)
	})
}

// listLost returns what waits for its place in the chain but does not exist.
func listLost(ctx context.Context, q postgres.Querier) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, q, `
		SELECT p.entry_id FROM audit_pending p
		WHERE NOT EXISTS (SELECT FROM audit_entry e WHERE e.id = p.entry_id)
		ORDER BY p.entry_id LIMIT 1`)
}
