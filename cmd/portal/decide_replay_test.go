package main

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// TestDecideReplay decides a stored determination again from the command line:
// the same answer ends with status 0, another with 1 and with what differs, and
// what is not there is named.
func TestDecideReplay(t *testing.T) {
	db, dir := dbtest.New(t), t.TempDir()
	cfg := config.Config{
		DatabaseURL:   dbtest.URL(t, db),
		MasterKeyFile: filepath.Join(dir, "master.key"), PepperFile: filepath.Join(dir, "pepper.key"),
	}
	if err := (keysInitCmd{Config: cfg}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	ring, err := openRing(t.Context(), db, cfg.MasterKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	audit.Use(ring)
	number := certified(t, db, ring)
	replay := func(which string) (string, error) {
		var out bytes.Buffer
		err := (&decideCmd{Config: cfg, Replay: which}).replay(t.Context(), &out)
		return out.String(), err
	}
	out, err := replay(number)
	if err != nil || !strings.Contains(out, "the same answer") || !strings.Contains(out, "ELIGIBLE,E00,E00") || strings.Contains(out, "DIFFERS") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, word := range []string{"Rosa", "Delgado", "1998"} {
		if strings.Contains(out, word) {
			t.Errorf("the output names the client: %q", word)
		}
	}
	for _, which := range []string{uuid.NewString(), "99", "nonsense"} {
		if out, err := replay(which); err == nil || !strings.Contains(err.Error(), which+": there is no determination") || out != "" {
			t.Errorf("%s: %v\n%s", which, err, out)
		}
	}
	if _, err := dbtest.Superuser(t, db).Exec(t.Context(), `UPDATE income_limit SET monthly_cents = monthly_cents - 200000`); err != nil {
		t.Fatal(err)
	}
	out, err = replay(number)
	if !errors.Is(err, exitError(1)) || !strings.Contains(out, "DIFFERS: limit is stored as 251000 and comes out as 51000\n") {
		t.Errorf("%v\n%s", err, out)
	}
	if err := (&decideCmd{Config: cfg, Replay: number, File: "facts.csv"}).Run(t.Context()); !errors.Is(err, errReplayAlone) {
		t.Errorf("with a file: %v", err)
	}
	if err := (&decideCmd{Replay: number}).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "DATABASE_URL") {
		t.Errorf("without a database: %v", err)
	}
}

// certified enrolls somebody and returns the number of the application.
func certified(t *testing.T, db *postgres.DB, ring *secret.Ring) string {
	t.Helper()
	ctx, day := t.Context(), civil.MustParse("2025-01-20")
	dbtest.Freeze(t, db, day.Start().Add(12*time.Hour))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(incometable.Load(ctx, db))
	sub := func() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }
	actor, clients := clienttest.Staff(t, db), client.New(db, ring)
	apps := application.NewService(db, ring, clients)
	found, err := clients.Search(ctx, actor, sub(), client.Query{By: client.ByName, First: "Nobody", Last: "Known", BirthOn: day.AddDays(-9000)})
	must(err)
	id, err := apps.Start(ctx, actor, sub(), application.Begin{Result: found, Mode: application.InPerson, Help: application.HelpLanguage})
	must(err)
	must(apps.Save(ctx, actor, sub(), id, 1, applicationtest.Complete(t, day)))
	must(apps.Sign(ctx, actor, sub(), id, application.SignForm{
		Kind: application.Electronic, Version: 2, Language: locale.English, Agreed: true, Signing: application.Signing{Name: "Signed Here"},
	}))
	app, err := apps.View(ctx, actor, id)
	must(err)
	given := map[application.Code]application.Answer{}
	for _, topic := range app.Topics() {
		given[topic.Code] = topic.Answers[0]
	}
	must(apps.Disclose(ctx, actor, sub(), id, given))
	_, err = enrollment.New(db, ring).Certify(ctx, actor, sub(), id, enrollment.Certification{Version: 2, Agreed: true})
	must(err)
	var number string
	must(db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) (err error) {
		number, err = postgres.Value[string](ctx, tx, `SELECT number FROM application WHERE id = $1`, id)
		return err
	}))
	return number
}
