package audit

import (
	"bytes"
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Broken is the first place where the record is not what was written.
type Broken struct {
	Position int64     // in the chain; 0: has no place in it
	Entry    uuid.UUID // uuid.Nil: not known any more
	What     string    // what is wrong with it
}

// Error names the row.
func (b *Broken) Error() string {
	switch {
	case b.Position == 0:
		return fmt.Sprintf("audit entry %s %s", b.Entry, b.What)
	case b.Entry == uuid.Nil:
		return fmt.Sprintf("audit chain at position %d %s", b.Position, b.What)
	}
	return fmt.Sprintf("audit entry %s at position %d %s", b.Entry, b.Position, b.What)
}

// Verify reads the whole record and returns nil when every entry is as it was
// written and none is missing, and otherwise a *Broken for the first bad row.
// Heads that were written down elsewhere are compared as well: they alone tell
// when the end of the record and the head in the database were set back
// together.
func Verify(ctx context.Context, q postgres.Querier, known ...Head) error {
	ring := secret.Current()
	if ring == nil {
		return errNoRing
	}
	head, err := findHead(ctx, q)
	if err != nil {
		return fmt.Errorf("verify audit: %w", err)
	}
	v := verifier{ring: ring, q: q, known: known}
	if err := v.chain(ctx); err != nil {
		return err
	}
	if err := v.end(head); err != nil {
		return err
	}
	return v.loose(ctx)
}

type verifier struct {
	ring     *secret.Ring
	q        postgres.Querier
	known    []Head
	position int64
	seal     []byte
}

func (v *verifier) chain(ctx context.Context) error {
	for {
		links, err := listLinks(ctx, v.q, v.position, batch)
		if err != nil {
			return fmt.Errorf("verify audit: %w", err)
		}
		for _, l := range links {
			if err := v.link(l); err != nil {
				return err
			}
		}
		if len(links) < batch {
			return nil
		}
	}
}

func (v *verifier) link(l link) error {
	next := v.position + 1
	if l.Position != next {
		return &Broken{Position: next, What: "is missing"}
	}
	if l.Entry == nil {
		return &Broken{Position: next, Entry: l.EntryID, What: "is missing"}
	}
	if !v.ring.CheckMAC(entryPurpose, l.Entry.bytes(), l.Entry.MAC) {
		return &Broken{Position: next, Entry: l.EntryID, What: "was changed"}
	}
	if !v.ring.CheckMAC(sealPurpose, sealBytes(v.seal, next, l.EntryID, l.Entry.MAC), l.SealMAC) {
		return &Broken{Position: next, Entry: l.EntryID, What: "does not follow from the one before"}
	}
	v.position, v.seal = next, l.SealMAC
	for _, h := range v.known {
		if h.Position == next && !bytes.Equal(h.Seal, l.SealMAC) {
			return &Broken{Position: next, Entry: l.EntryID, What: "is not the one that was written down elsewhere"}
		}
	}
	return nil
}

// end compares where the chain ends with where it did.
func (v *verifier) end(head Head) error {
	if head.Position > 0 && !v.ring.CheckMAC(headPurpose, headBytes(head), head.MAC) {
		return &Broken{Position: head.Position, What: "has a head that was changed"}
	}
	for _, h := range append([]Head{head}, v.known...) {
		if h.Position > v.position {
			return &Broken{Position: v.position + 1, What: "is missing: the end of the record was taken away"}
		}
	}
	return nil
}

// loose looks at the entries outside the chain: those of the last second, which
// wait for their place. Any other was put in by somebody else.
func (v *verifier) loose(ctx context.Context) error {
	after := uuid.Nil
	for {
		entries, err := listLoose(ctx, v.q, after, batch)
		if err != nil {
			return fmt.Errorf("verify audit: %w", err)
		}
		for _, e := range entries {
			if !e.Sealed && !v.ring.CheckMAC(entryPurpose, e.bytes(), e.MAC) {
				return &Broken{Entry: e.ID, What: "was not written by the portal, or changed since"}
			}
			if !e.Sealed && !e.Pending {
				return &Broken{Entry: e.ID, What: "was kept out of the chain"}
			}
			after = e.ID
		}
		if len(entries) < batch {
			return v.lost(ctx)
		}
	}
}

func (v *verifier) lost(ctx context.Context) error {
	lost, err := listLost(ctx, v.q)
	if err != nil {
		return fmt.Errorf("verify audit: %w", err)
	}
	if len(lost) > 0 {
		return &Broken{Entry: lost[0], What: "is missing"}
	}
	return nil
}
