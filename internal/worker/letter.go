package worker

import (
	"bytes"
	"context"
	"fmt"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/message"
	body "familypact.example/portal/web/mail"
)

// Letterhead is what stands around every mail: who it is from and where its
// links lead. Clients have neutral ones (security.md 14.2); where they are
// empty the others are used.
type Letterhead struct {
	From       string
	ClientFrom string
	Base       string // address of the portal
	ClientBase string
}

// letter is how a message is put into words.
type letter struct {
	subject locale.Key
	body    func(body.Letter) templ.Component
}

// letters are the mails by the key of their message (ux.md 15.2).
var letters = map[string]letter{
	"certifier.invite":          {locale.MailCertifierInviteSubject, body.CertifierInvite},
	"certifier.invite.reissued": {locale.MailCertifierInviteSubject, body.CertifierInviteReissued},
	"certifier.window-closing":  {locale.MailWindowClosingSubject, body.CertifierWindowClosing},
	"certifier.code-where":      {locale.MailCodeWhereSubject, body.CertifierCodeWhere},
	"certifier.site-added":      {locale.MailCertifierSiteAddedSubject, body.CertifierSiteAdded},
	"certifier.replaced":        {locale.MailCertifierReplacedSubject, body.CertifierReplaced},
	"staff.invite":              {locale.MailStaffInviteSubject, body.StaffInvite},
	"staff.invite-expired":      {locale.MailStaffInviteExpiredSubject, body.StaffInviteExpired},
	"staff.joined":              {locale.MailStaffJoinedSubject, body.StaffJoined},
	"staff.removed":             {locale.MailStaffRemovedSubject, body.StaffRemoved},
	"staff.site-added":          {locale.MailStaffSiteAddedSubject, body.StaffSiteAdded},
	"workforce.invite":          {locale.MailWorkforceInviteSubject, body.WorkforceInvite},
	"account.created":           {locale.MailAccountCreatedSubject, body.AccountCreated},
	"account.code":              {locale.MailAccountCodeSubject, body.AccountCode},
	"account.reset-code":        {locale.MailAccountResetCodeSubject, body.AccountResetCode},
	"account.password-changed":  {locale.MailAccountChangedSubject, body.AccountPasswordChanged},
	"account.contact-code":      {locale.MailAccountContactCodeSubject, body.AccountContactCode},
	"account.contact-changed":   {locale.MailAccountChangedSubject, body.AccountContactChanged},
	"account.inactive-soon":     {locale.MailAccountInactiveSoonSubject, body.AccountInactiveSoon},
	"account.disabled":          {locale.MailAccountDisabledSubject, body.AccountDisabled},
	"account.new-device":        {locale.MailAccountChangedSubject, body.AccountNewDevice},
	"account.blocked":           {locale.MailAccountBlockedSubject, body.AccountBlocked},
	"account.username":          {locale.MailAccountUsernameSubject, body.AccountUsername},
	"account.app-code":          {locale.MailAccountAppCodeSubject, body.AccountAppCode},
	"account.failed-code":       {locale.MailAccountChangedSubject, body.AccountFailedCode},
	"account.new-app":           {locale.MailAccountChangedSubject, body.AccountNewApp},
	"account.new-recovery":      {locale.MailAccountChangedSubject, body.AccountNewRecovery},
	"account.usual-channel":     {locale.MailAccountChangedSubject, body.AccountUsualChannel},
	"account.app-removed":       {locale.MailAccountChangedSubject, body.AccountAppRemoved},
	"workforce.renamed":         {locale.MailAccountChangedSubject, body.WorkforceRenamed},
	"account.phone-changed":     {locale.MailAccountChangedSubject, body.AccountPhoneChanged},
	"account.lost-app":          {locale.MailLostAppSubject, body.AccountLostApp},
	"account.lost-app.reminder": {locale.MailLostAppSubject, body.AccountLostAppReminder},
	"account.lost-app.done":     {locale.MailAccountChangedSubject, body.AccountLostAppDone},
	"account.lost-app.stopped":  {locale.MailAccountChangedSubject, body.AccountLostAppStopped},
	"workforce.lost-app":        {locale.MailLostAppConfirmSubject, body.AccountLostAppConfirm},
	"account.unblocked":         {locale.MailAccountUnblockedSubject, body.AccountUnblocked},
	"account.enabled":           {locale.MailAccountEnabledSubject, body.AccountEnabled},
	"ofp.desk-alert":            {locale.MailOfpDeskAlertSubject, body.OfpDeskAlert},
	"workforce.disabled":        {locale.MailWorkforceDisabledSubject, body.WorkforceDisabled},
	"workforce.lifted":          {locale.MailWorkforceLiftedSubject, body.WorkforceLifted},
	"workforce.removed":         {locale.MailWorkforceRemovedSubject, body.WorkforceRemoved},
	"office.break-glass-asked":  {locale.MailOfficeBreakGlassAskedSubject, body.BreakGlassAsked},
	"office.break-glass-opened": {locale.MailOfficeBreakGlassOpenedSubject, body.BreakGlassOpened},
	"training.due":              {locale.MailTrainingDueSubject, body.TrainingDue},
	"training.overdue":          {locale.MailTrainingOverdueSubject, body.TrainingOverdue},
	"orientation.due":           {locale.MailOrientationDueSubject, body.OrientationDue},
	"override.decided":          {locale.MailOverrideSubject, body.OverrideDecided},
	"report.ready":              {locale.MailReportSubject, body.ReportReady},
	"client.new-message":        {locale.MailClientNewMessageSubject, body.ClientNewMessage},
	"client.draft-ending":       {locale.MailClientDraftEndingSubject, body.ClientDraftEnding},
	"client.register-code":      {locale.MailRegisterCodeSubject, body.ClientRegisterCode},
	"client.register-known":     {locale.MailRegisterKnownSubject, body.ClientRegisterKnown},
}

// render puts a message into a mail in the language of its recipient. A mail
// to a client has a neutral sender and no name in it.
func (l Letterhead) render(ctx context.Context, m message.Message) (mail.Mail, error) {
	kind, known := letters[m.Key]
	if !known {
		return mail.Mail{}, fmt.Errorf("no mail for the key %q", m.Key)
	}
	language, _ := locale.Parse(string(m.To.Language))
	ctx = locale.WithLanguage(ctx, language)
	out := mail.Mail{
		From: l.From, FromName: locale.T(ctx, locale.MailSender),
		To: m.To.Email, ToName: m.To.Name,
		Subject: locale.T(ctx, kind.subject, pairs(m.Values)...), Language: string(locale.Of(ctx)), Date: m.QueuedAt,
	}
	in := body.Letter{Values: m.Values, Base: l.Base}
	if m.To.Sealed {
		in.Client, in.Base = true, orElse(l.ClientBase, l.Base)
		out.From, out.FromName, out.ToName = orElse(l.ClientFrom, l.From), locale.T(ctx, locale.MailSenderQuiet), ""
	}
	if m.PreparedAt != nil {
		out.Date = *m.PreparedAt
	}
	out.ID = mail.Identify(m.Key, m.Cause, out.From)
	var html bytes.Buffer
	if err := kind.body(in).Render(ctx, &html); err != nil {
		return mail.Mail{}, err
	}
	out.HTML = html.String()
	var err error
	out.Text, err = plain(out.HTML)
	return out, err
}

// pairs are the values for a subject that has some.
func pairs(values map[string]string) []any {
	list := make([]any, 0, 2*len(values))
	for name, v := range values {
		list = append(list, name, v)
	}
	return list
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
