package eligibility

// gate is a condition under which no determination is made at all.
type gate struct {
	reason Reason
	hit    func(d *Decision, f *Facts) bool
}

// allGates are in the order in which their reasons are given. A gate says
// nothing about an answer that is missing: that is X01.
var allGates = []gate{
	{AnswerMissing, func(d *Decision, _ *Facts) bool { return len(d.Missing) > 0 }},
	{ClientSignatureMissing, func(_ *Decision, f *Facts) bool {
		// A recorded oral signature is for remote certification (client elig p2).
		return f.signed() && (f.ClientSignature == SignedNot || f.ClientSignature == SignedOral && f.Modality == InPerson)
	}},
	{NotLive, func(_ *Decision, f *Facts) bool { return f.Modality == Async }},
	{CertifiesSelf, func(_ *Decision, f *Facts) bool { return f.CertifierIsApplicant == Yes }},
	{SiteMayNotEnroll, func(_ *Decision, f *Facts) bool {
		return known(f.SiteStatus, SiteStatusValues) && f.SiteStatus != SiteEnrolled
	}},
	{CertifierSignatureMissing, func(_ *Decision, f *Facts) bool { return f.signed() && f.CertifierSignature == No }},
	{NotToday, func(_ *Decision, f *Facts) bool {
		// A month before the first certification is always keyed later.
		return f.Action != ActionRetroMonth && f.EntryDate.Valid() && f.DeterminationDate.Valid() &&
			f.EntryDate != f.DeterminationDate
	}},
	{WindowClosed, func(d *Decision, f *Facts) bool {
		// An enrollment that expired or was ended may be renewed at any time.
		return f.Action == ActionRecertify && f.CurrentStatus == StatusActive && f.DeterminationDate.Valid() &&
			!d.WindowOpens.IsZero() && f.DeterminationDate.Before(d.WindowOpens)
	}},
	{NoIncomeTable, func(d *Decision, f *Facts) bool {
		return f.DeterminationDate.Valid() && d.TableEffectiveFrom.IsZero()
	}},
}

// gates returns the reasons of the gates that are hit.
func gates(d *Decision, f *Facts) []Reason {
	var reasons []Reason
	for i := range allGates {
		if allGates[i].hit(d, f) {
			reasons = append(reasons, allGates[i].reason)
		}
	}
	return reasons
}
