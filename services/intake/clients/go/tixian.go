// A partner's side of Tixian: signs the page call and calls of the API, verifies the return, the
// notices and the API's answers. shop.go beside it shows how a shop uses it.
package main

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
)

const (
	clockSkew = 10 * time.Minute
	timeForm  = "20060102150405"
)

var (
	beijing  = time.FixedZone("Beijing", 8*3600)
	common   = []string{"partner_id", "key_id", "timestamp", "nonce", "sign"}
	returned = append([]string{"version", "sign_type", "code", "message", "order_id", "money",
		"htouhui_user_id", "third_party_user_id"}, common...)
)

// Refused says why something is not believed: an error code of the platform's.
type Refused string

func (code Refused) Error() string { return string(code) }

// Tixian signs for one partner and verifies what comes from the platform.
type Tixian struct {
	PartnerID, KeyID string
	Key              *rsa.PrivateKey
	FindKey          func(keyID string) (*rsa.PublicKey, error)
	Now              func() time.Time
}

// Sign makes the signature over a text: RSASSA-PKCS1-v1_5 with SHA-256, standard Base64.
func (t Tixian) Sign(text string) (string, error) {
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, t.Key, crypto.SHA256, digest[:])
	return base64.StdEncoding.EncodeToString(signature), err
}

// PageCall is the signed form of a withdrawal.
func (t Tixian) PageCall(business []Field) ([]Field, error) {
	fields := append([]Field{{"partner_id", t.PartnerID}, {"version", "1.0"}, {"sign_type", "RSA2"},
		{"key_id", t.KeyID}, {"timestamp", t.Now().In(beijing).Format(timeForm)}, {"nonce", random()}}, business...)
	text, err := SignedText(fields)
	if err != nil {
		return nil, err
	}
	sign, err := t.Sign(text)
	return append(fields, Field{"sign", sign}), err
}

func (t Tixian) verify(text, sign string, said map[string]string) error {
	signature, err := base64.StdEncoding.DecodeString(sign)
	// Go forgives line ends; only one spelling is a signature.
	if err != nil || base64.StdEncoding.EncodeToString(signature) != sign {
		return Refused("field_malformed")
	}
	if said["partner_id"] != t.PartnerID {
		return Refused("partner_unknown")
	}
	key, err := t.FindKey(said["key_id"])
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(text))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) != nil {
		return Refused("signature_mismatch")
	}
	at, err := time.ParseInLocation(timeForm, said["timestamp"], beijing)
	if late := t.Now().Sub(at); err != nil || late > clockSkew || late < -clockSkew {
		return Refused("timestamp_out_of_range")
	}
	return nil
}

// OpenForm reads a signed form. The platform puts & in no value: one that has it was patched
// together from two fields, which leaves the signed text as it was.
func (t Tixian) OpenForm(fields []Field) (map[string]string, error) {
	text, err := SignedText(fields)
	if err != nil {
		return nil, err
	}
	form := map[string]string{}
	for _, field := range fields {
		form[field[0]] = field[1]
	}
	for _, name := range common {
		if form[name] == "" {
			return nil, Refused("field_missing")
		}
	}
	for _, value := range form {
		if strings.Contains(value, "&") {
			return nil, Refused("field_malformed")
		}
	}
	if err := t.verify(text, form["sign"], form); err != nil {
		return nil, err
	}
	return form, nil
}

// OpenReturn reads a query. Only the platform's fields are signed; the shop's own may stand beside
// them.
func (t Tixian) OpenReturn(query string) (map[string]string, error) {
	all, err := ReadForm(query)
	if err != nil {
		return nil, err
	}
	signed := []Field{}
	for _, field := range all {
		for _, name := range returned {
			if field[0] == name {
				signed = append(signed, field)
			}
		}
	}
	return t.OpenForm(signed)
}
