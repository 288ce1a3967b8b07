package ofppage

import (
	"context"
	"strconv"
	"strings"
	"time"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// Settings is where the settings are; the name of one comes behind it.
const Settings = Home + "/settings"

// SettingsView is what holds now and a page of the changes.
type SettingsView struct {
	setting.Overview
	Pages ui.Pages
}

// SettingView is one parameter that is to be changed.
type SettingView struct {
	setting.Parameter
	Value string // now, as it is kept
}

// about says what is decided by each parameter of the catalog.
var about = map[string]locale.Key{
	"launch_mail":                        locale.SettingsAboutLaunchMail,
	"launch_hour":                        locale.SettingsAboutLaunchHour,
	"go_live":                            locale.SettingsAboutGoLive,
	"auto_reissue_from":                  locale.SettingsAboutAutoReissueFrom,
	"auto_reissue_to":                    locale.SettingsAboutAutoReissueTo,
	"legacy_end":                         locale.SettingsAboutLegacyEnd,
	"multi_site":                         locale.SettingsAboutMultiSite,
	"multi_site_max":                     locale.SettingsAboutMultiSiteMax,
	"spent_code_days":                    locale.SettingsAboutSpentCodeDays,
	"otp_ttl_min":                        locale.SettingsAboutOtpTtlMin,
	"otp_max_fail":                       locale.SettingsAboutOtpMaxFail,
	"otp_max_fail_privileged":            locale.SettingsAboutOtpMaxFailPrivileged,
	"otp_fail_window_min":                locale.SettingsAboutOtpFailWindowMin,
	"pw_max_fail":                        locale.SettingsAboutPwMaxFail,
	"pw_fail_window_min":                 locale.SettingsAboutPwFailWindowMin,
	"pw_soft_lock_min":                   locale.SettingsAboutPwSoftLockMin,
	"limit.passcode-mail.account-minute": locale.SettingsAboutLimitPasscodeMailAccountMinute,
	"limit.passcode-mail.account":        locale.SettingsAboutLimitPasscodeMailAccount,
	"limit.passcode-mail.account-day":    locale.SettingsAboutLimitPasscodeMailAccountDay,
	"limit.client-search.account":        locale.SettingsAboutLimitClientSearchAccount,
	"limit.client-search.account-day":    locale.SettingsAboutLimitClientSearchAccountDay,
	"inactive_days_staff":                locale.SettingsAboutInactiveDaysStaff,
	"inactive_months_client":             locale.SettingsAboutInactiveMonthsClient,
	"inactive_warn_days":                 locale.SettingsAboutInactiveWarnDays,
	"session_idle_min":                   locale.SettingsAboutSessionIdleMin,
	"session_idle_min_privileged":        locale.SettingsAboutSessionIdleMinPrivileged,
	"session_idle_min_shared":            locale.SettingsAboutSessionIdleMinShared,
	"session_max_h":                      locale.SettingsAboutSessionMaxH,
	"session_max":                        locale.SettingsAboutSessionMax,
	"privacy_officer_email":              locale.SettingsAboutPrivacyOfficerEmail,
	"training_gate":                      locale.SettingsAboutTrainingGate,
	"orientation_days":                   locale.SettingsAboutOrientationDays,
	"training_years_certifier":           locale.SettingsAboutTrainingYearsCertifier,
	"training_years_staff":               locale.SettingsAboutTrainingYearsStaff,
	"training_url":                       locale.SettingsAboutTrainingUrl,
	"override_auto_in_outage":            locale.SettingsAboutOverrideAutoInOutage,
	"override_max_days":                  locale.SettingsAboutOverrideMaxDays,
	"limit.anonymous.address":            locale.SettingsAboutLimitAnonymousAddress,
	"limit.anonymous-get.address":        locale.SettingsAboutLimitAnonymousGetAddress,
	"limit.signed-in.account":            locale.SettingsAboutLimitSignedInAccount,
	"limit.sign-in.address":              locale.SettingsAboutLimitSignInAddress,
	"limit.sign-in.address-account":      locale.SettingsAboutLimitSignInAddressAccount,
	"limit.forgot-password.account":      locale.SettingsAboutLimitForgotPasswordAccount,
	"limit.forgot-password.address":      locale.SettingsAboutLimitForgotPasswordAddress,
	"limit.code.email":                   locale.SettingsAboutLimitCodeEmail,
	"limit.code.address":                 locale.SettingsAboutLimitCodeAddress,
	"limit.my-code.email":                locale.SettingsAboutLimitMyCodeEmail,
	"limit.my-code.address":              locale.SettingsAboutLimitMyCodeAddress,
	"limit.passcode-mail.address":        locale.SettingsAboutLimitPasscodeMailAddress,
	"limit.contact-change.account":       locale.SettingsAboutLimitContactChangeAccount,
	"limit.desk-action.account":          locale.SettingsAboutLimitDeskActionAccount,
}

var groups = map[string]locale.Key{
	"dates": locale.SettingsGroupDates, "sites": locale.SettingsGroupSites, "accounts": locale.SettingsGroupAccounts,
	"training": locale.SettingsGroupTraining, "overrides": locale.SettingsGroupOverrides, "limits": locale.SettingsGroupLimits,
}

// Explained reports whether the page can say what a parameter decides.
func Explained(name string) bool { return about[name] != "" }

// explain says what a parameter decides. One that is not in the catalog any
// more, in the list of changes, has its name.
func explain(name string) locale.Phrase {
	if key, known := about[name]; known {
		return key
	}
	return locale.Words(name)
}

// shown is a value that is put into words when it is shown.
type shown string

// In returns the value in the reader's words: on and off, days, and how often
// in what time; everything else as it is.
func (s shown) In(ctx context.Context) string {
	text := string(s)
	if d, err := civil.Parse(text); err == nil {
		return locale.Date(ctx, d)
	}
	if most, span, isLimit := strings.Cut(text, "/"); isLimit {
		if window, err := time.ParseDuration(span); err == nil {
			return locale.SettingsLimit.With("Most", most, "Span", spanOf(window)).In(ctx)
		}
	}
	switch text {
	case "on":
		return locale.SettingsOn.In(ctx)
	case "off":
		return locale.SettingsOff.In(ctx)
	case "":
		return locale.SettingsEmpty.In(ctx)
	}
	return text
}

func spanOf(window time.Duration) locale.Phrase {
	if window%time.Hour == 0 {
		return locale.SettingsSpanHours.With("Count", int(window/time.Hour))
	}
	return locale.SettingsSpanMinutes.With("Count", int(window/time.Minute))
}

func (v SettingsView) table(g setting.Group) ui.Table {
	t := ui.Table{ID: "settings-" + g.Name, Caption: groups[g.Name], HideCaption: true, Columns: []ui.Column{
		{Label: locale.SettingsColumnWhat}, {Label: locale.SettingsColumnName}, {Label: locale.SettingsColumnValue},
		{Label: locale.SettingsColumnChanged}, {Label: locale.SettingsColumnAct, Hidden: true},
	}}
	for _, p := range g.Parameters {
		changed := ui.Cell{Text: locale.SettingsShipped}
		if c, ok := v.Newest[p.Name]; ok {
			changed.Text = locale.SettingsChangedBy.With("When", stamp(c.ChangedAt), "Who", by(c))
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: explain(p.Name)}, ui.Text(p.Name), {Text: shown(p.In(v.Values))}, changed,
			{Text: locale.SettingsChange, Hidden: locale.SettingsChangeHidden.With("Name", p.Name), Href: Settings + "/" + p.Name},
		})
	}
	return t
}

