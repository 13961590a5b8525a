// Calls of the JSON API, and what is believed of their answers.
package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"
)

const longestBody = 64 << 10

var (
	client    = http.Client{Timeout: 10 * time.Second}
	parameter = regexp.MustCompile(`(\w+)="([^"]*)"`)
)

func random() string {
	bytes := make([]byte, 16)
	if _, err := rand.Read(bytes); err != nil {
		panic(err) // without randomness nothing may be signed
	}
	return hex.EncodeToString(bytes)
}

func apiText(method, path, timestamp, nonce, body string) string {
	return strings.Join([]string{method, path, timestamp, nonce, body, ""}, "\n")
}

// Authorization is the header of a call of the JSON API.
func (t Tixian) Authorization(method, path, timestamp, nonce, body string) (string, error) {
	signature, err := t.Sign(apiText(method, path, timestamp, nonce, body))
	return fmt.Sprintf(`TIXIAN-RSA2 partner_id="%s",key_id="%s",timestamp="%s",nonce="%s",signature="%s"`,
		t.PartnerID, t.KeyID, timestamp, nonce, signature), err
}

// Call makes a call of the JSON API and answers what was verified.
func (t Tixian) Call(intake, method, path, body string) (string, error) {
	timestamp, nonce := t.Now().In(beijing).Format(timeForm), random()
	header, err := t.Authorization(method, path, timestamp, nonce, body)
	if err != nil {
		return "", err
	}
	request, err := http.NewRequest(method, intake+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", header)
	request.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, longestBody))
	if err != nil {
		return "", err
	}
	header = answer.Header.Get("Authorization")
	if err := t.CheckAnswer(method, path, nonce, string(text), header); err != nil {
		return "", err
	}
	return string(text), nil
}

// CheckAnswer takes the nonce of the question, so no answer to another one fits.
func (t Tixian) CheckAnswer(method, path, nonce, body, header string) error {
	said := map[string]string{}
	for _, pair := range parameter.FindAllStringSubmatch(header, -1) {
		said[pair[1]] = pair[2]
	}
	for _, name := range []string{"partner_id", "key_id", "timestamp", "signature"} {
		if said[name] == "" || !strings.HasPrefix(header, "TIXIAN-RSA2 ") {
			return Refused("field_malformed")
		}
	}
	return t.verify(apiText(method, path, said["timestamp"], nonce, body), said["signature"], said)
}
