package locale

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"familypact.example/portal/internal/platform/civil"
)

var monthNames = map[Language][12]string{
	English: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	Spanish: {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
}

var dayNames = map[Language][7]string{
	English: {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	Spanish: {"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
}

// Date returns the day in words: "January 13, 2025", "13 de enero de 2025".
// No day is the empty text.
func Date(ctx context.Context, d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	month := monthNames[Of(ctx)][d.Month-1]
	if Of(ctx) == Spanish {
		return fmt.Sprintf("%d de %s de %d", d.Day, month, d.Year)
	}
	return fmt.Sprintf("%s %d, %d", month, d.Day, d.Year)
}

// ShortDate returns the day as in tables: 01/15/2026, month first in English
// and in the Spanish of the United States alike. No day is the empty text.
func ShortDate(_ context.Context, d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", int(d.Month), d.Day, d.Year)
}

// Clock returns an instant as a clock time in California, with its day:
// "Monday, January 13, 6:00 a.m. Pacific".
func Clock(ctx context.Context, at time.Time) string {
	t := at.In(civil.Pacific)
	day, month := dayNames[Of(ctx)][t.Weekday()], monthNames[Of(ctx)][t.Month()-1]
	if Of(ctx) == Spanish {
		return fmt.Sprintf("%s %d de %s, %s (hora del Pacífico)", day, t.Day(), month, clockTime(t))
	}
	return fmt.Sprintf("%s, %s %d, %s Pacific", day, month, t.Day(), clockTime(t))
}

// Stamp returns an instant as in tables: 01/15/2026, 6:00 a.m.
func Stamp(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return ShortDate(ctx, civil.Of(at)) + ", " + clockTime(at.In(civil.Pacific))
}

func clockTime(t time.Time) string {
	half := "a.m."
	if t.Hour() >= 12 {
		half = "p.m."
	}
	hour := t.Hour() % 12
	if hour == 0 {
		hour = 12
	}
	return fmt.Sprintf("%d:%02d %s", hour, t.Minute(), half)
}

// Money returns an amount of cents in dollars: "$1,250.00".
func Money(_ context.Context, cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s$%s.%02d", sign, grouped(cents/100), cents%100)
}

// Dollars returns an amount of cents in whole dollars when it is one, and as
// Money otherwise: "$2,510".
func Dollars(ctx context.Context, cents int64) string {
	if cents%100 != 0 || cents < 0 {
		return Money(ctx, cents)
	}
	return "$" + grouped(cents/100)
}

// Number returns a whole number with its thousands apart: "2,400".
func Number(_ context.Context, n int64) string {
	if n < 0 {
		return "-" + grouped(-n)
	}
	return grouped(n)
}

func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// List joins words the way a sentence does: "a, b and c", "a, b y c".
func List(ctx context.Context, items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	and := " and "
	if Of(ctx) == Spanish {
		and = " y "
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + and + items[last]
}
