package journey

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// canaries are words that stand nowhere else: what is found of them was typed.
var canaries = []string{
	"Quillonbrae", "Ostrevandel", "Marwenquist", "Tillifauve", "Brandelquay", "Zephyrholt", "219-09-7788", "(341) 555-0177",
	"quillonbrae@ostrevandel.example",
}

// canary is somebody all of whose answers are canaries.
func canary() applicant {
	a := single(canaries[0], canaries[1], "1234.56")
	a.sections[question.IdentitySection] = []answer{
		chosen("safe-contact", "Y"), typed("name-first", canaries[0]), typed("name-middle", canaries[2]), typed("name-last", canaries[1]),
		typed("name-preferred", canaries[3]), dated("birth-date", "3", "14", "1998"), typed("ssn-number", canaries[6]),
		chosen("marital", "SINGLE"), chosen("gender", "FEMALE"), chosen("orientation", "DECLINED"), chosen("sex-birth", "F"), chosen("ethnicity", "R20"),
	}
	a.sections[question.ContactSection] = []answer{
		typed("contact-phone", canaries[7]), chosen("contact-text", "N"), chosen("contact-call", "N"), chosen("contact-voice", "N"),
		typed("contact-email", canaries[8]), chosen("contact-email-safe", "Y"),
		typed("language-speak", "English"), typed("language-read", "English"), chosen("language-interpreter", "N"),
		typed("address-street", "71 "+canaries[4]), typed("address-city", canaries[5]),
		typed("address-state", "CA"), typed("address-zip", "93701"), chosen("address-mail", "N"), typed("county", "Fresno"),
	}
	return a
}

// TestCanaries enrolls somebody through a browser. Afterwards none of the words
// stands in clear in a table, in the database's log of writes, in the portal's
// log, in a mail or in an address (security.md 12.6).
func TestCanaries(t *testing.T) {
	p := open(t, browsertest.Options{}, pacific(2025, time.January, 20, 9, 0, 0))
	var begun string
	var staff *person
	p.step("people of a clinic", func() {
		staff = p.helper("Samuel", "Ortiz")
		p.later(2 * time.Minute)
		staff.signsIn()
		begun = value[string](p, "SELECT pg_walfile_name(pg_current_wal_lsn())")
	})
	p.step("the words are typed", func() {
		staff.at("/provider/enroll")
		staff.seeks(canary())
		staff.presses(locale.EnrollNobody)
		staff.meets()
		staff.fills(canary())
		staff.signs(canary())
		staff.wants(locale.ReviewOutcomeEligible)
	})
	words := ofClients(staff.Typed())
	for _, word := range canaries {
		if !slices.Contains(words, word) && !slices.Contains(words, "71 "+word) {
			t.Errorf("the word %s was not typed", word)
		}
	}
	p.nowhere(begun)
}

// nowhere looks for the canaries wherever something is kept or sent.
func (p *portal) nowhere(begun string) {
	p.Helper()
	said := map[string]string{"the log": p.log.said(), "the database's log of writes": p.written(begun)}
	for column, text := range p.dump(p.root) {
		said[column] = text
	}
	for i, l := range p.post.Letters() {
		said[fmt.Sprintf("mail %d", i)] = l.Subject + l.Text + l.HTML
	}
	for _, w := range p.people {
		said["the addresses of "+w.email] = strings.Join(append(w.Addresses(), w.FileNames()...), "\n")
	}
	for place, text := range said {
		for _, word := range canaries {
			if inClear(text, word) {
				p.Errorf("%s shows %s", place, word)
			}
		}
	}
}

// written reads the database's log of writes since the file begun, byte by
// byte.
func (p *portal) written(begun string) string {
	p.Helper()
	_, err := p.sql.Exec(context.Background(), `SELECT pg_switch_wal()`)
	if err != nil {
		p.Fatal(err)
	}
	log := value[[]byte](p, `SELECT coalesce(string_agg(pg_read_binary_file('pg_wal/' || name), ''), '') FROM pg_ls_waldir()
		WHERE name ~ '^[0-9A-F]{24}$' AND name >= $1 AND name <= pg_walfile_name(pg_current_wal_lsn())`, begun)
	if len(log) == 0 {
		p.Fatal("the database's log of writes was not read")
	}
	return string(log)
}
