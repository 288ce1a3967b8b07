package eligibility

// Outlook is what the anonymous check can say: whether somebody with these
// answers is likely to qualify today, with each criterion and the figures that
// were used. It is no determination: nobody has signed, nothing is stored and
// no right to a hearing arises.
type Outlook struct {
	Likely     bool
	Tests      []Test // in order of precedence
	FamilySize int
	Income     *Cents // a month; nil while an answer is missing
	Limit      Cents  // a month, for FamilySize; zero without a table
}

// Screen tests the criteria of a new enrollment and leaves the gates out, since
// there is neither a site nor a signature. An answer that is missing, and a day
// without an income table, make it not likely with a test that needs an answer.
func Screen(f Facts, tables []IncomeTable) Outlook {
	f.Action = ActionNew
	d := Decide(f, tables)
	o := Outlook{Likely: true, Tests: d.Tests, FamilySize: d.FamilySize, Income: d.Income, Limit: d.Limit}
	for _, t := range o.Tests {
		o.Likely = o.Likely && t.Result == Met
	}
	return o
}
