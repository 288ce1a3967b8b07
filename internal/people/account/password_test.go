package account

import (
	"strings"
	"testing"

	"familypact.example/portal/internal/platform/fault"
)

func TestPasswordLength(t *testing.T) {
	long := strings.Repeat("tres tristes tigres ", 7)
	tests := []struct {
		name     string
		kind     Kind
		password string
		ok       bool
	}{
		{"workforce, 14", Workforce, "grape-lantern7", false},
		{"workforce, 15", Workforce, "grape-lantern77", true},
		{"OFP, 14", OFP, "grape-lantern7", false},
		{"desk, 15", Desk, "grape-lantern77", true},
		{"client, 11", Client, "grape-lante", false},
		{"client, 12", Client, "grape-lanter", true},
		{"128", Workforce, long[:128], true},
		{"129", Workforce, long[:129], false},
		{"composed, 12 points in 24 decomposed", Client, "a\u0301e\u0301i\u0301o\u0301u\u0301n\u0303a\u0300e\u0300i\u0300o\u0300u\u0300y\u0301", true},
		{"composed, 11 points", Client, "a\u0301e\u0301i\u0301o\u0301u\u0301n\u0303a\u0300e\u0300i\u0300o\u0300u\u0300", false},
		{"empty", Client, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := Shipped.Check(tt.kind, tt.password); (err == nil) != tt.ok {
				t.Errorf("Check = %v, want ok = %v", err, tt.ok)
			}
		})
	}
}

// person is who chooses the passwords below.
var person = []string{"Dana", "Reyes-Okafor", "dana.reyes@clinic.example", "dreyes", "Alder Creek Community Clinic"}

func TestRefusedPasswords(t *testing.T) {
	for _, p := range []string{
		"passwordpassword", "Password12345678", "P@ssw0rdP@ssw0rd", "iloveyouforever", "ILoveYouForever!", "iloveyouforever2024",
		"familypactfamily", "FamilyPACT2025!!!", "Family PACT 2025", "family pact portal", "California2025!!", "californiadhcs2025",
		"Planned-Planned-1", "planned california", "dhcs-dhcs-dhcs-dhcs", "password familypact", "Contrasena-2025-Portal",
		"danareyesokafor1", "Dana.Reyes.2025!", "dreyes-dreyes-99", "ReyesOkafor-1985", "AlderCreek-Clinic1", "alder creek community",
		"qwertyuiopasdfgh", "1234567890123456", "09876543210987654", "qwertyqwerty1234", "zxcvbnmasdfghjkl", "1qaz2wsx3edc4rfv",
		"abcdefghijklmnop", "aaaaaaaaaaaaaaaa", "!!!!!!!!!!!!!!!!", "abcabcabcabcabca", "sunflower sunflower", "12341234123412341",
		"maria123456789!", "september2025september", "correcthorsebatterystaple", "FAMILYPLANNING2024", "dana qwerty 123456",
	} {
		if err := Shipped.Check(Workforce, p, person...); err == nil {
			t.Errorf("%q was accepted", p)
		} else if f, ok := fault.Of(err); !ok || len(f.Fields) != 1 || f.Fields[0].Name != "password" {
			t.Errorf("%q: %v is not a fault of the field", p, err)
		}
	}
}

func TestAcceptedPasswords(t *testing.T) {
	for _, p := range []string{
		"grape lantern seven", "mi perro come nubes", "Tejon-river-stapler", "copper.window.lisbon", "nueve gatos tristes",
		"xK9$wq2!Lm4#pZ7v", "the door was painted teal", "quiet harbor 1987 moss", "ñandú camina despacio", "purple-otter-tuesday",
		"dana likes copper kettles", "Clinic tea at four pm", "family of seven herons", "my 2 bikes are blue", "пятнадцать котов",
		"十五個の静かな山羊と川辺の石橋", "blanket fort architect", "never eat cold soup", "seventeen brass bells", "olive thread & needle",
	} {
		if err := Shipped.Check(Workforce, p, person...); err != nil {
			t.Errorf("%q was refused: %v", p, err)
		}
	}
}

func TestListIsLongEnough(t *testing.T) {
	if n := len(Shipped.common); n < leastCommon {
		t.Errorf("%d common passwords of at least %d characters, want %d", n, MinClient, leastCommon)
	}
	if _, err := ReadRules(strings.NewReader("passwordpassword\n")); err == nil {
		t.Error("a list of one password was accepted")
	}
	other := strings.Builder{}
	for p := range Shipped.common {
		other.WriteString(p + "\n")
	}
	other.WriteString("Grape Lantern Seven\n")
	rules, err := ReadRules(strings.NewReader(other.String()))
	if err != nil {
		t.Fatal(err)
	}
	if rules.Check(Workforce, "grape lantern SEVEN") == nil {
		t.Error("a password of the replaced list was accepted")
	}
}
