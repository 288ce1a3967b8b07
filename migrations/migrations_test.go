package migrations

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

func TestNumbersHaveNoGapAndEveryFileItsWayBack(t *testing.T) {
	ups, err := fs.Glob(Files, "*.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`^\d{6}_[a-z]+(_[a-z0-9]+)+\.up\.sql$`)
	for i, up := range ups {
		if !name.MatchString(up) || !strings.HasPrefix(up, fmt.Sprintf("%06d_", i+1)) {
			t.Errorf("%s: want number %06d, a verb and an object", up, i+1)
		}
		down := strings.TrimSuffix(up, ".up.sql") + ".down.sql"
		if _, err := fs.Stat(Files, down); err != nil {
			t.Errorf("%s has no way back", up)
		}
	}
}

func TestConcurrentIndexHasFileToItself(t *testing.T) {
	names, err := fs.Glob(Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		text, err := fs.ReadFile(Files, n)
		if err != nil {
			t.Fatal(err)
		}
		upper := strings.ToUpper(string(text))
		if strings.Contains(upper, "CONCURRENTLY") && strings.Count(upper, ";") > 1 && !strings.Contains(n, "river") {
			t.Errorf("%s builds an index concurrently beside other statements", n)
		}
	}
}
