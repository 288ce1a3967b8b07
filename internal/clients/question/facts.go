package question

import "familypact.example/portal/internal/clients/eligibility"

// Facts returns the client's part of the facts of a decision on the day of the
// answers. What was not answered, or not well, is not given. Action, entry
// date, modality, site, status on file and signatures are the caller's to add.
func Facts(a Answers) eligibility.Facts {
	f := eligibility.Facts{DeterminationDate: a.On}
	good := map[ID]bool{}
	for _, q := range Sequence(a) {
		good[q.ID] = answered(q, a)
	}
	personFacts(&f, a, good)
	needFacts(&f, a, good)
	coverageFacts(&f, a, good)
	if good[Family] && (good[Tax] || a.Minor()) && good[BirthDate] && good[Marital] {
		familyFacts(&f, a)
	}
	if sum, ok := a.Monthly(); ok && f.SpouseInHome != "" {
		incomeFacts(&f, a)
		income := eligibility.Cents(sum)
		if good[IncomeCheck] {
			f.MonthlyTaxableIncome = &income
		}
	}
	if good[Family] {
		size := a.Household().Declared
		f.FamilySize = &size
	}
	return f
}

func personFacts(f *eligibility.Facts, a Answers, good map[ID]bool) {
	if good[BirthDate] {
		f.DateOfBirth = a.BirthDate()
	}
	if good[County] {
		f.CountyCode = a.County()
	}
	if good[SSN] {
		number, reason := a.SSN()
		f.SSNStatus = eligibility.SSNStatus(reason)
		if number != "" {
			f.SSNStatus = eligibility.SSNProvided
		}
	}
	if good[Resident] {
		f.CAResident = eligibility.YesNo(a.Choice(Resident))
	}
	if good[Institution] {
		f.InPublicInstitution = eligibility.YesNo(a.Choice(Institution))
	}
}

func needFacts(f *eligibility.Facts, a Answers, good map[ID]bool) {
	if good[Pregnant] {
		f.Pregnancy = eligibility.Pregnancy(a.Choice(Pregnant))
	}
	if !good[Need] {
		return
	}
	switch a.Choice(Need) {
	case "Y":
		f.ReproductiveStatus = eligibility.Capable
	case needOperation:
		f.ReproductiveStatus = eligibility.PostSterilization
		f.SterilizationDate, _ = a.given[Need].Date(needDate)
		f.PostOpReleaseDate, _ = a.given[Need].Date(needRelease)
	default:
		f.ReproductiveStatus = eligibility.NotCapable
	}
}

func coverageFacts(f *eligibility.Facts, a Answers, good map[ID]bool) {
	if good[MediCal] {
		f.MediCalStatus = eligibility.MediCalNone
		if a.yes(MediCal) {
			f.MediCalStatus = eligibility.MediCalStatus(a.Value(MediCal, mediCalKind))
		}
	}
	if good[Insurance] {
		f.OHCStatus = eligibility.OHCNone
		if a.yes(Insurance) {
			f.OHCStatus = eligibility.OHCStatus(a.Value(Insurance, insuranceCovers))
			f.OHCCost = eligibility.OHCCost(a.Value(Insurance, insuranceCost))
			f.Student = eligibility.YesNo(a.Value(Insurance, insuranceStudent))
		}
	}
	switch {
	case good[Barrier]:
		f.BarrierToAccess = eligibility.YesNo(a.Choice(Barrier))
	case good[MediCal] && good[Insurance] && !a.covered():
		f.BarrierToAccess = eligibility.No // there is nothing to be kept from using
	}
}

// familyFacts fills in the household from which the family size is computed.
func familyFacts(f *eligibility.Facts, a Answers) {
	var children, dependents, filers, others int
	f.SpouseInHome = eligibility.No
	h := a.Household()
	f.TaxRole = eligibility.TaxRole(a.Choice(Tax))
	if h.Rule == eligibility.H1 {
		f.TaxRole = ""
	}
	for _, m := range a.family(h.Members) {
		switch {
		case m.Relation == spouse:
			f.SpouseInHome = eligibility.Yes
		case h.Rule == eligibility.H1 || h.Rule == eligibility.H5:
			children++
		case h.Rule == eligibility.H4:
			dependents++
		case m.Relation == parent && h.Rule == eligibility.H3:
			filers++
		default:
			others++
		}
	}
	switch h.Rule {
	case eligibility.H4:
		f.OwnTaxDependents = &dependents
	case eligibility.H3:
		f.ClaimingFilers, f.ClaimingOtherDependents = &filers, &others
	case eligibility.H2:
		f.ClaimingOtherDependents = &others
	default:
		f.OwnMinorChildren = &children
	}
}

// incomeFacts fills in the incomes of those who belong to the family. All
// amounts were given.
func incomeFacts(f *eligibility.Facts, a Answers) {
	h := a.Household()
	f.IncomeSelf = plus(nil, a, Self)
	for _, m := range a.family(h.Members) {
		if !earns(m) {
			continue
		}
		switch {
		case m.Relation == spouse:
			f.IncomeSpouse = plus(nil, a, m.Key)
		case m.Relation == parent:
			f.IncomeParents = plus(f.IncomeParents, a, m.Key)
		case h.Rule == eligibility.H1 || h.Rule == eligibility.H5:
			f.IncomeChildren = plus(f.IncomeChildren, a, m.Key)
		default:
			f.IncomeDependents = plus(f.IncomeDependents, a, m.Key)
		}
	}
}

func plus(so *eligibility.Cents, a Answers, member string) *eligibility.Cents {
	n, _ := a.monthlyOf(member)
	sum := eligibility.Cents(n)
	if so != nil {
		sum += *so
	}
	return &sum
}
