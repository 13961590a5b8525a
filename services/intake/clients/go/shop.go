// The shop: its page, the user's way back, and its ear for notices.
package main

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Posts itself where scripts run; elsewhere the user presses the button.
var page = template.Must(template.New("page").Parse(`<!doctype html><meta charset="utf-8"><title>提现</title>
<form method="post" action="{{.Action}}">
{{range .Fields}}<input type="hidden" name="{{index . 0}}" value="{{index . 1}}">
{{end}}<button>去提现</button></form>
<script>document.forms[0].submit()</script>
`))

func writePage(out io.Writer, tixian Tixian, business []Field) error {
	fields, err := tixian.PageCall(business)
	if err != nil {
		return err
	}
	action := setting("INTAKE_URL") + "/withdraw"
	return page.Execute(out, map[string]any{"Action": action, "Fields": fields})
}

func about(notice map[string]string) string {
	if order := notice["order_id"]; order != "" {
		return order
	}
	return notice["application_id"]
}

// One file a notice, made exclusively: of two deliveries at once only one is new. A shop has a row
// whose primary key is notice_id, written in the transaction that books the money.
func remember(notice map[string]string) (string, error) {
	folder := filepath.Join(setting("NOTICES_DIR"), about(notice))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	name := fmt.Sprintf("%06s-%s-%s", notice["sequence"], notice["status"], notice["notice_id"])
	file, err := os.OpenFile(filepath.Join(folder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return "repeat", nil
	}
	if err != nil {
		return "", err
	}
	file.Close()
	entries, err := os.ReadDir(folder) // sorted by name
	if err == nil && entries[len(entries)-1].Name() != name {
		return "older", nil
	}
	return "new", err
}

// Nonces are those of the last twenty minutes; anything older is refused by its clock.
type Nonces struct {
	mutex sync.Mutex
	seen  map[string]time.Time
}

// IsNew is true once for each nonce.
func (nonces *Nonces) IsNew(nonce string) bool {
	nonces.mutex.Lock()
	defer nonces.mutex.Unlock()
	for old, at := range nonces.seen {
		if time.Since(at) > 2*clockSkew {
			delete(nonces.seen, old)
		}
	}
	_, known := nonces.seen[nonce]
	nonces.seen[nonce] = time.Now()
	return !known
}

// Shop answers browsers and the platform.
type Shop struct {
	tixian   Tixian
	business []Field
	nonces   Nonces
}

// Code 0000 means accepted. Whether money moved is for the notice to say.
func (shop *Shop) returned(_ http.ResponseWriter, request *http.Request) (string, error) {
	answer, err := shop.tixian.OpenReturn(request.URL.RawQuery)
	if err != nil {
		return "", err
	}
	fmt.Println("return", answer["code"], answer["order_id"])
	return fmt.Sprintln(answer["code"], answer["message"], answer["order_id"]), nil
}

func (shop *Shop) notified(out http.ResponseWriter, request *http.Request) (string, error) {
	body, err := io.ReadAll(http.MaxBytesReader(out, request.Body, longestBody))
	if err != nil {
		return "", err
	}
	fields, err := ReadForm(string(body))
	if err != nil {
		return "", err
	}
	notice, err := shop.tixian.OpenForm(fields)
	if err != nil {
		return "", err
	}
	if !shop.nonces.IsNew(notice["nonce"]) {
		return "", Refused("nonce_repeated")
	}
	judged, err := remember(notice)
	if err != nil {
		return "", err
	}
	kind := "notice"
	if notice["certification"] != "" { // about nobody's money: book nothing, and say what it was
		kind = "rehearsal"
		out.Header().Set("Tixian-Certification", judged)
	}
	fmt.Println(kind, judged, about(notice), notice["sequence"], notice["status"])
	return "success", nil
}

type reader func(http.ResponseWriter, *http.Request) (string, error)

func told(method string, read reader) http.HandlerFunc {
	return func(out http.ResponseWriter, request *http.Request) {
		if request.Method != method {
			http.Error(out, "not here", http.StatusMethodNotAllowed)
			return
		}
		text, err := read(out, request)
		var refused Refused
		if errors.As(err, &refused) {
			fmt.Println("refused", request.URL.Path, err)
			http.Error(out, err.Error(), http.StatusBadRequest)
		} else if err != nil {
			fmt.Println("failed", request.URL.Path, err)
			http.Error(out, "later", http.StatusServiceUnavailable)
		} else {
			io.WriteString(out, text)
		}
	}
}
