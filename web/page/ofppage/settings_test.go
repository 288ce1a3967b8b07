package ofppage_test

import (
	"testing"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/web/page/ofppage"
)

// TestEverySettingIsExplained looks for the sentence that says what each
// parameter of the catalog decides.
func TestEverySettingIsExplained(t *testing.T) {
	for _, g := range setting.Catalog {
		for _, p := range g.Parameters {
			if !ofppage.Explained(p.Name) {
				t.Errorf("nothing says what %s decides", p.Name)
			}
		}
	}
}
