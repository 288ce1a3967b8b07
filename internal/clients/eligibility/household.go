package eligibility

// HouseholdRule is the rule by which the family was counted.
type HouseholdRule string

// The rules; the first that matches applies (client elig p10).
const (
	H1 HouseholdRule = "H1" // a minor: with own spouse and children; the parents' income is left out
	H2 HouseholdRule = "H2" // an adult claimed by the spouse
	H3 HouseholdRule = "H3" // an adult claimed by parents
	H4 HouseholdRule = "H4" // an adult who files and is claimed by nobody
	H5 HouseholdRule = "H5" // anyone else
)

// household is what the facts of 5.1 give: zero or nil where an answer that
// the rule needs is missing.
type household struct {
	rule   HouseholdRule
	size   int
	income *Cents
}

// members says who counts under a rule beside the applicant.
type members struct {
	spouse          bool // the spouse if living together
	filingSpouse    bool // the spouse who files and claims the applicant
	children        bool // own minor children living together
	ownDependents   bool
	claimers        bool // the parents who claim the applicant
	theirDependents bool // other dependents of whoever claims the applicant
}

var membersOf = map[HouseholdRule]members{
	H1: {spouse: true, children: true},
	H2: {filingSpouse: true, theirDependents: true},
	H3: {spouse: true, claimers: true, theirDependents: true},
	H4: {spouse: true, ownDependents: true},
	H5: {spouse: true, children: true},
}

// ruleOf returns the rule for the applicant, or "" while an answer that
// chooses it is missing. A dependent of somebody else falls under H5: the
// person does not file and is claimed neither by spouse nor by parents.
func ruleOf(f *Facts) HouseholdRule {
	if !f.DateOfBirth.Valid() || !f.DeterminationDate.Valid() {
		return ""
	}
	if Minor(f.DateOfBirth, f.DeterminationDate) {
		return H1
	}
	switch f.TaxRole {
	case TaxDependentOfSpouse:
		return H2
	case TaxDependentOfParent:
		return H3
	case TaxFiler:
		return H4
	case TaxNonFiler, TaxDependentOfOther:
		return H5
	}
	return ""
}

func householdOf(f *Facts) household {
	h := household{rule: ruleOf(f)}
	if h.rule == "" {
		return h
	}
	who := membersOf[h.rule]
	if !anyGap(sizeGaps(f, who)) {
		h.size = sizeOf(f, who)
	}
	if !anyGap(incomeGaps(f, who)) {
		total := incomeOf(f, who)
		h.income = &total
	}
	if h.size == 0 && h.income == nil {
		h.rule = ""
	}
	return h
}

// gap is a fact and whether the rule still lacks it.
type gap struct {
	fact  string
	lacks bool
}

func anyGap(gaps []gap) bool {
	for _, g := range gaps {
		if g.lacks {
			return true
		}
	}
	return false
}

func sizeGaps(f *Facts, who members) []gap {
	return []gap{
		{"spouse_in_home", who.spouse && !known(f.SpouseInHome, YesNoValues)},
		{"own_minor_children", who.children && !counted(f.OwnMinorChildren)},
		{"own_tax_dependents", who.ownDependents && !counted(f.OwnTaxDependents)},
		{"claiming_filers", who.claimers && !filers(f.ClaimingFilers)},
		{"claiming_other_dependents", who.theirDependents && !counted(f.ClaimingOtherDependents)},
	}
}

// incomeGaps asks for a stated income, zero included, of the applicant, the
// spouse and the parents who count. Children and dependents count with what
// is above the filing threshold, so no answer means that nothing is.
func incomeGaps(f *Facts, who members) []gap {
	return []gap{
		{"spouse_in_home", who.spouse && !known(f.SpouseInHome, YesNoValues)},
		{"income_self", !given(f.IncomeSelf)},
		{"income_spouse", spouseCounts(f, who) && !given(f.IncomeSpouse)},
		{"income_parents", who.claimers && !given(f.IncomeParents)},
	}
}

func sizeOf(f *Facts, who members) int {
	size := 1
	if spouseCounts(f, who) {
		size++
	}
	if who.children {
		size += *f.OwnMinorChildren
	}
	if who.ownDependents {
		size += *f.OwnTaxDependents
	}
	if who.claimers {
		size += *f.ClaimingFilers
	}
	if who.theirDependents {
		size += *f.ClaimingOtherDependents
	}
	return size
}

func incomeOf(f *Facts, who members) Cents {
	total := *f.IncomeSelf
	if spouseCounts(f, who) {
		total += *f.IncomeSpouse
	}
	if who.claimers {
		total += *f.IncomeParents
	}
	if who.children && given(f.IncomeChildren) && !none(f.OwnMinorChildren) {
		total += *f.IncomeChildren
	}
	dependents := who.ownDependents && !none(f.OwnTaxDependents) ||
		who.theirDependents && !none(f.ClaimingOtherDependents)
	if dependents && given(f.IncomeDependents) {
		total += *f.IncomeDependents
	}
	return total
}

func spouseCounts(f *Facts, who members) bool {
	return who.filingSpouse || who.spouse && f.SpouseInHome == Yes
}

func filers(n *int) bool { return n != nil && (*n == 1 || *n == 2) }

// none reports whether it was said that there are no such members.
func none(n *int) bool { return n != nil && *n == 0 }
