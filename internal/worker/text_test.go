package worker

import (
	"strings"
	"testing"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/textmessage"
)

// The longest day and month still fit, in both languages (ux.md 15.1), and
// nothing says what the code is for.
func TestTextMessagesFit(t *testing.T) {
	t.Parallel()
	longest := map[locale.Language]string{
		locale.English: "Wednesday, September 24, 2025, 12:00 a.m. Pacific", locale.Spanish: "miércoles, 24 de septiembre de 2025, 12:00 a. m., hora del Pacífico",
	}
	for key := range texts {
		for _, language := range locale.Languages {
			m := message.Message{
				Key: key, Cause: "passcode:1", To: message.Recipient{Phone: "+15305550100", Language: language, Name: "Ana Canary"},
				Values: map[string]string{"Code": "123456", "Deadline": longest[language]},
			}
			text, err := head.renderText(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			if n := len([]rune(text.Text)); n > textmessage.MaxLength || !strings.Contains(text.Text, "123456") {
				t.Errorf("%s in %s has %d characters: %q", key, language, n, text.Text)
			}
			again, err := head.renderText(t.Context(), m)
			if err != nil || again != text || text.To != "+15305550100" || text.ID == "" {
				t.Errorf("%s in %s: %+v, then %+v (%v)", key, language, text, again, err)
			}
			for _, word := range []string{"PACT", "Family", "Ana", "clinic"} {
				if strings.Contains(text.Text, word) {
					t.Errorf("%s in %s says %q", key, language, word)
				}
			}
		}
	}
	if _, err := head.renderText(t.Context(), message.Message{Key: "staff.removed"}); err == nil {
		t.Error("a message that has no text went out as one")
	}
}
