// Forms, and the text that is signed of them.
package main

import (
	"net/url"
	"sort"
	"strings"
)

// Field is a name and a value, decoded.
type Field [2]string

// SignedText sorts by name in byte order, leaves out sign and empty values, and takes the other
// values as they are.
func SignedText(fields []Field) (string, error) {
	names, kept := map[string]bool{}, []string{}
	sorted := append([]Field{}, fields...)
	sort.Slice(sorted, func(a, b int) bool { return sorted[a][0] < sorted[b][0] })
	for _, field := range sorted {
		if names[field[0]] {
			return "", Refused("field_repeated")
		}
		names[field[0]] = true
		if field[0] != "sign" && field[1] != "" {
			kept = append(kept, field[0]+"="+field[1])
		}
	}
	return strings.Join(kept, "&"), nil
}

// ReadForm decodes pairs in their order; repeated names stay repeated.
func ReadForm(encoded string) ([]Field, error) {
	fields := []Field{}
	for _, pair := range strings.Split(encoded, "&") {
		name, value, _ := strings.Cut(pair, "=")
		decodedName, errName := url.QueryUnescape(name)
		decodedValue, errValue := url.QueryUnescape(value)
		if errName != nil || errValue != nil {
			return nil, Refused("request_malformed")
		}
		if pair != "" {
			fields = append(fields, Field{decodedName, decodedValue})
		}
	}
	return fields, nil
}
