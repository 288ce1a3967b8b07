package journey

import (
	"testing"
	"time"

	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// TestSettings is how OFP lets one certifier answer for several sites: the
// setting is looked for, refused without a reason, and changed.
func TestSettings(t *testing.T) {
	open(t, browsertest.Options{}, deskDay).settings()
}

// TestSettingsWithoutScript is the same in a browser that runs no script.
func TestSettingsWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, deskDay).settings()
}

func (p *portal) settings() {
	p.Helper()
	var admin *person
	p.step("an administrator", func() { admin = p.administrator("Odette", "Okafor") })
	p.step("what holds now", func() {
		admin.follows(locale.MenuSettings)
		admin.found("/ofp/settings", 200)
		admin.wants(locale.SettingsHistoryNone)
		admin.look("ofp-settings")
	})
	p.step("several sites for one certifier", func() { admin.switchesOn("multi_site") })
	p.step("a limit and a day", func() {
		admin.later(20 * time.Minute)
		admin.reaches("/ofp/settings/limit.code.email")
		admin.look("ofp-settings-limit")
		admin.at("/ofp/settings/legacy_end")
		admin.look("ofp-settings-day")
		admin.at("/ofp/settings/no_such_setting")
		admin.found("/ofp/settings/no_such_setting", 404)
	})
}

// switchesOn turns a switch on, for a reason.
func (w *person) switchesOn(name string) {
	w.Helper()
	w.Follow(say(locale.SettingsChange) + " " + say(locale.SettingsChangeHidden.With("Name", name)))
	w.found("/ofp/settings/"+name, 200)
	w.look("ofp-settings-change")
	w.Choose("value=on")
	w.presses(locale.SettingsEditSave)
	w.found("/ofp/settings/"+name, 422)
	w.wants(locale.SettingsReasonMissing)
	w.look("ofp-settings-change-error")
	w.Fill("reason", "Approvals on form DHCS 4475 are recorded from today on.")
	w.presses(locale.SettingsEditSave)
	w.found("/ofp/settings", 200)
	w.wants(locale.SettingsSaved, locale.SettingsHistoryCaption.With("Range", locale.UiPaginationRange.With("From", "1", "To", "1", "Total", "1")))
	w.Want(w.first+" "+w.last, "Approvals on form DHCS 4475 are recorded from today on.")
	w.look("ofp-settings-changed")
}
