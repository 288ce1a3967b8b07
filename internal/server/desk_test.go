package server_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// deskThings are what addresses of the service desk name.
type deskThings struct {
	account             uuid.UUID // somebody who calls
	request             uuid.UUID // of another representative, waits
	result, otherResult uuid.UUID // of a search
}

// calls makes what the desk's addresses name.
func (w *world) calls() deskThings {
	w.t.Helper()
	ctx, me := context.Background(), w.people[asDesk].actor()
	other := w.person("desk", authz.Desk, nil).actor()
	th := deskThings{account: w.people[asStaff].account}
	office := w.people[asOFP].account
	w.exec(`UPDATE account SET blocked_at = portal_now() WHERE id IN ($1, $2)`, office, th.account)
	var err error
	_, err = w.app.Desk.CheckCaller(ctx, other, sub(), office, []desk.Item{desk.SaidUsername, desk.SaidEmail})
	w.must(err)
	th.request, err = w.app.Desk.Unblock(ctx, other, sub(), office, desk.MistypedCodes)
	w.must(err)
	w.exec(`UPDATE account SET blocked_at = NULL WHERE id IN ($1, $2)`, office, th.account)
	_, err = w.app.Desk.CheckCaller(ctx, me, sub(), th.account, []desk.Item{desk.SaidNPI, desk.CalledBack})
	w.must(err)
	th.result, err = w.app.Desk.Search(ctx, me, sub(), "harbor test")
	w.must(err)
	th.otherResult, err = w.app.Desk.Search(ctx, other, sub(), "harbor test")
	w.must(err)
	return th
}

// clientTables are the tables about clients.
var clientTables = []string{
	"client", "client_index", "client_opening", "search_result", "inquiry", "inquiry_batch", "inquiry_part", "application", "signature", "disclosure", "determination",
	"enrollment", "case_note",
}

// The desk reads no row about a client, whatever it asks (security.md 4.7,
// 8.4).
func TestDeskReadsNoClient(t *testing.T) {
	k := newWalk(t)
	ctx := context.Background()
	for _, table := range clientTables {
		var all int
		k.must(k.super.QueryRow(ctx, `SELECT count(*) FROM `+table).Scan(&all))
		if all == 0 && table != "client_opening" && table != "case_note" {
			t.Errorf("%s is empty: nothing is shown by finding nothing", table)
		}
		err := k.app.DB.InTx(ctx, k.people[asDesk].actor(), func(tx *postgres.Tx) error {
			seen, err := postgres.Value[int](ctx, tx, `SELECT count(*)::int FROM `+table)
			if seen != 0 {
				t.Errorf("the desk sees %d of %d rows of %s", seen, all, table)
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", table, err)
		}
	}
}

// Everything but its own pages, the public ones and signing in is not there for
// the desk (security.md 4.7).
func TestEverythingElseIsNotThereForTheDesk(t *testing.T) {
	k := newWalk(t)
	open := 0
	for _, l := range k.lines() {
		if area, _, _ := strings.Cut(l.Path[1:], "/"); !slices.Contains([]string{"provider", "ofp", "my"}, area) {
			open++
			continue
		}
		if rec, reached := k.ask(l, k.own(l, asStaff), asDesk); rec.Code != http.StatusNotFound || reached {
			t.Errorf("%s as the desk = %d, want 404", name(l), rec.Code)
		}
	}
	if open == 0 {
		t.Error("no route was left to the desk")
	}
}

// No page of the desk has anything of a client on it (domain/portal.md 3.1).
func TestDeskPagesNameNoClient(t *testing.T) {
	k := newWalk(t)
	shown := 0
	for _, l := range k.lines() {
		if l.Method != http.MethodGet || !strings.HasPrefix(l.Path, "/desk") {
			continue
		}
		page := k.get(k.own(l, asDesk), asDesk).Body.String()
		shown++
		for _, word := range []string{"Delgado", "Rosa", k.things.client.String(), "1998"} {
			if strings.Contains(page, word) {
				t.Errorf("%s shows %q", name(l), word)
			}
		}
	}
	if shown < 8 {
		t.Errorf("only %d pages were looked at", shown)
	}
}
