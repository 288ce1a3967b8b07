package setting

import (
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/ratelimit"
)

// kind is how values of a type are kept as text.
type kind[T any] struct {
	read  func(string) (T, error)
	write func(T) string
}

// names are those given so far; a name given twice is a mistake in this
// package.
var names = map[string]bool{}

func register[T any](name string, initial T, k kind[T], fits func(T) bool) Setting[T] {
	if names[name] || !fits(initial) {
		panic("setting: " + name + " is there twice, or its default does not fit")
	}
	names[name] = true
	return Setting[T]{name: name, initial: initial, kind: k, fits: fits}
}

// number is a whole number within bounds, both included.
func number(name string, initial, least, most int) Setting[int] {
	return register(name, initial, kind[int]{strconv.Atoi, strconv.Itoa}, func(n int) bool { return n >= least && n <= most })
}

// numbers is a list of whole numbers that get smaller.
func numbers(name string, initial ...int) Setting[[]int] {
	return register(name, initial, kind[[]int]{readNumbers, writeNumbers}, func(ns []int) bool {
		for i, n := range ns {
			if n < 1 || i > 0 && n >= ns[i-1] {
				return false
			}
		}
		return len(ns) > 0
	})
}

func readNumbers(s string) ([]int, error) {
	var ns []int
	for part := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, err
		}
		ns = append(ns, n)
	}
	return ns, nil
}

func writeNumbers(ns []int) string {
	parts := make([]string, len(ns))
	for i, n := range ns {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ",")
}

// onOff is a switch.
func onOff(name string, initial bool) Setting[bool] {
	write := func(on bool) string {
		if on {
			return "on"
		}
		return "off"
	}
	read := func(s string) (bool, error) {
		switch s {
		case "on", "off":
			return s == "on", nil
		}
		return false, fmt.Errorf("%q is neither on nor off", s)
	}
	return register(name, initial, kind[bool]{read, write}, func(bool) bool { return true })
}

// day is a day of the calendar.
func day(name string, initial civil.Date) Setting[civil.Date] {
	return register(name, initial, kind[civil.Date]{civil.Parse, civil.Date.String}, civil.Date.Valid)
}

// text is a word that fits.
func text(name, initial string, fits func(string) bool) Setting[string] {
	same := func(s string) (string, error) { return s, nil }
	return register(name, initial, kind[string]{same, func(s string) string { return s }}, fits)
}

func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

func isEmailOrEmpty(s string) bool {
	a, err := mail.ParseAddress(s)
	return s == "" || err == nil && a.Address == s
}

// limit is how often something may be tried in a window of time.
func limit(name string, most int, window time.Duration) Setting[ratelimit.Limit] {
	write := func(l ratelimit.Limit) string { return strconv.Itoa(l.Max) + "/" + l.Window.String() }
	read := func(s string) (ratelimit.Limit, error) {
		count, span, _ := strings.Cut(s, "/")
		n, err := strconv.Atoi(count)
		if err != nil {
			return ratelimit.Limit{}, err
		}
		window, err := time.ParseDuration(span)
		return ratelimit.Limit{Name: name, Max: n, Window: window}, err
	}
	return register(name, ratelimit.Limit{Name: name, Max: most, Window: window}, kind[ratelimit.Limit]{read, write},
		func(l ratelimit.Limit) bool {
			return l.Name == name && l.Max > 0 && l.Window >= time.Second && l.Window <= 24*time.Hour
		})
}
