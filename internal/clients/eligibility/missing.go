package eligibility

import "slices"

// required lists the facts that every field of the form must answer (client
// elig p8), with the condition under which each is asked.
var required = []struct {
	fact  string
	lacks func(f *Facts) bool
}{
	{"action", func(f *Facts) bool { return !known(f.Action, ActionValues) }},
	{"determination_date", func(f *Facts) bool { return !f.DeterminationDate.Valid() }},
	{"entry_date", func(f *Facts) bool { return !f.EntryDate.Valid() }},
	{"modality", func(f *Facts) bool { return !known(f.Modality, ModalityValues) }},
	{"certifier_is_applicant", func(f *Facts) bool { return !known(f.CertifierIsApplicant, YesNoValues) }},
	{"site_status", func(f *Facts) bool { return !known(f.SiteStatus, SiteStatusValues) }},
	{"current_status", func(f *Facts) bool { return !known(f.CurrentStatus, StatusValues) }},
	{"client_signature", func(f *Facts) bool {
		return f.signed() && !known(f.ClientSignature, ClientSignatureValues)
	}},
	{"certifier_signature", func(f *Facts) bool { return f.signed() && !known(f.CertifierSignature, YesNoValues) }},
	{"ca_resident", func(f *Facts) bool { return !known(f.CAResident, YesNoValues) }},
	{"county_code", func(f *Facts) bool { return !KnownCounty(f.CountyCode) }},
	{"in_public_institution", func(f *Facts) bool { return !known(f.InPublicInstitution, YesNoValues) }},
	{"date_of_birth", func(f *Facts) bool { return !f.DateOfBirth.Valid() }},
	{"pregnancy", func(f *Facts) bool { return !known(f.Pregnancy, PregnancyValues) }},
	{"reproductive_status", func(f *Facts) bool { return !known(f.ReproductiveStatus, ReproductiveStatusValues) }},
	{"sterilization_date", func(f *Facts) bool {
		return f.ReproductiveStatus == PostSterilization && !f.SterilizationDate.Valid()
	}},
	{"medi_cal_status", func(f *Facts) bool { return !known(f.MediCalStatus, MediCalStatusValues) }},
	{"ohc_status", func(f *Facts) bool { return !known(f.OHCStatus, OHCStatusValues) }},
	{"ohc_cost", func(f *Facts) bool { return f.insured() && !known(f.OHCCost, OHCCostValues) }},
	{"barrier_to_access", func(f *Facts) bool { return !known(f.BarrierToAccess, YesNoValues) }},
	{"ssn_status", func(f *Facts) bool { return !known(f.SSNStatus, SSNStatusValues) }},
	{"affirmed_at_visit", func(f *Facts) bool {
		return f.Action == ActionReaffirm && !known(f.AffirmedAtVisit, YesNoValues)
	}},
	{"current_period_start", func(f *Facts) bool {
		return (f.Action == ActionRecertify || f.Action == ActionReaffirm) && !f.CurrentPeriodStart.Valid()
	}},
}

// signed reports whether the action needs the signatures of client and
// certifier; a reaffirmation needs none.
func (f *Facts) signed() bool {
	return f.Action == ActionNew || f.Action == ActionRecertify || f.Action == ActionRetroMonth
}

// insured reports whether other health coverage was declared, so that its cost
// is asked.
func (f *Facts) insured() bool { return known(f.OHCStatus, OHCStatusValues) && f.OHCStatus != OHCNone }

// missing names the facts without an answer.
func missing(f *Facts, home household) []string {
	var names []string
	for i := range required {
		if required[i].lacks(f) {
			names = append(names, required[i].fact)
		}
	}
	if !f.familySizeGiven() && home.size == 0 {
		names = appendGaps(names, f, "family_size", sizeGaps, f.describesFamily())
	}
	if !given(f.MonthlyTaxableIncome) && home.income == nil {
		names = appendGaps(names, f, "monthly_taxable_income", incomeGaps, f.describesIncome())
	}
	return names
}

// appendGaps names the household facts that are still to be given, or the
// figure itself when no household was described.
func appendGaps(names []string, f *Facts, figure string, gaps func(*Facts, members) []gap, described bool) []string {
	rule := ruleOf(f)
	switch {
	case !described:
		return append(names, figure)
	case rule == "" && !known(f.TaxRole, TaxRoleValues):
		return appendOnce(names, "tax_role")
	}
	for _, g := range gaps(f, membersOf[rule]) {
		if g.lacks {
			names = appendOnce(names, g.fact)
		}
	}
	return names
}

func appendOnce(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

func (f *Facts) describesFamily() bool {
	return f.SpouseInHome != "" || f.TaxRole != "" || f.OwnMinorChildren != nil || f.OwnTaxDependents != nil ||
		f.ClaimingFilers != nil || f.ClaimingOtherDependents != nil
}

func (f *Facts) describesIncome() bool {
	return f.IncomeSelf != nil || f.IncomeSpouse != nil || f.IncomeParents != nil || f.IncomeChildren != nil ||
		f.IncomeDependents != nil
}
