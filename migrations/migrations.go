// Package migrations holds the files that make and change the schema, embedded
// so that the program carries the schema it needs.
package migrations

import "embed"

// Files are the migrations, NNNNNN_verb_object.up.sql and .down.sql.
//
//go:embed *.sql
var Files embed.FS
