package enrollment_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// live starts an application in the mode, fills it in and signs it in the way.
func (d desk) live(t *testing.T, actor authz.Actor, mode application.Mode, kind application.Kind, changes ...applicationtest.Change) uuid.UUID {
	t.Helper()
	ctx := context.Background()
	answers := applicationtest.Complete(t, today, changes...)
	result, err := d.clients.Search(ctx, actor, sub(), client.Query{By: client.ByName, First: "Nobody", Last: "Known", BirthOn: answers.BirthDate()})
	if err != nil {
		t.Fatal(err)
	}
	id, err := d.applications.Start(ctx, actor, sub(), application.Begin{Result: result, Mode: mode, Help: application.HelpLanguage})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.applications.Save(ctx, actor, sub(), id, 1, answers); err != nil {
		t.Fatal(err)
	}
	if err := d.applications.Sign(ctx, actor, sub(), id, application.SignForm{
		Kind: kind, Version: 2, Language: locale.Spanish, Agreed: true, Consent: true,
		Signing: application.Signing{Name: "Rosa Delgado", Kept: "Recordings, tape 4"},
	}); err != nil {
		t.Fatalf("%s, %s: %v", mode, kind, err)
	}
	app, err := d.applications.View(ctx, actor, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.applications.Disclose(ctx, actor, sub(), id, applicationtest.Told(app)); err != nil {
		t.Fatal(err)
	}
	return id
}

// Whoever is met live, in whatever way, is certified, and the facts say how
// (policy: client elig p1, p2; X02, X03).
func TestLiveModes(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	for i, tt := range []struct {
		mode      application.Mode
		kind      application.Kind
		modality  eligibility.Modality
		signature eligibility.ClientSignature
		codes     []application.Code // what must be told besides
	}{
		{application.InPerson, application.Paper, eligibility.InPerson, eligibility.SignedWritten, nil},
		{application.InPerson, application.Electronic, eligibility.InPerson, eligibility.SignedElectronic, nil},
		{application.Video, application.Electronic, eligibility.SyncVideo, eligibility.SignedElectronic, []application.Code{"D08"}},
		{application.Video, application.Oral, eligibility.SyncVideo, eligibility.SignedOral, []application.Code{"D08", "D14"}},
		{application.Telephone, application.Electronic, eligibility.SyncAudio, eligibility.SignedElectronic, []application.Code{"D08"}},
		{application.Telephone, application.Oral, eligibility.SyncAudio, eligibility.SignedOral, []application.Code{"D08", "D14"}},
	} {
		id := d.live(t, actor, tt.mode, tt.kind, applicationtest.Born("3", "14", []string{"1990", "1991", "1992", "1993", "1994", "1995"}[i]),
			applicationtest.Named([]string{"Ana", "Bea", "Cora", "Dita", "Elsa", "Flor"}[i], "Delgado"))
		if err := d.certify(actor, id); err != nil {
			t.Errorf("%s, %s: %v", tt.mode, tt.kind, err)
			continue
		}
		r := d.result(t, actor, id)
		facts := d.facts(t, r.Client.ID)
		if facts.Modality != tt.modality || facts.ClientSignature != tt.signature {
			t.Errorf("%s, %s: the facts have %s and %s", tt.mode, tt.kind, facts.Modality, facts.ClientSignature)
		}
		for _, code := range []application.Code{"D08", "D14"} {
			if _, told := r.Application.Disclosures[code]; told != slices.Contains(tt.codes, code) {
				t.Errorf("%s, %s: %s told = %v", tt.mode, tt.kind, code, told)
			}
		}
		if s := r.Application.Signature; s == nil || s.Kept == "" || s.Language != locale.Spanish {
			t.Errorf("%s, %s: the signature is kept as %+v", tt.mode, tt.kind, s)
		}
	}
}

// facts are those of the latest certification.
func (d desk) facts(t *testing.T, clientID uuid.UUID) eligibility.Facts {
	t.Helper()
	var m enrollment.Movable
	err := d.db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		q := enrollment.QueueMovable(&b, clientID)
		if err := b.Send(context.Background(), tx); err != nil {
			return err
		}
		var err error
		m, _, err = q.Open(ring)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m.Facts
}

// What a client filled in alone and sent waits for somebody to meet the
// client: it is blocked as it stands (X03), and nothing is stored.
func TestNotLive(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.live(t, actor, application.Telephone, application.Oral)
	err := d.db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
		_, err := tx.Exec(context.Background(), `UPDATE application SET mode = 'online', account_id = started_by WHERE id = $1`, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	review, err := d.enrollments.Review(context.Background(), actor, id)
	if err != nil || review.Decision.Outcome != eligibility.Blocked || !slices.Contains(review.Decision.AllReasons, eligibility.NotLive) {
		t.Errorf("review: %+v, %v, want it blocked with X03", review.Decision, err)
	}
	if err := d.certify(actor, id); !errors.Is(err, enrollment.ErrBlocked) {
		t.Errorf("certify: %v, want ErrBlocked", err)
	}
	if n := count(t, d.db, "determination"); n != 0 {
		t.Errorf("%d determinations, want none", n)
	}
}
