package question

import (
	"strings"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/locale"
)

const incomeCheckTotal = "income-check-total"

// Every is how often money comes.
type Every string

// How often money comes. AverageMonth is the average of the last 12 months, an
// option for migrant and seasonal work (client elig p12).
const (
	Week         Every = "WEEK"
	TwoWeeks     Every = "TWO_WEEKS"
	TwiceAMonth  Every = "TWICE_MONTH"
	Month        Every = "MONTH"
	Year         Every = "YEAR"
	AverageMonth Every = "AVERAGE"
)

// rates are how many times twelve months have the payment, and the words.
var rates = map[Every]struct {
	aYear int64
	says  locale.Key
}{
	Week:         {52, locale.QIncomeIsWeek},
	TwoWeeks:     {26, locale.QIncomeIsTwoWeeks},
	TwiceAMonth:  {24, locale.QIncomeIsTwiceMonth},
	Month:        {12, locale.QIncomeIsMonth},
	Year:         {1, locale.QIncomeIsYear},
	AverageMonth: {12, locale.QIncomeIsAverage},
}

// Monthly returns what an amount in cents comes to in a month: a week times 52
// and two weeks times 26, divided by 12; twice a month times 2; a year divided
// by 12; a month, and the average of the last 12 months, as they are. It is
// reckoned exactly and rounded once, half a cent up.
func Monthly(amount int64, every Every) int64 { return (amount*rates[every].aYear*2 + 12) / 24 }

// Income is one income of a member.
type Income struct {
	Source  string // code of the program's list of income sources
	Amount  int64  // in cents
	Every   Every
	Monthly int64 // in cents
	Counts  bool
}

// exempt marks a source that counts only if it is taxable and is not.
const exempt = "-EXEMPT"

var oftenOptions = []Option{
	{Value: string(Week), Label: locale.QIncomeOftenWeek},
	{Value: string(TwoWeeks), Label: locale.QIncomeOftenTwoWeeks},
	{Value: string(TwiceAMonth), Label: locale.QIncomeOftenTwiceMonth},
	{Value: string(Month), Label: locale.QIncomeOftenMonth},
	{Value: string(Year), Label: locale.QIncomeOftenYear},
	{Value: string(AverageMonth), Label: locale.QIncomeOftenAverage},
}

// sourceOptions are the program's list of income sources. A source that counts
// only if it is taxable is offered twice. No income is said by typing zero, and
// parents' income of a minor is never asked for.
var sourceOptions = func() []Option {
	var list []Option
	for _, s := range eligibility.IncomeSources() {
		switch {
		case s.Treatment == eligibility.RecordZero || s.Code == "P01":
			continue
		case s.Treatment == eligibility.CountIfTaxable:
			list = append(list, sourceOption(s.Code), sourceOption(s.Code+exempt))
		default:
			list = append(list, sourceOption(s.Code))
		}
	}
	return list
}()

func sourceOption(code string) Option {
	return Option{Value: code, Label: locale.Key("q.income.source." + strings.ToLower(code))}
}

// counted are the sources whose money counts.
var counted = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range eligibility.IncomeSources() {
		m[s.Code] = s.Treatment == eligibility.Count || s.Treatment == eligibility.CountIfTaxable
	}
	return m
}()

// Incomes returns the incomes of a member, Self for the client, as far as they
// can be read.
func (a Answers) Incomes(member string) []Income {
	list, _ := a.incomes(member)
	return list
}

// incomes also reports whether all of them were given, zero included.
func (a Answers) incomes(member string) ([]Income, bool) {
	id := incomeID(member)
	x, all := a.given[id]
	var list []Income
	for _, key := range rowKeys(id, x) {
		amount, ok := cents(x.Value(incomeField(member, key, "amount")))
		every := Every(x.Value(incomeField(member, key, "often")))
		source := x.Value(incomeField(member, key, "source"))
		if _, known := rates[every]; !ok || amount > 0 && (!known || labelOf(sourceOptions, source) == nil) {
			all = false
			continue
		}
		list = append(list, Income{
			Source: strings.TrimSuffix(source, exempt), Amount: amount, Every: every,
			Monthly: Monthly(amount, every), Counts: counted[source],
		})
	}
	return list, all
}

// monthlyOf returns what counts of a member's incomes in a month, and false
// while an amount is missing.
func (a Answers) monthlyOf(member string) (int64, bool) {
	list, all := a.incomes(member)
	var sum int64
	for _, in := range list {
		if in.Counts {
			sum += in.Monthly
		}
	}
	return sum, all
}

// Monthly returns the taxable income of the whole family in a month, in cents,
// and false while an amount is missing.
func (a Answers) Monthly() (int64, bool) {
	var sum int64
	all := true
	for _, member := range a.earners() {
		n, ok := a.monthlyOf(member)
		sum, all = sum+n, all && ok
	}
	return sum, all
}

// earners returns the keys of those whose incomes are asked for: the client,
// and the members of the family with money that counts.
func (a Answers) earners() []string {
	keys := []string{Self}
	for _, m := range a.family(a.Household().Members) {
		if earns(m) {
			keys = append(keys, m.Key)
		}
	}
	return keys
}

func incomeID(member string) ID { return IncomeOf + "/" + ID(member) }

