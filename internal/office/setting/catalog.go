package setting

// Form is how a value is typed.
type Form string

// The forms of values.
const (
	Switch Form = "switch"
	Number Form = "number"
	List   Form = "list"
	Day    Form = "day"
	Words  Form = "words"
	Often  Form = "limit"
)

// Parameter is a parameter without its type, for the page on which OFP changes
// it.
type Parameter struct {
	Name    string
	Default string // as it is kept
	Form    Form
	keep    func(text string) (string, bool)
}

// Keep returns a value as it is kept, and false when the parameter cannot have
// it.
func (p Parameter) Keep(text string) (string, bool) { return p.keep(text) }

// In returns the value among those that were read, as it is kept.
func (p Parameter) In(values Values) string {
	if text, changed := values[p.Name]; changed {
		return text
	}
	return p.Default
}

func (s Setting[T]) offered(form Form) Parameter {
	keep := func(text string) (string, bool) {
		v, err := s.kind.read(text)
		if err != nil || !s.fits(v) {
			return "", false
		}
		return s.kind.write(v), true
	}
	return Parameter{Name: s.name, Default: s.kind.write(s.initial), Form: form, keep: keep}
}

// Group is a part of the catalog.
type Group struct {
	Name       string
	Parameters []Parameter
}

// Catalog are the parameters that OFP changes on the page for them, in its
// order: those that something is decided by.
var Catalog = []Group{
	{"dates", []Parameter{
		LaunchMail.offered(Day), LaunchHour.offered(Number), GoLive.offered(Day), ReissueFrom.offered(Day), ReissueTo.offered(Day), LegacyEnd.offered(Day),
	}},
	{"sites", []Parameter{MultiSite.offered(Switch), MultiSiteMax.offered(Number), SpentCodeDays.offered(Number)}},
	{"accounts", []Parameter{
		PasscodeMinutes.offered(Number), PasscodeTries.offered(Number), PasscodeTriesPrivileged.offered(Number), PasscodeWindowMinutes.offered(Number),
		PasswordTries.offered(Number), PasswordWindowMinutes.offered(Number), PasswordSoftLockMinutes.offered(Number),
		InactiveDaysWorkforce.offered(Number), InactiveMonthsClient.offered(Number), InactiveWarningDays.offered(List),
		SessionIdleMinutes.offered(Number), SessionIdleMinutesOffice.offered(Number), SessionIdleMinutesShared.offered(Number),
		SessionHours.offered(Number), SessionsAtOnce.offered(Number), PrivacyOfficer.offered(Words),
	}},
	{"training", []Parameter{
		TrainingGate.offered(Switch), OrientationDays.offered(Number), TrainingYearsCertifier.offered(Number), TrainingYearsStaff.offered(Number),
		TrainingURL.offered(Words),
	}},
	{"overrides", []Parameter{OverrideAutoInOutage.offered(Switch), OverrideMaxDays.offered(Number)}},
	{"limits", []Parameter{
		LimitAnonymous.offered(Often), LimitAnonymousGet.offered(Often), LimitSignedIn.offered(Often), LimitSignIn.offered(Often),
		LimitSignInAccount.offered(Often), LimitForgotPassword.offered(Often), LimitForgotPasswordFrom.offered(Often), LimitCode.offered(Often),
		LimitCodeFrom.offered(Often), LimitMyCode.offered(Often), LimitMyCodeFrom.offered(Often), LimitPasscodeMail.offered(Often),
		LimitPasscodeMailBurst.offered(Often), LimitPasscodeMailDay.offered(Often), LimitPasscodeMailFrom.offered(Often),
		LimitClientSearch.offered(Often), LimitClientSearchDay.offered(Often),
		LimitContactChange.offered(Often), LimitDeskAction.offered(Often),
	}},
}

// Find returns the parameter of the catalog with the name.
func Find(name string) (Parameter, bool) {
	for _, g := range Catalog {
		for _, p := range g.Parameters {
			if p.Name == name {
				return p, true
			}
		}
	}
	return Parameter{}, false
}
