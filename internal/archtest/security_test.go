package archtest

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// chapters is how many numbered lines each chapter of the security
// requirements has; the lines of chapter 20 are F1 to F28.
var chapters = map[int]int{
	1: 10, 2: 10, 3: 12, 4: 10, 5: 10, 6: 6, 7: 5, 8: 8, 9: 4, 10: 5, 11: 8, 12: 7, 13: 8, 14: 9, 15: 6, 16: 8, 17: 4, 18: 5, 19: 11, 20: 28, 21: 4,
}

// demanded are all numbers, in their order.
func demanded() []string {
	var all []string
	for chapter := 1; chapter <= len(chapters); chapter++ {
		for line := 1; line <= chapters[chapter]; line++ {
			number := fmt.Sprintf("%d.%d", chapter, line)
			if chapter == 20 {
				number = fmt.Sprintf("F%d", line)
			}
			all = append(all, number)
		}
	}
	return all
}

// A proof is a line of testdata/security.txt.
type proof struct {
	number string
	tests  []string // as folder.TestName, without internal/
	later  string   // what is still to be proved, in a few words
}

func proofs(t *testing.T) []proof {
	t.Helper()
	var list []proof
	for line := range strings.Lines(read(t, "internal/archtest/testdata/security.txt")) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		proved, later, open := strings.Cut(line, "later:")
		fields := strings.Fields(proved)
		if len(fields) == 0 {
			t.Fatalf("security.txt: %q has no number", line)
		}
		p := proof{fields[0], fields[1:], strings.TrimSpace(later)}
		if open && p.later == "" || !open && len(p.tests) == 0 {
			t.Errorf("security.txt: %s names neither a test nor what comes later", p.number)
		}
		list = append(list, p)
	}
	return list
}

// TestRequirementsAreProved reads the list of the security requirements: it is
// whole and in order, and every test that it names is there.
func TestRequirementsAreProved(t *testing.T) {
	t.Parallel()
	exist := testNames(t)
	var numbers []string
	for _, p := range proofs(t) {
		numbers = append(numbers, p.number)
		for _, name := range p.tests {
			if !exist[name] {
				t.Errorf("security.txt: %s names %s, which is no test", p.number, name)
			}
		}
		if twice := len(slices.Compact(slices.Sorted(slices.Values(p.tests)))); twice != len(p.tests) {
			t.Errorf("security.txt: %s names a test twice", p.number)
		}
	}
	for i, want := range demanded() {
		if i >= len(numbers) || numbers[i] != want {
			t.Fatalf("security.txt: %s is to be the line number %d: each stands there once and in order", want, i+1)
		}
	}
	if surplus := numbers[len(demanded()):]; len(surplus) != 0 {
		t.Errorf("security.txt: there are no lines %v", surplus)
	}
}

// testNames are the functions that the test command runs: tests, and
// benchmarks for what is measured.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	exist := map[string]bool{}
	for _, f := range files(t) {
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if ok && strings.HasSuffix(f.path, "_test.go") && fn.Recv == nil && (strings.HasPrefix(fn.Name.Name, "Test") || strings.HasPrefix(fn.Name.Name, "Benchmark")) {
				exist[strings.TrimPrefix(f.pkg(), "internal/")+"."+fn.Name.Name] = true
			}
		}
	}
	return exist
}

var (
	// cited is where a comment names lines of the requirements: "security.md
	// 4.1, 4.4 and F12".
	cited  = regexp.MustCompile(`security\.md\s+((?:(?:\d+(?:\.\d+)?|F\d+|D\d)(?:,\s*|\s+and\s+|–|\s+to\s+)?)+)`)
	number = regexp.MustCompile(`\d+\.\d+|F\d+`)
)

// TestCitedRequirementsExist reads the comments: a line that one names is in
// the list.
func TestCitedRequirementsExist(t *testing.T) {
	t.Parallel()
	known := demanded()
	count := 0
	for _, f := range files(t) {
		for _, group := range f.ast.Comments {
			for _, c := range cited.FindAllStringSubmatch(group.Text(), -1) {
				for _, n := range number.FindAllString(c[1], -1) {
					count++
					if !slices.Contains(known, n) {
						t.Errorf("%s: security.md has no line %s", fset.Position(group.Pos()), n)
					}
				}
			}
		}
	}
	if count < 50 {
		t.Errorf("only %s citations were found", strconv.Itoa(count))
	}
}
