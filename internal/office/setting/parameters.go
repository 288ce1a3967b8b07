package setting

import (
	"time"

	"familypact.example/portal/internal/office/calendar"
)

// The dates of the program. Calendar reads them together.
var (
	LaunchMail  = day("launch_mail", calendar.Launch.LaunchMail)
	LaunchHour  = number("launch_hour", calendar.Launch.LaunchHour, 0, 23)
	GoLive      = day("go_live", calendar.Launch.GoLive)
	ReissueFrom = day("auto_reissue_from", calendar.Launch.ReissueFrom)
	ReissueTo   = day("auto_reissue_to", calendar.Launch.ReissueTo)
	LegacyEnd   = day("legacy_end", calendar.Launch.LegacyEnd)
)

// Access codes and sites. The 24 hours of a code are the program's design and
// no setting.
var (
	MultiSite     = onOff("multi_site", false) // decisions 18
	MultiSiteMax  = number("multi_site_max", 10, 2, 10)
	SpentCodeDays = number("spent_code_days", 7, 1, 365)
)

// Passcodes and passwords (decisions 8, 9). How long a password must be is fixed
// (decisions 7).
var (
	PasscodeMinutes          = number("otp_ttl_min", 10, 1, 10)
	PasscodeTries            = number("otp_max_fail", 5, 1, 10)
	PasscodeTriesPrivileged  = number("otp_max_fail_privileged", 3, 1, 5)
	PasscodeWindowMinutes    = number("otp_fail_window_min", 120, 10, 1440)
	PasswordSoftLockMinutes  = number("pw_soft_lock_min", 60, 10, 1440)
	PasswordTries            = number("pw_max_fail", 5, 3, 20)
	PasswordWindowMinutes    = number("pw_fail_window_min", 120, 10, 1440)
	InactiveDaysWorkforce    = number("inactive_days_staff", 60, 7, 365)
	InactiveMonthsClient     = number("inactive_months_client", 15, 1, 60)
	InactiveWarningDays      = numbers("inactive_warn_days", 14, 3)
	SessionIdleMinutes       = number("session_idle_min", 30, 5, 120)
	SessionIdleMinutesOffice = number("session_idle_min_privileged", 15, 5, 30)
	SessionIdleMinutesShared = number("session_idle_min_shared", 15, 5, 30)
	SessionHours             = number("session_max_h", 12, 1, 24)
	SessionsAtOnce           = number("session_max", 3, 1, 10)
)

// Clients' applications and periods. The 365 days of a period are law and no
// setting.
var (
	DraftDays            = number("draft_ttl_days", 30, 7, 90)
	SubmittedDays        = number("submitted_ttl_days", 60, 7, 180)
	RenewAfterMonths     = number("renew_after_months", 10, 6, 12)
	RenewReminderDays    = numbers("renew_reminders", 60, 30, 7)
	ClientOnlineDecides  = onOff("client_online_decides", false) // decisions 17
	OverrideAutoInOutage = onOff("override_auto_in_outage", false)
	OverrideMaxDays      = number("override_max_days", 30, 1, 90)
)

// Training (domain/portal.md 8).
var (
	TrainingGate           = onOff("training_gate", false)
	OrientationDays        = number("orientation_days", 120, 30, 365)
	TrainingYearsCertifier = number("training_years_certifier", 2, 1, 10)
	TrainingYearsStaff     = number("training_years_staff", 5, 1, 10)
	TrainingURL            = text("training_url", "https://www.familypact.org/", isAddress) // Online Training Center
)

// Retention (decisions 25). Determinations are never kept under three years.
var (
	RetentionYears = number("retention_years", 10, 3, 30)
	AuditYears     = number("audit_years", 6, 6, 30)
)

// PrivacyOfficer is the address that is written to when the break-glass account
// is asked for and opened (security.md 16.6); empty: nobody is.
var PrivacyOfficer = text("privacy_officer_email", "", isEmailOrEmpty)

// Limits (security.md 2.8, 3.7, 4.8, 8.7, 10.2; decisions 41). The bucket is
// named last: an address, an e-mail, an account or both.
var (
	LimitAnonymous          = limit("limit.anonymous.address", 300, 5*time.Minute)
	LimitAnonymousGet       = limit("limit.anonymous-get.address", 3000, 5*time.Minute)
	LimitSignedIn           = limit("limit.signed-in.account", 600, 5*time.Minute)
	LimitSignIn             = limit("limit.sign-in.address", 20, time.Minute)
	LimitSignInAccount      = limit("limit.sign-in.address-account", 5, time.Minute)
	LimitRegister           = limit("limit.register.address", 60, time.Hour)
	LimitRegisterEmail      = limit("limit.register.email", 3, time.Hour)
	LimitForgotPassword     = limit("limit.forgot-password.account", 5, time.Hour)
	LimitForgotPasswordFrom = limit("limit.forgot-password.address", 20, time.Hour)
	LimitCode               = limit("limit.code.email", 5, 15*time.Minute)
	LimitCodeFrom           = limit("limit.code.address", 20, time.Hour)
	LimitMyCode             = limit("limit.my-code.email", 3, time.Hour)
	LimitMyCodeFrom         = limit("limit.my-code.address", 20, time.Hour)
	LimitPasscodeMail       = limit("limit.passcode-mail.account-minute", 1, time.Minute)
	LimitPasscodeMailBurst  = limit("limit.passcode-mail.account", 5, 15*time.Minute)
	LimitPasscodeMailDay    = limit("limit.passcode-mail.account-day", 20, 24*time.Hour)
	LimitPasscodeMailFrom   = limit("limit.passcode-mail.address", 25, 5*time.Minute)
	LimitContactChange      = limit("limit.contact-change.account", 5, time.Hour)
	LimitDeskAction         = limit("limit.desk-action.account", 30, time.Hour)
	LimitClientSearch       = limit("limit.client-search.account", 60, 10*time.Minute)
	LimitClientSearchDay    = limit("limit.client-search.account-day", 300, 24*time.Hour)
)