func by(c setting.Changed) locale.Phrase {
	if c.By == "" {
		return locale.SettingsByProgram
	}
	return locale.Words(c.By)
}

func (v SettingsView) history() ui.Table {
	t := ui.Table{ID: "changes", Caption: locale.SettingsHistoryCaption.With("Range", v.Pages.Range()), Columns: []ui.Column{
		{Label: locale.SettingsColumnName}, {Label: locale.SettingsColumnWhen}, {Label: locale.SettingsColumnWho},
		{Label: locale.SettingsColumnFrom}, {Label: locale.SettingsColumnTo}, {Label: locale.SettingsColumnReason},
	}}
	for _, c := range v.History {
		was := c.Was
		if p, known := setting.Find(c.Name); was == nil && known {
			was = &p.Default
		}
		from := ui.Cell{Text: locale.SettingsShipped}
		if was != nil {
			from.Text = shown(*was)
		}
		t.Rows = append(t.Rows, []ui.Cell{
			ui.Text(c.Name), {Text: stamp(c.ChangedAt)}, {Text: by(c)}, from, {Text: shown(c.Value)}, ui.Text(c.Reason),
		})
	}
	return t
}

func (v SettingView) rows() []ui.Row {
	return []ui.Row{
		{Key: locale.SettingsColumnName, Values: ui.Words(v.Name)},
		{Key: locale.SettingsEditNow, Values: []locale.Phrase{shown(v.Value)}},
		{Key: locale.SettingsEditShipped, Values: []locale.Phrase{shown(v.Default)}},
	}
}

// Fill puts the value that holds now into the form.
func (v SettingView) Fill(f *form.Form) *form.Form {
	switch v.Form {
	case setting.Day:
		if d, err := civil.Parse(v.Value); err == nil {
			f.SetDate("value", d)
		}
	case setting.Often:
		most, span, _ := strings.Cut(v.Value, "/")
		if window, err := time.ParseDuration(span); err == nil {
			f.Set("value", most).Set("minutes", strconv.Itoa(int(window/time.Minute)))
		}
	default:
		f.Set("value", v.Value)
	}
	return f
}

// Typed returns what was typed, as it is kept.
func (v SettingView) Typed(f *form.Form) string {
	switch v.Form {
	case setting.Day:
		return f.Date("value", locale.SettingsMissing, locale.SettingsUnfit).String()
	case setting.Switch:
		return f.Choice("value", locale.SettingsMissing, "on", "off")
	case setting.Often:
		return strings.TrimSpace(f.Text("value", locale.SettingsMissing)) + "/" + strings.TrimSpace(f.Value("minutes")) + "m"
	case setting.List:
		return strings.ReplaceAll(f.Text("value", locale.SettingsMissing), " ", "")
	}
	return f.Text("value", nil)
}
