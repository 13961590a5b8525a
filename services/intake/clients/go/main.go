// A shop that uses tixian.go.
//
//	shop form NAME=VALUE...          prints a page that posts the signed form
//	shop serve PORT NAME=VALUE...    serves that page at /, and hears /return and /notify
//	shop query order_id=...          asks after a withdrawal
//	shop vectors FILE                checks the signature vectors
//
// Settings: INTAKE_URL, PARTNER_ID, PARTNER_KEY_ID, PARTNER_PRIVATE_KEY_FILE, NOTICES_DIR.
package main

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

func setting(name string) string {
	value := os.Getenv(name)
	if value == "" && name == "NOTICES_DIR" {
		return "notices"
	}
	if value == "" {
		log.Fatalf("%s is not set", name)
	}
	return value
}

// readPrivateKey takes PKCS#8 PEM, which openssl genpkey writes.
func readPrivateKey(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the private key is no PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("the private key is no RSA key")
	}
	return private, nil
}

func fromEnvironment() (Tixian, error) {
	text, err := os.ReadFile(setting("PARTNER_PRIVATE_KEY_FILE"))
	if err != nil {
		return Tixian{}, err
	}
	key, err := readPrivateKey(text)
	platform := &PlatformKeys{URL: setting("INTAKE_URL") + "/.well-known/jwks.json"}
	return Tixian{setting("PARTNER_ID"), setting("PARTNER_KEY_ID"), key, platform.Find, time.Now}, err
}

// pairs reads NAME=VALUE; a name that comes again replaces the earlier one.
func pairs(words []string) map[string]string {
	read := map[string]string{}
	for _, word := range words {
		if name, value, found := strings.Cut(word, "="); found {
			read[name] = value
		}
	}
	return read
}

func fieldsOf(named map[string]string) []Field {
	fields := []Field{}
	for name, value := range named {
		fields = append(fields, Field{name, value})
	}
	return fields
}

func serve(tixian Tixian, port string, words []string) error {
	base := "http://127.0.0.1:" + port
	urls := []string{"return_url=" + base + "/return", "notify_url=" + base + "/notify", "from_url=" + base + "/"}
	shop := &Shop{tixian: tixian, nonces: Nonces{seen: map[string]time.Time{}}}
	http.HandleFunc("/return", told("GET", shop.returned))
	http.HandleFunc("/notify", told("POST", shop.notified))
	http.HandleFunc("/", func(out http.ResponseWriter, request *http.Request) {
		if request.URL.Path != "/" {
			http.NotFound(out, request)
			return
		}
		out.Header().Set("Content-Type", "text/html; charset=utf-8")
		order := append(append([]string{"out_order_no=" + random()}, urls...), words...)
		if err := writePage(out, tixian, fieldsOf(pairs(order))); err != nil {
			fmt.Println("failed /", err)
		}
	})
	fmt.Printf("serving %s/\n", base)
	server := http.Server{Addr: "127.0.0.1:" + port, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second}
	return server.ListenAndServe()
}

func run(words []string) error {
	if len(words) == 2 && words[0] == "vectors" {
		return checkVectors(words[1])
	}
	if len(words) < 2 {
		return errors.New("form, serve, query or vectors, and what it needs")
	}
	tixian, err := fromEnvironment()
	if err != nil {
		return err
	}
	switch words[0] {
	case "form":
		return writePage(os.Stdout, tixian, fieldsOf(pairs(words[1:])))
	case "serve":
		return serve(tixian, words[1], words[2:])
	case "query":
		body, err := json.Marshal(pairs(words[1:]))
		if err != nil {
			return err
		}
		answer, err := tixian.Call(setting("INTAKE_URL"), "POST", "/v1/withdrawals/query", string(body))
		fmt.Println(answer)
		return err
	}
	return errors.New("one of form, serve, query, vectors")
}

func main() {
	log.SetFlags(0)
	if err := run(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}
