// Checks tixian.go with the signature vectors: what it signs, and what it believes.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

type vector struct {
	Kind, Name, Keys, Result, Text, Sign, Body, URL string
	Method, Path, Timestamp, Nonce, Authorization   string
	Fields                                          []Field
	SeenNonces                                      []string `json:"seen_nonces"`
}

type vectors struct {
	Now         string
	PartnerID   string            `json:"partner_id"`
	PrivateKeys map[string]string `json:"private_keys"`
	KeySets     map[string]Keys   `json:"key_sets"`
	Cases       []vector
}

func checkVectors(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var all vectors
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	now, err := time.ParseInLocation(timeForm, all.Now, beijing)
	if err != nil {
		return err
	}
	key, err := readPrivateKey([]byte(all.PrivateKeys["shop-1"]))
	if err != nil {
		return err
	}
	failed := 0
	for _, one := range all.Cases {
		find := all.KeySets["partner"].Find
		if one.Keys != "" {
			find = all.KeySets[one.Keys].Find
		}
		tixian := Tixian{all.PartnerID, "shop-1", key, find, func() time.Time { return now }}
		found, expected := "ok", one.Result
		var refused Refused
		if err := judge(tixian, one); errors.As(err, &refused) {
			found = string(refused)
		} else if err != nil {
			return err
		}
		if expected == "" {
			expected = "ok"
		}
		if found != expected {
			failed++
			fmt.Fprintf(os.Stderr, "%s: %s, not %s\n", one.Name, found, expected)
		}
	}
	fmt.Printf("go: %d of %d vectors hold\n", len(all.Cases)-failed, len(all.Cases))
	if failed > 0 {
		return errors.New("the vectors do not hold")
	}
	return nil
}

func judge(tixian Tixian, one vector) error {
	switch one.Kind {
	case "sign":
		text, err := SignedText(one.Fields)
		if err != nil {
			return err
		}
		sign, err := tixian.Sign(text)
		if text != one.Text || sign != one.Sign {
			return Refused("another text or signature")
		}
		return err
	case "form":
		fields, err := ReadForm(one.Body)
		if err != nil {
			return err
		}
		form, err := tixian.OpenForm(fields)
		for _, seen := range one.SeenNonces {
			if err == nil && seen == form["nonce"] {
				return Refused("nonce_repeated")
			}
		}
		return err
	case "return":
		_, query, _ := strings.Cut(one.URL, "?")
		_, err := tixian.OpenReturn(query)
		return err
	case "request":
		text := apiText(one.Method, one.Path, one.Timestamp, one.Nonce, one.Body)
		header, err := tixian.Authorization(one.Method, one.Path, one.Timestamp, one.Nonce, one.Body)
		if text != one.Text || header != one.Authorization {
			return Refused("another text or header")
		}
		return err
	}
	return tixian.CheckAnswer(one.Method, one.Path, one.Nonce, one.Body, one.Authorization)
}
