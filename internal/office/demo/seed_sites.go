package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
)

// severalFrom is the day from which one certifier may answer for several
// locations (SB 1131, domain/portal.md 2).
var severalFrom = civil.New(2025, time.October, 16)

// further makes a certifier with several sites, once the policy lets there be
// one: the copy switches to the regime of several, an approval stands at the
// first site, and each further one comes by a code that links it to the
// account, as it does in use.
func (s Seed) further(ctx context.Context, office authz.Actor, teams map[string]team, at time.Time) error {
	if civil.Of(at).Before(severalFrom) {
		return nil
	}
	if err := s.Owner.Freeze(ctx, at); err != nil {
		return err
	}
	err := s.DB.InTx(ctx, office, func(tx *postgres.Tx) error {
		return setting.MultiSite.SetTx(ctx, tx, office, true, "Training copy: one certifier has three sites")
	})
	if err != nil {
		return err
	}
	post := s.postOffice()
	for _, p := range People {
		if len(p.Further) == 0 {
			continue
		}
		if err := s.answersForMore(ctx, office, p, teams[p.Site].Certifier, post); err != nil {
			return fmt.Errorf("further sites of %s: %w", p.Username, err)
		}
	}
	return nil
}

func (s Seed) answersForMore(ctx context.Context, office authz.Actor, p Person, first authz.Actor, post *postOffice) error {
	declared := site.Declaration{Number: "4475-TRAINING", ApprovedOn: severalFrom, Basis: site.Community}
	if _, err := s.Sites.RecordApproval(ctx, office, once(), first.Site, declared); err != nil {
		return err
	}
	who, err := s.named(ctx, p.Site)
	if err != nil {
		return err
	}
	for _, code := range p.Further {
		old, err := s.named(ctx, code)
		if err != nil {
			return err
		}
		id, err := s.Codes.ChangeCertifier(ctx, office, once(), old.SiteID, membership.NewCertifier{
			FirstName: who.FirstName, LastName: who.LastName, Email: who.Email, Credential: "MD",
			OrientedOn: severalFrom, Instead: old.ID,
		}, "Training copy")
		if err != nil {
			return err
		}
		if err := s.link(ctx, who, old.NPI, id, post); err != nil {
			return err
		}
	}
	return nil
}

// link goes the way from the code of a further site to the account that is
// there.
func (s Seed) link(ctx context.Context, who namedCertifier, npi string, member uuid.UUID, post *postOffice) error {
	code, err := post.deliver(ctx, member)
	if err != nil {
		return err
	}
	actor := authz.Actor{Role: authz.Nobody, Origin: authz.Origin{Session: uuid.NewString(), Device: uuid.New()}}
	if err := s.Setups.Verify(ctx, actor, accesscode.Attempt{Email: who.Email, Code: code, NPI: npi}); err != nil {
		return err
	}
	if err := s.Setups.Confirm(ctx, actor, who.FirstName, who.LastName); err != nil {
		return err
	}
	_, err = s.Setups.Redeem(ctx, actor, once(), "en")
	return err
}
