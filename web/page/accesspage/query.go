package accesspage

import "net/url"

func query(name, value string) string { return url.Values{name: {value}}.Encode() }
