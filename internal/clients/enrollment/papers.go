package enrollment

import (
	"context"
	"fmt"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// keepPapers makes the copy of the form and the letter about the decision, in
// the client's language, and keeps them with it: both or neither. The record is
// up to date by then, so the letter has the number and the period.
func (s *Service) keepPapers(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a assessment) error {
	record, err := client.FindTx(ctx, tx, s.ring, a.clientID)
	if err != nil {
		return err
	}
	who, err := findSigner(ctx, tx, actor)
	if err != nil {
		return fmt.Errorf("find who certifies: %w", err)
	}
	c := document.Certified{
		Application: a.app, Decision: a.decision, HAP: record.HAP, Language: a.person.Contact.Language(), Certifier: who.Name,
		Statement: Statement, Site: who.Site, StartsOn: record.StartsOn, EndsOn: record.EndsOn, At: tx.Now(),
	}
	for _, made := range c.Papers(ctx, a.clientID) {
		if err := document.KeepTx(ctx, tx, s.ring, actor, made); err != nil {
			return err
		}
	}
	return nil
}

// signer is who certifies, in words.
type signer struct {
	Name string
	Site string
}

func findSigner(ctx context.Context, tx *postgres.Tx, actor authz.Actor) (signer, error) {
	return postgres.One[signer](ctx, tx, `
		SELECT coalesce(a.first_name || ' ' || a.last_name, '') AS name, s.name AS site
		FROM account a, site s
		WHERE a.id = $1 AND s.id = $2`, actor.Account, actor.Site)
}