func incomeField(member, key, what string) string {
	return string(IncomeOf) + "-" + member + "-" + key + "-" + what
}

// expand returns the question itself, or the question about income once for
// each member whose income is asked for.
func expand(q Question, a Answers) []Question {
	switch {
	case q.ID == Family && a.Minor():
		q.Hint = locale.QHouseholdHintMinor
	case q.ID == IncomeOf:
		return incomeQuestions(q, a)
	}
	return []Question{q}
}

func incomeQuestions(q Question, a Answers) []Question {
	names := map[string]string{}
	for _, m := range a.Household().Members {
		names[m.Key] = m.Name
	}
	var list []Question
	for _, member := range a.earners() {
		one := q
		one.ID = incomeID(member)
		one.Fields, one.lines = incomeFields(member), incomeLines(member)
		if member != Self {
			one.Label = locale.QIncomeLabelMember.With("Name", names[member])
			one.Short = locale.QIncomeShortMember.With("Name", names[member])
		} else if a.Minor() {
			one.Hint = locale.QIncomeHintMinor
		}
		list = append(list, one)
	}
	return list
}

func incomeFields(member string) func(Answers, Answer) []Field {
	return func(_ Answers, typed Answer) []Field {
		id := incomeID(member)
		fields := []Field{{Name: rowsName(id), Kind: Hidden}}
		for i, key := range rowKeys(id, typed) {
			with := func(k locale.Key) locale.Phrase { return k.With("Number", i+1) }
			fields = append(fields,
				Field{
					Name: incomeField(member, key, "amount"), Kind: Money, Label: locale.QIncomeAmount, Row: key,
					Missing: with(locale.QIncomeErrAmountMissing), Wrong: with(locale.QIncomeErrAmountWrong),
				},
				Field{Name: incomeField(member, key, "often"), Kind: One, Label: locale.QIncomeOften, Row: key, Options: oftenOptions},
				Field{Name: incomeField(member, key, "source"), Kind: Pick, Label: locale.QIncomeSource, Row: key, Options: sourceOptions},
			)
		}
		return fields
	}
}

// checkIncome wants to know of every amount but zero how often it comes and
// from where.
func checkIncome(s *sheet) {
	member := s.q.ID.Member()
	for i, key := range rowKeys(s.q.ID, s.typed) {
		amount, ok := cents(s.value(incomeField(member, key, "amount")))
		if ok && amount == 0 {
			continue
		}
		if name := incomeField(member, key, "often"); labelOf(oftenOptions, s.value(name)) == nil {
			s.note(name, locale.QIncomeErrOftenMissing.With("Number", i+1))
		}
		if name := incomeField(member, key, "source"); labelOf(sourceOptions, s.value(name)) == nil {
			s.note(name, locale.QIncomeErrSourceMissing.With("Number", i+1))
		}
	}
}

func incomeLines(member string) func(Answers) []locale.Phrase {
	return func(a Answers) []locale.Phrase {
		x := a.given[incomeID(member)]
		var out []locale.Phrase
		for _, key := range rowKeys(incomeID(member), x) {
			amount, ok := cents(x.Value(incomeField(member, key, "amount")))
			source := x.Value(incomeField(member, key, "source"))
			r, known := rates[Every(x.Value(incomeField(member, key, "often")))]
			switch {
			case ok && amount == 0:
				out = append(out, locale.QIncomeIsNone)
			case ok && known && labelOf(sourceOptions, source) != nil:
				says := r.says.With("Amount", money(amount), "Month", money(Monthly(amount, Every(x.Value(incomeField(member, key, "often"))))))
				line := locale.QIncomeIsLeftOut
				if counted[source] {
					line = locale.QIncomeIsCounts
				}
				out = append(out, line.With("Source", labelOf(sourceOptions, source), "Money", says))
			}
		}
		return out
	}
}

// totalFields carry the total that was shown, so that a changed one is
// confirmed again.
func totalFields(Answers, Answer) []Field {
	return []Field{
		{Name: incomeCheckTotal, Kind: Hidden},
		{
			Name: string(IncomeCheck), Kind: One, Label: locale.QIncomeCheckField, Options: yesNo,
			Missing: locale.QIncomeCheckErrMissing,
		},
	}
}

// Total returns the monthly total of the family as the hidden field of the
// question income-check carries it.
func Total(a Answers) string {
	sum, ok := a.Monthly()
	if !ok {
		return ""
	}
	return eligibility.Cents(sum).String()
}

// TotalName is the name of the hidden field that carries Total.
const TotalName = incomeCheckTotal

func checkTotal(s *sheet) {
	switch shown := s.value(incomeCheckTotal); {
	case s.value(string(IncomeCheck)) == "N":
		s.note(string(IncomeCheck), locale.QIncomeCheckErrNo)
	case shown != Total(s.a) || shown == "":
		s.note(string(IncomeCheck), locale.QIncomeCheckErrChanged)
	}
}

func totalLines(a Answers) []locale.Phrase {
	sum, ok := a.Monthly()
	if !ok {
		return nil
	}
	people := locale.QHouseholdIsSize.With("Count", a.Household().Size())
	return words(locale.QIncomeCheckIsTotal.With("Money", money(sum), "People", people))
}
