package sheet

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// security.md 18.4
func TestDefused(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{"=1": "'=1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "x=1": "x=1", "": ""} {
		if got := defused(cell); got != want {
			t.Errorf("defused(%q) = %q, want %q", cell, got, want)
		}
	}
}

func TestWriteQuotesAndDefuses(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := Write(&b, [][]string{{"a,b", `say "yes"`}, {"=cmd", "plain"}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("\"a,b\",\"say \"\"yes\"\"\"\n'=cmd,plain\n", b.String()); diff != "" {
		t.Error(diff)
	}
}

// security.md 18.1
func TestReadTellsTheLineOfTheFile(t *testing.T) {
	t.Parallel()
	var lines []int
	list := "\uFEFFb\tother\ta\n1\t2\t3\n\"4\n5\"\t6\t7\n8\t9\n"
	err := Read([]byte(list), []string{"a", "b"}, func(r Record) {
		lines = append(lines, r.Line)
		if (r.Values == nil) != (r.Number == 3) {
			t.Errorf("record %d = %v", r.Number, r.Values)
		}
	})
	if diff := cmp.Diff([]int{2, 3, 5}, lines); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if err := Read([]byte("a\n"+strings.Repeat("x\n", MaxRecords+1)), []string{"a"}, func(Record) {}); !errors.Is(err, ErrTooMany) {
		t.Errorf("too many records = %v", err)
	}
	if err := Read([]byte("a\n"+strings.Repeat("x\n", MaxRecords)), []string{"a"}, func(Record) {}); err != nil {
		t.Errorf("as many as may be = %v", err)
	}
}
