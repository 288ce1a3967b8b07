package application_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// signIn gives the actor a session and returns its id.
func signIn(t *testing.T, db *postgres.DB, actor authz.Actor) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	_, err := db.Exec(context.Background(), `
		INSERT INTO session (digest, id, account_id, site_id, step, created_at, last_seen_at, password_at, passcode_at)
		VALUES (uuid_send($1), $1, $2, $3, 'full', portal_now(), portal_now(), portal_now(), portal_now())`, id, actor.Account, actor.Site)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func suspendedFor(t *testing.T, db *postgres.DB, id uuid.UUID) uuid.UUID {
	t.Helper()
	application, err := postgres.Value[*uuid.UUID](context.Background(), db, `SELECT handover_application_id FROM session WHERE id = $1`, id)
	if err != nil {
		t.Fatal(err)
	}
	if application == nil {
		return uuid.Nil
	}
	return *application
}

func TestHandOver(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, clients := service(t, db)
	actor := clienttest.Staff(t, db)
	id, sessionID := begin(t, s, clients, actor, application.InPerson), signIn(t, db, actor)
	help := []application.Help{application.HelpUnderstanding, application.HelpLanguage, "nonsense"}
	if err := s.HandOver(ctx, actor, sub(), id, sessionID, help); err != nil {
		t.Fatal(err)
	}
	if got := suspendedFor(t, db, sessionID); got != id {
		t.Errorf("the session is suspended for %s, want %s", got, id)
	}
	a, err := s.View(ctx, actor, id)
	if err != nil {
		t.Fatal(err)
	}
	if h := a.Handover; h == nil || h.SignedAt != nil || !slices.Equal(h.Help, []application.Help{application.HelpLanguage, application.HelpUnderstanding}) {
		t.Errorf("kept as %+v", h)
	}

	handed := actor
	handed.Origin.HandedOver = true
	if err := s.Save(ctx, handed, sub(), id, 1, applicationtest.Complete(t, a.Answers.On)); err != nil {
		t.Fatal(err)
	}
	err = s.Sign(ctx, handed, sub(), id, application.SignForm{
		Kind: application.Electronic, Version: 2, Language: locale.Spanish, Agreed: true, Signing: application.Signing{Name: "Rosa Delgado"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if a, err = s.View(ctx, actor, id); err != nil || a.Handover.SignedAt == nil || a.Signature.Language != locale.Spanish {
		t.Errorf("signed as %+v %+v, %v", a.Handover, a.Signature, err)
	}
	roles, err := postgres.Values[string](ctx, db, `SELECT role || ' ' || action FROM audit_entry WHERE subject = $1 AND action NOT LIKE '%.view' ORDER BY id`, "application:"+id.String())
	if want := []string{"staff application.start", "staff handover.start", "handed-over application.save", "handed-over application.sign"}; err != nil || !slices.Equal(roles, want) {
		t.Errorf("the record says %q, %v, want %q", roles, err, want)
	}
	if err := s.HandOver(ctx, actor, sub(), id, signIn(t, db, actor), nil); !errors.Is(err, application.ErrSigned) {
		t.Errorf("handing over what is signed: %v", err)
	}
}

// TestHandOverIsAllOrNothing: with no session to suspend nothing is kept.
func TestHandOverIsAllOrNothing(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, clients := service(t, db)
	actor := clienttest.Staff(t, db)
	id := begin(t, s, clients, actor, application.InPerson)
	if err := s.HandOver(ctx, actor, sub(), id, uuid.Must(uuid.NewV7()), nil); !errors.Is(err, session.ErrEnded) {
		t.Errorf("without a session: %v, want ErrEnded", err)
	}
	if a, err := s.View(ctx, actor, id); err != nil || a.Handover != nil {
		t.Errorf("kept all the same: %+v, %v", a.Handover, err)
	}
}

func TestHandOverIsRefused(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, clients := service(t, db)
	actor := clienttest.Staff(t, db)
	colleague := clienttest.Staff(t, db)
	inPerson, video := begin(t, s, clients, actor, application.InPerson), begin(t, s, clients, actor, application.Video)
	office := authz.Actor{Role: authz.OFP, Account: actor.Account}
	for name, tt := range map[string]struct {
		actor authz.Actor
		id    uuid.UUID
		want  error
	}{
		"by video":              {actor, video, application.ErrNotInPerson},
		"another site's":        {colleague, inPerson, fault.ErrNotFound},
		"nothing":               {actor, uuid.Must(uuid.NewV7()), fault.ErrNotFound},
		"not for the office":    {office, inPerson, fault.ErrNotFound},
		"not for a client":      {authz.Actor{Role: authz.Client, Account: actor.Account}, inPerson, fault.ErrNotFound},
		"not for nobody at all": {authz.Actor{Role: authz.Nobody}, inPerson, fault.ErrNotFound},
	} {
		sessionID := signIn(t, db, actor)
		if err := s.HandOver(ctx, tt.actor, sub(), tt.id, sessionID, nil); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		if got := suspendedFor(t, db, sessionID); got != uuid.Nil {
			t.Errorf("%s: the session is suspended", name)
		}
	}
}

// TestHelpDoesNotTellItself: the sealed kinds of help have one length.
func TestHelpDoesNotTellItself(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, clients := service(t, db)
	actor := clienttest.Staff(t, db)
	for _, help := range [][]application.Help{nil, {application.HelpDisability}, application.Helps} {
		id := begin(t, s, clients, actor, application.InPerson)
		if err := s.HandOver(ctx, actor, sub(), id, signIn(t, db, actor), help); err != nil {
			t.Fatal(err)
		}
	}
	var lengths []string
	err := db.InTx(ctx, actor, func(tx *postgres.Tx) (err error) {
		lengths, err = postgres.Values[string](ctx, tx, `SELECT DISTINCT length(help_sealed)::text FROM handover`)
		return err
	})
	if err != nil || len(lengths) != 1 {
		t.Errorf("lengths %s, %v", strings.Join(lengths, " "), err)
	}
}

// TestClientAloneNeedsNoReason: an application that the client fills in has no
// reason for staff to do so.
func TestClientAloneNeedsNoReason(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, clients := service(t, db)
	actor := clienttest.Staff(t, db)
	result, err := clients.Search(ctx, actor, sub(), client.Query{By: client.BySSN, Number: "123456789"})
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.Start(ctx, actor, sub(), application.Begin{Result: result, Mode: application.InPerson, Alone: true, Help: "client"})
	if err != nil {
		t.Fatal(err)
	}
	if a, err := s.View(ctx, actor, id); err != nil || a.Help != "" {
		t.Errorf("kept with the reason %q, %v", a.Help, err)
	}
}
