package question

import (
	"slices"
	"strconv"
	"strings"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/codelist"
	"familypact.example/portal/internal/platform/locale"
)

const (
	householdSize = "household-size"
	householdSure = "household-sure"

	// maxRows is how many rows a question has at most: a family has up to 20
	// people (eligibility rules, validations common to all).
	maxRows   = 19
	maxFamily = 20
	maxAge    = 130

	spouse = "SPOUSE"
	child  = "CHILD"
	parent = "PARENT"
	other  = "OTHER"
)

// Self is the member that the client is.
const Self = "self"

// Member is one person of the client's household.
type Member struct {
	Key      string // stays the same while others are added and removed
	Name     string // first name or initials
	Relation string // SPOUSE, CHILD, PARENT or OTHER
	Age      int
	Lives    bool // lives with the client
	Claimed  bool // is on the tax return of the client, or of whoever claims the client
	Files    bool // makes enough money to have to file a tax return
}

// Minor reports whether the member is 17 or younger.
func (m Member) Minor() bool { return m.Age <= lastMinorAge }

// Household is the client's family: who was listed, the size that was declared,
// and the size that the list gives.
type Household struct {
	Members  []Member
	Declared int
	Counted  int
	Rule     eligibility.HouseholdRule
}

// Size returns the declared size, which decides, and the counted one while
// none was declared.
func (h Household) Size() int {
	if h.Declared > 0 {
		return h.Declared
	}
	return h.Counted
}

// Household returns the client's family as it was listed.
func (a Answers) Household() Household {
	x := a.given[Family]
	h := Household{Rule: a.rule()}
	for _, key := range rowKeys(Family, x) {
		age, _ := wholeNumber(x.Value(memberField(key, "age")))
		h.Members = append(h.Members, Member{
			Key: key, Name: x.Value(memberField(key, "name")), Relation: x.Value(memberField(key, "relation")), Age: age,
			Lives:   x.Value(memberField(key, "lives")) == "Y",
			Claimed: x.Value(memberField(key, "claimed")) == "Y",
			Files:   x.Value(memberField(key, "files")) == "Y",
		})
	}
	h.Declared, _ = wholeNumber(x.Value(householdSize))
	h.Counted = 1 + len(a.family(h.Members))
	return h
}

// rule returns the rule by which the family is counted (client elig p10).
func (a Answers) rule() eligibility.HouseholdRule {
	if a.Minor() {
		return eligibility.H1
	}
	switch eligibility.TaxRole(a.Choice(Tax)) {
	case eligibility.TaxDependentOfSpouse:
		return eligibility.H2
	case eligibility.TaxDependentOfParent:
		return eligibility.H3
	case eligibility.TaxFiler:
		return eligibility.H4
	}
	return eligibility.H5
}

// family returns the members who belong to the client's family by the rule
// that applies. Parents of a minor never do.
func (a Answers) family(members []Member) []Member {
	var out []Member
	for _, m := range members {
		if a.belongs(m) {
			out = append(out, m)
		}
	}
	return out
}

func (a Answers) belongs(m Member) bool {
	rule := a.rule()
	switch {
	case m.Relation == spouse:
		return rule == eligibility.H2 || m.Lives && a.spouseCounts()
	case rule == eligibility.H1 || rule == eligibility.H5:
		return m.Relation == child && m.Lives && m.Minor()
	}
	return m.Claimed
}

// spouseCounts reports whether a spouse in the home belongs to the family, by
// the marital status.
func (a Answers) spouseCounts() bool {
	m, ok := codelist.MaritalStatus(a.Choice(Marital))
	return ok && m.CountsAsSpouse
}

// earns reports whether the incomes of a member of the family are asked for.
// Children and dependents count only with what must be taxed (client elig p13).
func earns(m Member) bool { return m.Relation == spouse || m.Relation == parent || m.Files }

