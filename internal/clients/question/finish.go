package question

import "familypact.example/portal/internal/platform/locale"

// Notice is something the client must be offered.
type Notice string

// The notices, each a field of the question.
const (
	PrivacyNotice           Notice = "notices-privacy"
	NondiscriminationPolicy Notice = "notices-nondiscrimination"
	PatientRights           Notice = "notices-rights"
	InsurancePrograms       Notice = "notices-insurance"
)

// The answers about a notice.
const (
	Received = "RECEIVED"
	Declined = "DECLINED"
)

// Disclosure returns the code of the disclosure that offering the notice is.
func (n Notice) Disclosure() string {
	switch n {
	case PrivacyNotice:
		return "D06"
	case NondiscriminationPolicy:
		return "D07"
	case PatientRights:
		return "D09"
	default:
		return "D05"
	}
}

// Notices returns the answers about the notices, Received or Declined, by
// notice.
func (a Answers) Notices() map[Notice]string {
	answers := map[Notice]string{}
	for _, n := range notices {
		if v := a.Value(Notices, string(n.notice)); labelOf(noticeOptions, v) != nil {
			answers[n.notice] = v
		}
	}
	return answers
}

var notices = []struct {
	notice         Notice
	label, missing locale.Key
}{
	{PrivacyNotice, locale.QNoticesPrivacy, locale.QNoticesErrPrivacyMissing},
	{NondiscriminationPolicy, locale.QNoticesNondiscrimination, locale.QNoticesErrNondiscriminationMissing},
	{PatientRights, locale.QNoticesRights, locale.QNoticesErrRightsMissing},
	{InsurancePrograms, locale.QNoticesInsurance, locale.QNoticesErrInsuranceMissing},
}

var noticeOptions = []Option{
	{Value: Received, Label: locale.QNoticesReceived},
	{Value: Declined, Label: locale.QNoticesDeclined},
}

func finishQuestions() []Question {
	fields := make([]Field, 0, len(notices))
	for _, n := range notices {
		fields = append(fields, Field{
			Name: string(n.notice), Kind: One, Label: n.label, Options: noticeOptions, Missing: n.missing,
		})
	}
	return []Question{{
		ID: Notices, Part: Finish, Section: NoticesSection, Kind: KindFields,
		Label: locale.QNoticesLabel, Short: locale.QNoticesShort, Hint: locale.QNoticesHint, Why: locale.QNoticesWhy,
		Fields: fixed(fields...), lines: noticeLines,
	}}
}

func noticeLines(a Answers) []locale.Phrase {
	given := a.Notices()
	var out []locale.Phrase
	for _, n := range notices {
		if p := labelOf(noticeOptions, given[n.notice]); p != nil {
			out = append(out, locale.QNoticesIs.With("Notice", n.label, "Answer", p))
		}
	}
	return out
}
