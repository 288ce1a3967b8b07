package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// TestSwappedCellsShowNobody swaps sealed cells of two clients in the database,
// as somebody would who can write there: every page of the client is an error
// with a reference that finds the cell in the log, none shows anything of the
// other person, and it goes to the audit trail (security.md 12.2).
func TestSwappedCellsShowNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.furnish()
	base := "/provider/clients/" + w.things.client.String()
	if page := w.get(base, asStaff).Body.String(); !strings.Contains(page, "Delgado") || strings.Contains(page, "Villanueva") {
		t.Fatal("the record does not show the client")
	}
	for _, column := range []string{"name_sealed", "birth_on_sealed", "address_sealed", "contact_sealed", "hap_number_sealed"} {
		w.swap(column)
		for _, path := range []string{base, base + "/application", base + "/card"} {
			w.wantNobody(path, column)
		}
		w.swap(column)
	}
	if rec := w.get(base, asStaff); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), "Delgado") {
		t.Errorf("with the cells in their places: %d", rec.Code)
	}
}

// swap exchanges a column of the two clients.
func (w *world) swap(column string) {
	w.t.Helper()
	w.exec(fmt.Sprintf(`UPDATE client AS c SET %[1]s = o.%[1]s FROM client AS o
		WHERE (c.id, o.id) IN (('%[2]s', '%[3]s'), ('%[3]s', '%[2]s'))`, column, w.things.client, w.things.otherClient))
}

func (w *world) wantNobody(path, column string) {
	w.t.Helper()
	before := uuid.Must(uuid.NewV7())
	rec := w.get(path, asStaff)
	page := rec.Body.String()
	if strings.Contains(page, "Villanueva") || strings.Contains(page, "Marta") {
		w.t.Errorf("%s with another's %s shows the other person", path, column)
	}
	if line := w.lineWith(reference(page)); rec.Code != http.StatusInternalServerError || !strings.Contains(line, "client."+column) {
		w.t.Errorf("%s with another's %s: %d, and the reference finds %q", path, column, rec.Code, line)
	}
	var entries int
	w.must(w.super.QueryRow(w.t.Context(), `SELECT count(*) FROM audit_entry
		WHERE action = 'cell.open' AND outcome = 'failed' AND account_id = $1 AND subject = $2 AND $3 = ANY (fields) AND id > $4`,
		w.people[asStaff].account, "cell:"+w.things.client.String(), "client."+column, before).Scan(&entries))
	if entries != 1 {
		w.t.Errorf("%s with another's %s: %d entries in the audit trail, want 1", path, column, entries)
	}
}