func householdQuestions() []Question {
	return []Question{
		{
			ID: Tax, Part: HouseholdAndIncome, Section: HouseholdSection, Kind: KindOne, Decides: true,
			Label: locale.QTaxLabel, Short: locale.QTaxShort, Hint: locale.QTaxHint, Why: locale.QTaxWhy,
			// A minor's tax return does not change whose money counts.
			Asked: func(a Answers) bool { return !a.Minor() }, AskedAfter: []ID{BirthDate},
			Fields: fixed(Field{
				Name: string(Tax), Kind: One, Label: locale.QTaxLabel, Options: taxOptions,
				Missing: locale.QTaxErrMissing,
			}),
		},
		{
			ID: Family, Part: HouseholdAndIncome, Section: HouseholdSection, Kind: KindRows, Decides: true,
			Label: locale.QHouseholdLabel, Short: locale.QHouseholdShort,
			Hint: locale.QHouseholdHint, Why: locale.QHouseholdWhy,
			Fields: householdFields, check: checkHousehold, lines: householdLines,
		},
		{
			ID: IncomeOf, Part: HouseholdAndIncome, Section: HouseholdSection, Kind: KindRows, Decides: true,
			Label: locale.QIncomeLabel, Short: locale.QIncomeShort, Hint: locale.QIncomeHint,
			Why: locale.QIncomeWhy, Help: locale.QIncomeHelp,
			Fields: incomeFields(Self), check: checkIncome, lines: incomeLines(Self),
		},
		{
			ID: IncomeCheck, Part: HouseholdAndIncome, Section: HouseholdSection, Kind: KindTotal, Decides: true,
			Label: locale.QIncomeCheckLabel, Short: locale.QIncomeCheckShort, Why: locale.QIncomeCheckWhy,
			Fields: totalFields, check: checkTotal, lines: totalLines,
		},
	}
}

var taxOptions = []Option{
	{Value: string(eligibility.TaxFiler), Label: locale.QTaxFiler},
	{Value: string(eligibility.TaxNonFiler), Label: locale.QTaxNone},
	{Value: string(eligibility.TaxDependentOfParent), Label: locale.QTaxParent},
	{Value: string(eligibility.TaxDependentOfSpouse), Label: locale.QTaxSpouse},
	{Value: string(eligibility.TaxDependentOfOther), Label: locale.QTaxOther},
}

// memberField names a field about a member.
func memberField(key, what string) string { return string(Family) + "-" + key + "-" + what }

// relations are what a member can be. Parents are offered only to somebody
// whom a parent claims, and never to a minor.
func relations(rule eligibility.HouseholdRule) []Option {
	list := []Option{
		{Value: spouse, Label: locale.QHouseholdRelationSpouse},
		{Value: child, Label: locale.QHouseholdRelationChild},
	}
	if rule == eligibility.H3 {
		list = append(list, Option{Value: parent, Label: locale.QHouseholdRelationParent})
	}
	return append(list, Option{Value: other, Label: locale.QHouseholdRelationOther})
}

func householdFields(a Answers, typed Answer) []Field {
	fields := []Field{{Name: rowsName(Family), Kind: Hidden}}
	for i, key := range rowKeys(Family, typed) {
		fields = append(fields, memberFields(a.rule(), key, i+1)...)
	}
	now := a.With(Family, typed).Household()
	fields = append(fields, Field{
		Name: householdSize, Kind: Text, Label: locale.QHouseholdSize, InputMode: "numeric", Width: 2,
		Missing: locale.QHouseholdErrSizeMissing, Hint: locale.QHouseholdSizeHint.With("Count", now.Counted),
	})
	if now.Declared > now.Counted {
		fields = append(fields, Field{Name: householdSure, Kind: Tick, Label: locale.QHouseholdSure})
	}
	return fields
}

