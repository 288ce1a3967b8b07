package question

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"familypact.example/portal/internal/platform/civil"
)

// Answer is what was typed into the fields of one question, by name. It is
// kept exactly as typed.
type Answer map[string][]string

// Value returns what was typed into a field, without spaces around it.
func (x Answer) Value(name string) string {
	if vs := x[name]; len(vs) > 0 {
		return strings.TrimSpace(vs[0])
	}
	return ""
}

// Date returns the day typed into the three fields of a date; false when it is
// no day. All three empty is the zero Date and true.
func (x Answer) Date(name string) (civil.Date, bool) {
	return dateOf(x.Value(name+"-month"), x.Value(name+"-day"), x.Value(name+"-year"))
}

// Answers are the answers to an application, by question. It is a value: its
// methods return changed copies. On is the day by which ages and dates are
// judged; it is not stored with the answers.
type Answers struct {
	On    civil.Date
	given map[ID]Answer
}

// New returns no answers, to be judged by the given day.
func New(on civil.Date) Answers { return Answers{On: on} }

// Parse returns stored answers, to be judged by the given day.
func Parse(raw []byte, on civil.Date) (Answers, error) {
	a := New(on)
	if len(raw) == 0 {
		return a, nil
	}
	if err := json.Unmarshal(raw, &a.given); err != nil {
		return New(on), fmt.Errorf("read answers: %w", err)
	}
	return a, nil
}

// MarshalJSON returns the answers as they are stored. Equal answers give equal
// bytes.
func (a Answers) MarshalJSON() ([]byte, error) {
	if a.given == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(a.given)
}

// UnmarshalJSON reads what MarshalJSON wrote and leaves On as it is.
func (a *Answers) UnmarshalJSON(raw []byte) error {
	parsed, err := Parse(raw, a.On)
	*a = parsed
	return err
}

// Get returns the answer to a question, and false when there is none.
func (a Answers) Get(id ID) (Answer, bool) {
	x, ok := a.given[id]
	return x, ok
}

// With returns the answers with one more, or another one.
func (a Answers) With(id ID, x Answer) Answers {
	given := maps.Clone(a.given)
	if given == nil {
		given = map[ID]Answer{}
	}
	given[id] = x
	return Answers{On: a.On, given: given}
}

// Without returns the answers without those to the questions.
func (a Answers) Without(ids ...ID) Answers {
	given := maps.Clone(a.given)
	for _, id := range ids {
		delete(given, id)
	}
	return Answers{On: a.On, given: given}
}

// IDs returns the questions that have an answer, in the order of the
// application.
func (a Answers) IDs() []ID {
	ids := slices.Collect(maps.Keys(a.given))
	slices.SortFunc(ids, func(x, y ID) int {
		if c := place(x.Base()) - place(y.Base()); c != 0 {
			return c
		}
		return compareMembers(x.Member(), y.Member())
	})
	return ids
}

// Empty reports whether nothing was answered yet.
func (a Answers) Empty() bool { return len(a.given) == 0 }

// Value returns what was typed into one field of a question.
func (a Answers) Value(id ID, name string) string { return a.given[id].Value(name) }

// Choice returns the code chosen in a question with one field, "" when none
// was.
func (a Answers) Choice(id ID) string { return a.given[id].Value(string(id)) }

// yes reports whether a question of yes or no was answered with yes.
func (a Answers) yes(id ID) bool { return a.Choice(id) == "Y" }

func place(id ID) int { return slices.IndexFunc(All, func(q Question) bool { return q.ID == id }) }

// Use returns the answers with the one that was given last time; the client
// presses a button for each.
func Use(a, last Answers, id ID) Answers {
	x, ok := last.Get(id)
	if !ok {
		return a
	}
	return a.With(id, x)
}

// Identity returns the answers that may be shown again at recertification:
// who the person is, never what decides.
func Identity(a Answers) Answers {
	kept := New(a.On)
	for _, q := range All {
		if x, ok := a.Get(q.ID); ok && q.Identity {
			kept = kept.With(q.ID, x)
		}
	}
	return kept
}

// compareMembers puts the client first, then the members by their keys.
func compareMembers(x, y string) int {
	nx, _ := strconv.Atoi(x)
	ny, _ := strconv.Atoi(y)
	return nx - ny
}
