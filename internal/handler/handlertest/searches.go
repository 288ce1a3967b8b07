package handlertest

import (
	"context"
	"strings"
	"sync"

	"github.com/google/uuid"
)

// Searches keeps what was typed to search lists, for all tests of a package: an
// id is good for the list that it was kept for.
type Searches struct{}

var searches sync.Map

// KeepSearch keeps what was typed for the list at the path.
func (Searches) KeepSearch(_ context.Context, list, typed string) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	searches.Store(id, list+" "+typed)
	return id, nil
}

// KeptSearch returns what was typed for the list at the path.
func (Searches) KeptSearch(_ context.Context, list string, id uuid.UUID) (string, bool) {
	kept, _ := searches.Load(id)
	text, _ := kept.(string)
	return strings.CutPrefix(text, list+" ")
}

// Found is the part of an address that stands for what was typed to search the
// list at the path.
func Found(list, typed string) string {
	id, _ := Searches{}.KeepSearch(context.Background(), list, typed)
	return "found=" + id.String()
}