func memberFields(rule eligibility.HouseholdRule, key string, number int) []Field {
	with := func(k locale.Key) locale.Phrase { return k.With("Number", number) }
	fields := []Field{
		{
			Name: memberField(key, "name"), Kind: Text, Label: locale.QHouseholdName, Width: 20,
			Missing: with(locale.QHouseholdErrNameMissing),
		},
		{
			Name: memberField(key, "relation"), Kind: One, Label: locale.QHouseholdRelation, Options: relations(rule),
			Missing: with(locale.QHouseholdErrRelationMissing),
		},
		{
			Name: memberField(key, "age"), Kind: Text, Label: locale.QHouseholdAge, Hint: locale.QHouseholdAgeHint,
			InputMode: "numeric", Width: 3, Missing: with(locale.QHouseholdErrAgeMissing),
		},
		yesNoField(memberField(key, "lives"), locale.QHouseholdLives, with(locale.QHouseholdErrLivesMissing)),
	}
	switch rule {
	case eligibility.H4:
		fields = append(fields, yesNoField(memberField(key, "claimed"), locale.QHouseholdClaimedOwn, nil))
	case eligibility.H2, eligibility.H3:
		fields = append(fields, yesNoField(memberField(key, "claimed"), locale.QHouseholdClaimedTheirs, nil))
	}
	fields = append(fields, yesNoField(memberField(key, "files"), locale.QHouseholdFiles, nil))
	for i := range fields {
		fields[i].Row, fields[i].Autocomplete = key, "off"
	}
	return fields
}

func yesNoField(name string, label locale.Key, missing locale.Phrase) Field {
	return Field{Name: name, Kind: One, Label: label, Options: yesNo, Missing: missing}
}

func checkHousehold(s *sheet) {
	now := s.a.With(Family, s.typed)
	h := now.Household()
	for i, m := range h.Members {
		if m.Name != "" && !isName(m.Name) {
			s.note(memberField(m.Key, "name"), locale.QHouseholdErrNameWrong.With("Number", i+1))
		}
		typed := s.value(memberField(m.Key, "age"))
		if age, ok := wholeNumber(typed); typed != "" && (!ok || age > maxAge) {
			s.note(memberField(m.Key, "age"), locale.QHouseholdErrAgeWrong.With("Number", i+1))
		}
	}
	checkMoney(s, h)
	checkSpouse(s, now, h)
	checkParents(s, h)
	checkSize(s, h)
}

// checkMoney wants to know of everybody but the spouse whether they are on the
// tax return, and of everybody but spouse and parents whether their own money
// is taxed: spouse and parents are always asked about theirs.
func checkMoney(s *sheet, h Household) {
	said := func(key, what string, missing locale.Key, number int) {
		if v := s.value(memberField(key, what)); v != "Y" && v != "N" {
			s.note(memberField(key, what), missing.With("Number", number))
		}
	}
	for i, m := range h.Members {
		if m.Relation != spouse && h.Rule != eligibility.H1 && h.Rule != eligibility.H5 {
			said(m.Key, "claimed", locale.QHouseholdErrClaimedMissing, i+1)
		}
		if m.Relation != spouse && m.Relation != parent {
			said(m.Key, "files", locale.QHouseholdErrFilesMissing, i+1)
		}
	}
}

// checkSpouse compares the list with the marital status and the tax return.
func checkSpouse(s *sheet, a Answers, h Household) {
	spouses := 0
	for i, m := range h.Members {
		if m.Relation != spouse {
			continue
		}
		field := memberField(m.Key, "relation")
		switch spouses++; {
		case spouses > 1:
			s.note(field, locale.QHouseholdErrSpouseTwice)
		case !a.spouseCounts() && slices.Contains([]string{"SINGLE", "DIVORCED", "WIDOWED"}, a.Choice(Marital)):
			s.note(field, locale.QHouseholdErrSpouseMarital.With("Number", i+1))
		}
	}
	if spouses == 0 && (a.spouseCounts() || h.Rule == eligibility.H2) {
		s.note(householdSize, locale.QHouseholdErrSpouseMissing)
	}
}

