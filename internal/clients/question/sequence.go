package question

import "slices"

// Sequence returns the questions that are asked for these answers, in their
// order. The question about income is asked once for each member of the family
// whose income counts.
func Sequence(a Answers) []Question {
	var asked []Question
	for _, q := range All {
		if q.asked(a) {
			asked = append(asked, expand(q, a)...)
		}
	}
	return asked
}

// Find returns a question, and false when there is none with that ID. A
// question that is not asked now is found all the same, an income of a member
// who is not in the family is not.
func Find(id ID, a Answers) (Question, bool) {
	for _, q := range All {
		if q.ID != id.Base() {
			continue
		}
		for _, x := range expand(q, a) {
			if x.ID == id {
				return x, true
			}
		}
	}
	return Question{}, false
}

// SectionOf returns the section of a question, "" when there is none with that
// ID.
func SectionOf(id ID) Section {
	i := slices.IndexFunc(All, func(q Question) bool { return q.ID == id.Base() })
	if i < 0 {
		return ""
	}
	return All[i].Section
}

// InSection returns the questions that a section shows. One whose condition
// depends on an answer still to be given in the same section is shown too.
func InSection(s Section, a Answers) []Question {
	var shown []Question
	for _, q := range All {
		if q.Section == s && (q.asked(a) || undecided(q, s, a)) {
			shown = append(shown, expand(q, a)...)
		}
	}
	return shown
}

func undecided(q Question, s Section, a Answers) bool {
	return slices.ContainsFunc(q.AskedAfter, func(id ID) bool {
		other, ok := Find(id, a)
		return ok && other.Section == s && !answered(other, a)
	})
}

// Next returns the first question that is to be asked and has no good answer
// yet, and false when there is none.
func Next(a Answers) (Question, bool) {
	for _, q := range Sequence(a) {
		if !answered(q, a) {
			return q, true
		}
	}
	return Question{}, false
}

// Missing returns the questions that are to be asked and have no good answer
// yet, in their order.
func Missing(a Answers) []ID {
	var ids []ID
	for _, q := range Sequence(a) {
		if !answered(q, a) {
			ids = append(ids, q.ID)
		}
	}
	return ids
}

// Before returns the question before another one, and false for the first.
func Before(id ID, a Answers) (ID, bool) { return beside(id, a, -1) }

// After returns the question after another one, and false for the last.
func After(id ID, a Answers) (ID, bool) { return beside(id, a, 1) }

func beside(id ID, a Answers, step int) (ID, bool) {
	asked := Sequence(a)
	i := slices.IndexFunc(asked, func(q Question) bool { return q.ID == id })
	if i < 0 || i+step < 0 || i+step >= len(asked) {
		return "", false
	}
	return asked[i+step].ID, true
}

// answered reports whether a question has an answer that is still good.
func answered(q Question, a Answers) bool {
	x, ok := a.Get(q.ID)
	if !ok {
		return q.Optional
	}
	s := sheet{q: q, a: a, typed: x}
	s.run()
	return len(s.faults) == 0
}

// Decides reports whether one of the questions is a fact of the decision, so
// that a change of it needs a new signature.
func Decides(ids ...ID) bool {
	return slices.ContainsFunc(All, func(q Question) bool {
		return q.Decides && slices.ContainsFunc(ids, func(id ID) bool { return id.Base() == q.ID })
	})
}
