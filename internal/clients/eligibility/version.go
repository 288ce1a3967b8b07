package eligibility

// versions are the rules by their version, for deciding again what was decided
// by them. A version that has been in force stays here.
var versions = map[string]func(Facts, []IncomeTable) Decision{
	RuleVersion: Decide,
}

// DecideBy applies the rules of the given version, and reports false when this
// program does not have them.
func DecideBy(version string, f Facts, tables []IncomeTable) (Decision, bool) {
	decide, ok := versions[version]
	if !ok {
		return Decision{}, false
	}
	return decide(f, tables), true
}
