package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/dbtest"
)

// TestDecideFacts decides every line of testdata/facts.csv and compares it
// with the line of the same number in facts_expected.csv: each row of the
// coverage table, each reason, each gate, each household rule, and both sides
// of every income limit and table date.
func TestDecideFacts(t *testing.T) {
	facts, err := os.Open("testdata/facts.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = facts.Close() }()
	var out bytes.Buffer
	if err := decideCSV(facts, &out, incometable.Shipped()); err != nil {
		t.Fatal(err)
	}
	got := readCSV(t, &out)
	expected, err := os.Open("testdata/facts_expected.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = expected.Close() }()
	want := readCSV(t, expected)
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
	columns := want[0][1:]
	for i, line := range want {
		decided := got[i][len(got[i])-len(columns):]
		for j, column := range columns {
			if decided[j] != line[j+1] {
				t.Errorf("%s: %s = %q, want %q", line[0], column, decided[j], line[j+1])
			}
		}
	}
}

// TestDecideFactsAreComplete says what the file of facts must hold.
func TestDecideFactsAreComplete(t *testing.T) {
	expected, err := os.Open("testdata/facts_expected.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = expected.Close() }()
	seen := map[string]bool{}
	for _, line := range readCSV(t, expected)[1:] {
		name, _, _ := strings.Cut(line[0], " ")
		seen[name] = true
		for reason := range strings.SplitSeq(line[3], ";") {
			seen[reason] = true
		}
	}
	for _, name := range strings.Fields(`
		C01 C02 C03 C04 C05 C06 C07 C08 C09 C10 C11 C12 H1 H2 H3 H4 H5
		E00 E01 E02 E03 E04 E05 E06 I01 I02 I03 I04 I05 I06 I07 I09
		X01 X02 X03 X04 X05 X06 X07 X08 X09 2023 2024 2025 2026`) {
		if !seen[name] {
			t.Errorf("no line about %s", name)
		}
	}
}

func TestDecideKeepsTheInput(t *testing.T) {
	in := "\xef\xbb\xbf\"county_code\",action,monthly_taxable_income\r\n\"19\",NEW,\"0012.50\"\r\n\r\n99,,\r\n"
	want := "county_code,action,monthly_taxable_income," + decisionColumns +
		"19,NEW,0012.50,BLOCKED,X01,X01,,,,,,,,\n" +
		"99,,,BLOCKED,X01,X01,,,,,,,,\n"
	if got, err := decideText(in); err != nil || got != want {
		t.Errorf("got %q, %v\nwant %q", got, err, want)
	}
}

func TestDecideHeaderOnly(t *testing.T) {
	for _, in := range []string{"action,modality", "action,modality\n", "\naction,modality\r\n"} {
		if got, err := decideText(in); err != nil || got != "action,modality,"+decisionColumns {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
}

func TestDecideRefuses(t *testing.T) {
	tests := []struct {
		name, in     string
		line, column int
		want         string
	}{
		{"empty file", "", 1, 1, "the file is empty"},
		{"only a mark", "\xef\xbb\xbf", 1, 1, "the file is empty"},
		{"only line ends", "\n\r\n", 1, 1, "the file is empty"},
		{"unknown column", "action,color\nNEW,red\n", 1, 2, `unknown column "color"`},
		{"column in capitals", "ACTION\n", 1, 1, `unknown column "ACTION"`},
		{"column with a space", "action, modality\n", 1, 2, `unknown column " modality"`},
		{"column of the answer", "action,outcome\n", 1, 2, `unknown column "outcome"`},
		{"column without a name", "action,\nNEW,\n", 1, 2, `unknown column ""`},
		{"column twice", "action,modality,action\n", 1, 3, "the column action is there twice"},
		{"another separator", "action;modality\n", 1, 1, `unknown column "action;modality"`},
		{"UTF-16", "\xff\xfea\x00c\x00", 1, 1, "unknown column"},
		{"unknown value", "action,modality\nNEW,IN_PERSON\nNEW,FAX\n", 3, 2, `(modality): "FAX" is not one of IN_PERSON,`},
		{"value in small letters", "ca_resident\ny\n", 2, 1, `"y" is not one of Y, N`},
		{"value with a space", "ca_resident\nY \n", 2, 1, `"Y " is not one of`},
		{"date of another form", "action,entry_date\n,04/01/2026\n", 2, 2, `(entry_date): "04/01/2026" is not a date`},
		{"day not in the calendar", "date_of_birth\n2026-02-30\n", 2, 1, "is not a date"},
		{"date with a time", "date_of_birth\n2026-02-03T00:00\n", 2, 1, "is not a date"},
		{"money with a third decimal", "income_self\n12.345\n", 2, 1, "(income_self): \"12.345\" is not an amount"},
		{"money with one decimal", "income_self\n12.5\n", 2, 1, "is not an amount"},
		{"money without decimals", "income_self\n2430\n", 2, 1, "is not an amount"},
		{"money below zero", "income_self\n-1.00\n", 2, 1, "is not an amount"},
		{"money with a plus", "income_self\n+1.00\n", 2, 1, "is not an amount"},
		{"money with a comma", "income_self\n\"1,000.00\"\n", 2, 1, "is not an amount"},
		{"money with a sign", "income_self\n$1.00\n", 2, 1, "is not an amount"},
		{"money without dollars", "income_self\n.50\n", 2, 1, "is not an amount"},
		{"money in powers", "income_self\n1e3.00\n", 2, 1, "is not an amount"},
		{"money without end", "income_self\n" + strings.Repeat("9", 99) + ".00\n", 2, 1, "is not an amount"},
		{"two points", "income_self\n1.0.00\n", 2, 1, "is not an amount"},
		{"nobody in the family", "family_size\n0\n", 2, 1, "is not a whole number from 1"},
		{"family below zero", "family_size\n-2\n", 2, 1, "is not a whole number"},
		{"half a person", "family_size\n1.5\n", 2, 1, "is not a whole number"},
		{"family without end", "family_size\n99999999999999999999\n", 2, 1, "is not a whole number"},
		{"three filers", "claiming_filers\n3\n", 2, 1, "is not a whole number from 1 to 2"},
		{"children below zero", "own_minor_children\n-1\n", 2, 1, "is not a whole number from 0"},
		{"county 00", "county_code\n00\n", 2, 1, "is not a county code"},
		{"county 59", "county_code\n59\n", 2, 1, "is not a county code"},
		{"county 1", "county_code\n1\n", 2, 1, "is not a county code"},
		{"county 5.", "county_code\n5.\n", 2, 1, "is not a county code"},
		{"short line", "action,modality,student\nNEW,ASYNC,Y\nNEW,ASYNC\n", 3, 3, "the line has 2 values and the header 3"},
		{"long line", "action,modality\nNEW,ASYNC,Y\n", 2, 3, "the line has 3 values and the header 2"},
		{"line end in a value", "action,modality\n,ASYNC\n\"NEW\n\",FAX\n", 3, 1, `(action): "NEW\n" is not one of`},
		{"value after a line end in a value", "action,modality\n\"\n\",FAX\n", 2, 1, "is not one of"},
		{"quote in a value", "action,modality\nNEW,AS\"YNC\n", 2, 2, "quote"},
		{"open quote", "action,modality\nNEW,\"ASYNC\n", 2, 2, "quote"},
		{"NUL", "action\n\x00\n", 2, 1, `"\x00" is not one of`},
		{"header without end", strings.Repeat("action,", maxRecord), 1, 1, "too long"},
		{"no line end for long", "action\n" + strings.Repeat("N", 2*maxRecord), 2, 1, "too long"},
		{"open quote for long", "action\nNEW\n\"" + strings.Repeat("NEW\n", maxRecord), 3, 1, "too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := decideText(tt.in)
			bad, ok := errors.AsType[*inputError](err)
			switch {
			case !ok:
				t.Fatalf("got %v, want an inputError", err)
			case bad.line != tt.line || bad.column != tt.column || !strings.Contains(err.Error(), tt.want):
				t.Errorf("got %q, want line %d, column %d, %q", err, tt.line, tt.column, tt.want)
			}
			if got != "" {
				t.Errorf("%q was written", got)
			}
		})
	}
}

func TestDecideWritesNothingForABadLastLine(t *testing.T) {
	in := "action\n" + strings.Repeat("NEW\n", 200_000) + "OLD\n"
	got, err := decideText(in)
	if err == nil || got != "" {
		t.Errorf("%d bytes were written, error %v", len(got), err)
	}
	if !strings.Contains(err.Error(), "line 200002, column 1") {
		t.Errorf("error %q", err)
	}
}

func TestDecideInputFails(t *testing.T) {
	broken := errors.New("disk is gone")
	var out bytes.Buffer
	in := io.MultiReader(strings.NewReader("action\nNEW\n"), failing{broken})
	if err := decideCSV(in, &out, nil); !errors.Is(err, broken) || out.Len() > 0 {
		t.Errorf("got %v and %q", err, out.String())
	}
	if err := decideCSV(strings.NewReader("action\nNEW\n"), failing{broken}, nil); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestDecideFileNamesItself(t *testing.T) {
	name := t.TempDir() + "/facts.csv"
	if err := os.WriteFile(name, []byte("action\nOLD\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := (&decideCmd{File: name}).decide(t.Context(), &out)
	if want := name + ": line 2, column 1 (action)"; err == nil || !strings.HasPrefix(err.Error(), want) || out.Len() > 0 {
		t.Errorf("got %v, want %q", err, want)
	}
	if err := (&decideCmd{File: name}).Run(t.Context()); !errors.Is(err, exitError(2)) {
		t.Errorf("got %v, want exit status 2", err)
	}
	if err := (&decideCmd{File: name + ".none"}).Run(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestDecideStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out bytes.Buffer
	err := (&decideCmd{File: "testdata/facts.csv"}).decide(ctx, &out)
	if !errors.Is(err, context.Canceled) || out.Len() > 0 {
		t.Errorf("got %v and %d bytes", err, out.Len())
	}
}

// TestDecideWithTheDatabase takes the published tables of the database and no
// others.
func TestDecideWithTheDatabase(t *testing.T) {
	db := dbtest.New(t)
	if err := incometable.Load(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	_, err := dbtest.Superuser(t, db).Exec(t.Context(), `UPDATE income_table SET status = 'withdrawn' WHERE effective_from = '2026-04-01'`)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DATABASE_URL", dbtest.URL(t, db))
	name := t.TempDir() + "/facts.csv"
	facts := "determination_date,family_size\n2026-03-31,1\n2026-04-01,1\n"
	if err := os.WriteFile(name, []byte(facts), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := (&decideCmd{File: name, Database: true}).decide(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	want := "determination_date,family_size," + decisionColumns +
		"2026-03-31,1,BLOCKED,X01,X01,,,,,2025-04-01,2608.00,,\n" +
		"2026-04-01,1,BLOCKED,X01,X01;X09,,,,,,,,\n"
	if out.String() != want {
		t.Errorf("got %q\nwant %q", out.String(), want)
	}
	t.Setenv("DATABASE_URL", "")
	if err := (&decideCmd{File: name, Database: true}).decide(t.Context(), &out); err == nil {
		t.Error("no address, and no error")
	}
}

// FuzzDecide looks for a file that breaks the program or of which a part is
// written.
func FuzzDecide(f *testing.F) {
	facts, err := os.ReadFile("testdata/facts.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(facts[:4000]))
	f.Add("action,action\n")
	f.Add("\xef\xbb\xbfincome_self\r\n12.345\r\n")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := decideText(in)
		if err != nil && got != "" {
			t.Errorf("error %v, and %q was written", err, got)
		}
		if err != nil {
			return
		}
		lines := readCSV(t, strings.NewReader(got))
		if !slices.Contains(lines[0], "computed_income") {
			t.Errorf("header %q", lines[0])
		}
	})
}

// BenchmarkDecideMillion decides a million lines; b.N is of whole files.
func BenchmarkDecideMillion(b *testing.B) {
	facts, err := os.ReadFile("testdata/facts.csv")
	if err != nil {
		b.Fatal(err)
	}
	header, body, _ := bytes.Cut(facts, []byte("\n"))
	times := 1_000_000 / bytes.Count(body, []byte("\n"))
	tables := incometable.Shipped()
	b.ReportAllocs()
	for b.Loop() {
		readers := []io.Reader{bytes.NewReader(header), strings.NewReader("\n")}
		for range times {
			readers = append(readers, bytes.NewReader(body))
		}
		if err := decideCSV(io.MultiReader(readers...), io.Discard, tables); err != nil {
			b.Fatal(err)
		}
	}
}

func decideText(in string) (string, error) {
	var out bytes.Buffer
	err := decideCSV(strings.NewReader(in), &out, incometable.Shipped())
	return out.String(), err
}

func readCSV(t *testing.T, in io.Reader) [][]string {
	t.Helper()
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// failing is a reader and writer that always fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }
