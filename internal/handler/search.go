package handler

import (
	"context"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
)

// Names of fields by which a list is searched: what was typed, and what stands
// for it in the address (security.md 14.4).
const (
	SearchField = "search"
	FoundField  = "found"
)

// mostSearched is the longest text that a list is searched for, in bytes.
const mostSearched = 1000

// Searches keeps what somebody typed to search a list.
type Searches interface {
	KeepSearch(ctx context.Context, list, typed string) (uuid.UUID, error)
	KeptSearch(ctx context.Context, list string, id uuid.UUID) (string, bool)
}

type searchesKey struct{}

// WithSearches returns a context in which searches of lists are kept.
func WithSearches(ctx context.Context, s Searches) context.Context {
	return context.WithValue(ctx, searchesKey{}, s)
}

var (
	errSearchGone = fault.New(fault.Expired, locale.SearchListGone)
	errSearchLong = fault.New(fault.Invalid, locale.SearchListLong)
)

// Search answers the form that filters the list at the path. What was typed is
// kept, and the list opens with what stands for it in its address; the other
// fields that are named here, which name nobody, stand there as they are.
func Search(list string, others ...string) Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := form.Read(r)
		if err != nil {
			return err
		}
		query := url.Values{}
		for _, name := range others {
			if v := f.Value(name); v != "" {
				query.Set(name, v)
			}
		}
		if typed := f.Text(SearchField, nil); typed != "" {
			id, err := keep(r.Context(), list, typed)
			if err != nil {
				return err
			}
			query.Set(FoundField, id.String())
		}
		if len(query) == 0 {
			return Redirect(w, r, list)
		}
		return Redirect(w, r, list+"?"+query.Encode())
	}
}

func keep(ctx context.Context, list, typed string) (uuid.UUID, error) {
	if len(typed) > mostSearched {
		return uuid.Nil, errSearchLong
	}
	s, ok := ctx.Value(searchesKey{}).(Searches)
	if !ok {
		return uuid.Nil, errSearchGone
	}
	return s.KeepSearch(ctx, list, typed)
}

// Filters reads the filters in the address of the list at the path, with what
// was typed in SearchField. A search that is no longer kept is an Expired
// fault; a text in the address itself is nobody's search.
func Filters(r *http.Request, list string) (*form.Form, error) {
	f, err := form.Query(r)
	if err != nil {
		return nil, err
	}
	return f, Found(r.Context(), f, list)
}

// Found puts what was typed to search the list into the form that has what
// stands for it.
func Found(ctx context.Context, f *form.Form, list string) error {
	f.Set(SearchField, "")
	if f.Value(FoundField) == "" {
		return nil
	}
	s, ok := ctx.Value(searchesKey{}).(Searches)
	id, err := uuid.Parse(f.Value(FoundField))
	if !ok || err != nil {
		return errSearchGone
	}
	typed, kept := s.KeptSearch(ctx, list, id)
	if !kept {
		return errSearchGone
	}
	f.Set(SearchField, typed)
	return nil
}

// ListQuery is the address of a list as its other pages have it: without the
// page, and without any text that was typed.
func ListQuery(r *http.Request) url.Values {
	query := r.URL.Query()
	query.Del("page")
	query.Del(SearchField)
	return query
}
