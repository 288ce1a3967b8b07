// Command riversql writes River's own migrations as ordinary files of ours,
// one for each River version, numbered from the version given as argument. Run
// it from the root of the repository when River brings a new version:
//
//	go run ./internal/platform/job/riversql 2 migrations
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: riversql FIRST-NUMBER FOLDER")
	}
	number, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, v := range migrator.AllVersions() {
		if v.Version == 1 { // River's own bookkeeping; ours is schema_migration
			continue
		}
		write(os.Args[2], number, v.Version, "up", v.SQLUp)
		write(os.Args[2], number, v.Version, "down", v.SQLDown)
		number++
	}
}

func write(folder string, number, version int, direction, sql string) {
	name := filepath.Join(folder, fmt.Sprintf("%06d_create_river_v%d.%s.sql", number, version, direction))
	sql = "-- River's own migration, version " + strconv.Itoa(version) + ", written by internal/platform/job/riversql.\n" +
		strings.ReplaceAll(sql, "/* TEMPLATE: schema */", "")
	if err := os.WriteFile(name, []byte(sql), 0o644); err != nil { //nolint:gosec // a source file is read by everybody
		log.Fatal(err)
	}
}