func checkParents(s *sheet, h Household) {
	parents, claiming := 0, 0
	for _, m := range h.Members {
		if m.Relation != parent {
			continue
		}
		if parents++; parents > 2 {
			s.note(memberField(m.Key, "relation"), locale.QHouseholdErrParentTwice)
		}
		if m.Claimed {
			claiming++
		}
	}
	if h.Rule == eligibility.H3 && claiming == 0 {
		s.note(householdSize, locale.QHouseholdErrParentMissing)
	}
}

// checkSize wants a size of at least those who are counted; a larger one is
// the client's to confirm, and then decides (client elig p10). It is not
// compared with a list that cannot be counted yet.
func checkSize(s *sheet, h Household) {
	countable := len(s.faults) == 0
	typed := s.value(householdSize)
	size, ok := wholeNumber(typed)
	switch {
	case typed == "":
	case !ok || size < 1 || size > maxFamily:
		s.note(householdSize, locale.QHouseholdErrSizeWrong)
	case !countable:
	case size < h.Counted:
		s.note(householdSize, locale.QHouseholdErrSizeSmall.With("Count", h.Counted))
	case size > h.Counted && s.value(householdSure) != Ticked:
		s.note(householdSize, locale.QHouseholdErrSizeLarge.With("Count", h.Counted))
	}
}

func householdLines(a Answers) []locale.Phrase {
	h := a.Household()
	var out []locale.Phrase
	if h.Size() > 0 {
		out = append(out, locale.QHouseholdIsSize.With("Count", h.Size()))
	}
	if h.Declared != h.Counted {
		out = append(out, locale.QHouseholdIsCounted.With("Count", h.Counted))
	}
	for _, m := range h.Members {
		relation := labelOf(relations(eligibility.H3), m.Relation)
		if relation == nil {
			continue
		}
		out = append(out, locale.QHouseholdIsMember.With("Name", m.Name, "Relation", relation, "Age", m.Age))
	}
	return out
}

func wholeNumber(typed string) (int, bool) {
	n, err := strconv.Atoi(narrow(typed))
	return n, err == nil && plain(narrow(typed))
}

// Rows. A question of rows keeps the keys of its rows, in their order, in one
// hidden field. A key is never used again while a later one is there, so that
// what belongs to a row stays with it.

func rowsName(id ID) string { return strings.ReplaceAll(string(id), "/", "-") + "-rows" }

// RowsName returns the name of the hidden field with the keys of the rows.
func RowsName(id ID) string { return rowsName(id) }

// rowKeys returns the keys of the rows, at most maxRows. Incomes have one row
// from the beginning, since zero must be typed.
func rowKeys(id ID, x Answer) []string {
	var keys []string
	for _, key := range strings.Split(x.Value(rowsName(id)), ",") {
		if n, ok := wholeNumber(key); ok && n > 0 && n < 1000 && key == strconv.Itoa(n) && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 && id.Base() == IncomeOf {
		return []string{"1"}
	}
	return keys[:min(len(keys), maxRows)]
}

func nextKey(keys []string) string {
	next := 1
	for _, k := range keys {
		if n, _ := wholeNumber(k); n >= next {
			next = n + 1
		}
	}
	return strconv.Itoa(next)
}

// withRows returns the answer with these rows and nothing of any other.
func withRows(id ID, x Answer, keys []string) Answer {
	out := Answer{}
	gone := slices.DeleteFunc(rowKeys(id, x), func(k string) bool { return slices.Contains(keys, k) })
	prefix := strings.TrimSuffix(rowsName(id), "rows")
	for name, vs := range x {
		if !slices.ContainsFunc(gone, func(k string) bool { return strings.HasPrefix(name, prefix+k+"-") }) {
			out[name] = vs
		}
	}
	out[rowsName(id)] = []string{strings.Join(keys, ",")}
	return out
}
