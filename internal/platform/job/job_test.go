package job_test

import (
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/job"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/migrations"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestFilesHaveEveryVersionOfRiver(t *testing.T) {
	migrator, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	var want []int
	for _, v := range migrator.AllVersions() {
		if v.Version > 1 { // the first is River's own bookkeeping
			want = append(want, v.Version)
		}
	}
	var got []int
	names, err := fs.Glob(migrations.Files, "*_create_river_v*.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		number := regexp.MustCompile(`_v(\d+)\.`).FindStringSubmatch(name)
		n, err := strconv.Atoi(number[1])
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("versions of River in migrations = %v, the module has %v", got, want)
	}
}

type errand struct {
	ID string `json:"id"`
}

func (errand) Kind() string { return "errand" }

func TestInsertBelongsToTheTransaction(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	ctx := t.Context()
	count := func() int {
		n, err := postgres.Value[int](ctx, db, `SELECT count(*)::int FROM river_job WHERE kind = 'errand'`)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	failed := db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		if err := job.Insert(ctx, tx, errand{ID: "1"}); err != nil {
			t.Fatal(err)
		}
		return fs.ErrInvalid
	})
	if failed == nil || count() != 0 {
		t.Errorf("after a failed transaction there are %d jobs, want none", count())
	}
	err := db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error { return job.Insert(ctx, tx, errand{ID: "1"}) })
	if err != nil || count() != 1 {
		t.Errorf("after a transaction there are %d jobs (%v), want 1", count(), err)
	}
}
