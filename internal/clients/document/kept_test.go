package document

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/paper"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// desk is a record with one document, and who has made it.
type desk struct {
	*Service
	actor  authz.Actor
	client uuid.UUID
}

func newDesk(t *testing.T, db *postgres.DB, ring *secret.Ring, p paper.Paper) desk {
	t.Helper()
	dbtest.Freeze(t, db, noon)
	ctx := t.Context()
	d := desk{Service: New(db, ring), actor: clienttest.Staff(t, db)}
	err := db.InTx(ctx, d.actor, func(tx *postgres.Tx) (err error) {
		d.client, err = client.CreateTx(ctx, tx, ring, d.actor, client.Person{
			Name: client.Name{First: "Ana", Last: "Canaryworth"}, BirthOn: civil.MustParse("2001-05-06"), County: "10",
		})
		if err != nil {
			return err
		}
		if _, err := client.IssueHAPTx(ctx, tx, ring, d.actor, d.client); err != nil {
			return err
		}
		return KeepTx(ctx, tx, ring, d.actor, Made{Client: d.client, Kind: Ending, Paper: p})
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d desk) only(t *testing.T, actor authz.Actor) Document {
	t.Helper()
	page, err := d.List(t.Context(), actor, d.client)
	if err != nil || len(page.Documents) != 1 {
		t.Fatalf("documents %+v, %v; want one", page.Documents, err)
	}
	return page.Documents[0]
}

func count(t *testing.T, db *postgres.DB, sql string, args ...any) int {
	t.Helper()
	var n int
	err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		n, err = postgres.Value[int](t.Context(), tx, sql, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What was given is shown for ever as it was: questions that come later, and
// texts that change, change nothing of it.
func TestKeptAsGiven(t *testing.T) {
	all := question.All
	t.Cleanup(func() { question.All = all })
	given := Form(t.Context(), certified(t, locale.Spanish))
	d := newDesk(t, dbtest.Tx(t), clienttest.Ring(), given)
	question.All = all[:3]
	if cmp.Diff(given, Form(t.Context(), certified(t, locale.Spanish))) == "" {
		t.Fatal("the template is as before")
	}
	doc := d.only(t, d.actor)
	if doc.Kind != Ending || doc.Language != locale.Spanish || !doc.MadeAt.Equal(noon) {
		t.Errorf("listed as %+v", doc)
	}
	opened, err := d.Open(t.Context(), d.actor, d.client, doc.ID, ToShow)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(given, opened.Paper); diff != "" {
		t.Error(diff)
	}
}

// Documents are for those who may see the record: another site finds none, nor
// one under its number, nor one of another record (security.md 8.4).
func TestDocumentsOfOtherSites(t *testing.T) {
	t.Parallel()
	db, ring := dbtest.Tx(t), clienttest.Ring()
	d := newDesk(t, db, ring, paper.Paper{Language: locale.English, Title: "Test"})
	other := newDesk(t, db, ring, paper.Paper{Language: locale.English, Title: "Test"})
	id := d.only(t, d.actor).ID
	for name, try := range map[string]func() error{
		"list of another site": func() error { _, err := d.List(t.Context(), other.actor, d.client); return err },
		"of another site":      func() error { _, err := d.Open(t.Context(), other.actor, d.client, id, ToShow); return err },
		"of another record":    func() error { _, err := d.Open(t.Context(), other.actor, other.client, id, ToShow); return err },
		"of no record":         func() error { _, err := d.Open(t.Context(), d.actor, uuid.New(), id, ToShow); return err },
		"that is none":         func() error { _, err := d.Open(t.Context(), d.actor, d.client, uuid.New(), ToShow); return err },
	} {
		if err := try(); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("document %s: %v", name, err)
		}
	}
	visible := func(actor authz.Actor) (n int) {
		err := db.InTx(t.Context(), actor, func(tx *postgres.Tx) (err error) {
			n, err = postgres.Value[int](t.Context(), tx, `SELECT count(*) FROM document`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for name, tt := range map[string]struct {
		actor authz.Actor
		want  int
	}{"nobody": {authz.Actor{Role: authz.Nobody}, 0}, "the site": {d.actor, 1}, "the desk": {authz.Actor{Role: authz.Desk, Account: d.actor.Account}, 0}} {
		if got := visible(tt.actor); got != tt.want {
			t.Errorf("%s sees %d documents, want %d", name, got, tt.want)
		}
	}
}

// Each look, print and file is an entry of its own (security.md 13.1).
func TestEveryUseIsKept(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	d := newDesk(t, db, clienttest.Ring(), paper.Paper{Language: locale.English, Title: "Test"})
	id := d.only(t, d.actor).ID
	for _, use := range []Use{ToShow, ToPrint, ToSave} {
		if _, err := d.Open(t.Context(), d.actor, d.client, id, use); err != nil {
			t.Fatal(err)
		}
		n := count(t, db, `SELECT count(*) FROM audit_entry WHERE subject = $1 AND action = $2 AND reason = 'document'`,
			client.Subject(d.client), string(use))
		if n != 1 {
			t.Errorf("%d entries of %s, want 1", n, use)
		}
	}
}

// A document that nobody can keep track of is not shown (security.md 13.1).
func TestNothingIsShownWithoutItsEntry(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	d := newDesk(t, db, clienttest.Ring(), paper.Paper{Language: locale.English, Title: "Test"})
	id := d.only(t, d.actor).ID
	if _, err := dbtest.Superuser(t, db).Exec(t.Context(), `REVOKE INSERT ON audit_entry FROM portal_app`); err != nil {
		t.Fatal(err)
	}
	for _, use := range []Use{ToShow, ToPrint, ToSave} {
		if got, err := d.Open(t.Context(), d.actor, d.client, id, use); err == nil || got.Paper.Title != "" {
			t.Errorf("%s: shown without its entry", use)
		}
		if got, err := d.Card(t.Context(), d.actor, d.client, use, ""); err == nil || got.Client.HAP != "" {
			t.Errorf("card, %s: shown without its entry", use)
		}
	}
	if page, err := d.List(t.Context(), d.actor, d.client); err == nil || len(page.Documents) > 0 {
		t.Error("listed without its entry")
	}
}

// Nothing of a document stands in the database in clear, nor in which language
// it is (security.md 12.1, 12.6), and a sealed one opens nowhere else (12.2).
func TestDocumentIsSealed(t *testing.T) {
	t.Parallel()
	db, ring := dbtest.Tx(t), clienttest.Ring()
	d := newDesk(t, db, ring, paper.Paper{Language: locale.Spanish, Title: "Canaryworth"})
	id := d.only(t, d.actor).ID
	n := count(t, db, `SELECT count(*) FROM document d WHERE d::text ILIKE '%canaryworth%'
		OR position('Canaryworth'::bytea IN d.content_sealed) > 0 OR position('es'::bytea IN d.language_sealed) = 1`)
	if n != 0 {
		t.Errorf("%d rows tell what is in them", n)
	}
	sealed, err := ring.Seal(contentCell(id), "{}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (wholeRow{row: row{ID: uuid.New()}, ContentSealed: sealed}).paper(ring); err == nil {
		t.Error("a document opens in another row")
	}
}

// What was given can be neither changed nor deleted by the program.
func TestDocumentCannotBeChanged(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	newDesk(t, db, clienttest.Ring(), paper.Paper{Language: locale.English, Title: "Test"})
	for _, sql := range []string{`UPDATE document SET kind = 'retro'`, `DELETE FROM document`} {
		err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
			_, err := tx.Exec(t.Context(), sql)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v, want it refused", sql, err)
		}
	}
}

// Printing and saving the card leave one note a day (portal rules 23).
func TestPrintedCardIsNoted(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	d := newDesk(t, db, clienttest.Ring(), paper.Paper{Language: locale.English, Title: "Test"})
	use := func(uses ...Use) {
		for _, u := range uses {
			if _, err := d.Card(context.Background(), d.actor, d.client, u, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	notes := func() int {
		return count(t, db, `SELECT count(*) FROM case_note WHERE client_id = $1 AND key = $2`, d.client, string(casenote.CardPrinted))
	}
	use(ToShow)
	if n := notes(); n != 0 {
		t.Errorf("%d notes after a look, want none", n)
	}
	use(ToPrint, ToSave, ToPrint)
	if n := notes(); n != 1 {
		t.Errorf("%d notes on the first day, want 1", n)
	}
	dbtest.Freeze(t, db, noon.AddDate(0, 0, 1))
	use(ToSave)
	if n := notes(); n != 2 {
		t.Errorf("%d notes on the second day, want 2", n)
	}
}
