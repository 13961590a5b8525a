#!/usr/bin/env python3
"""A shop that uses tixian.py.

    shop.py form NAME=VALUE...          prints a page that posts the signed form
    shop.py serve PORT NAME=VALUE...    serves that page at /, and hears /return and /notify
    shop.py query order_id=...          asks after a withdrawal
    shop.py vectors FILE                checks the signature vectors

Settings: INTAKE_URL, PARTNER_ID, PARTNER_KEY_ID, PARTNER_PRIVATE_KEY_FILE, NOTICES_DIR."""

import html
import json
import os
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tixian import CLOCK_SKEW, LONGEST_BODY, PlatformKeys, Refused, Tixian, read_form


def page(fields):
    """Posts itself where scripts run; elsewhere the user presses the button."""
    inputs = "".join(f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">\n'
                     for name, value in fields)
    return (f'<!doctype html><meta charset="utf-8"><title>提现</title>\n<form method="post" action="'
            f'{html.escape(os.environ["INTAKE_URL"])}/withdraw">\n{inputs}<button>去提现</button></form>\n'
            f"<script>document.forms[0].submit()</script>\n")


def remember(notice):
    """One file a notice, made exclusively: of two deliveries at once only one is new. A shop has
    a row whose primary key is notice_id, written in the transaction that books the money."""
    about = notice.get("order_id") or notice["application_id"]
    folder = Path(os.environ.get("NOTICES_DIR", "notices")) / about
    folder.mkdir(parents=True, exist_ok=True)
    name = f'{int(notice["sequence"]):06}-{notice["status"]}-{notice["notice_id"]}'
    try:
        (folder / name).open("x").close()
    except FileExistsError:
        return "repeat"
    return "new" if max(os.listdir(folder)) == name else "older"


class Nonces:
    """Those of the last twenty minutes; anything older is refused by its clock."""

    def __init__(self):
        self.seen = {}

    def is_new(self, nonce):
        now = time.monotonic()
        self.seen = {n: at for n, at in list(self.seen.items()) if now - at < 2 * CLOCK_SKEW}
        return self.seen.setdefault(nonce, now) == now


class Shop(BaseHTTPRequestHandler):
    timeout = 10  # seconds for a client that sends nothing
    judged = None

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/":
            self.answer(200, page(self.server.tixian.page_call(self.server.order())), "text/html")
        elif path == "/return":
            self.told(lambda: self.returned(self.server.tixian.open_return(query)))
        else:
            self.answer(404, "not found\n")

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if self.path != "/notify":
            self.answer(404, "not found\n")
        elif not length.isdigit() or int(length) > LONGEST_BODY:
            self.answer(413, "at most 64 KiB, with Content-Length\n")
        else:
            fields = read_form(self.rfile.read(int(length)).decode("ascii", "replace"))
            self.told(lambda: self.notified(self.server.tixian.open_form(fields)))

    def told(self, read):
        try:
            self.answer(200, read())
        except Refused as refused:
            print(f"refused {self.path.partition('?')[0]} {refused}", flush=True)
            self.answer(400, f"{refused}\n")
        except (OSError, ValueError) as error:
            print(f"the platform's keys cannot be had: {error}", flush=True)
            self.answer(503, "later\n")

    def returned(self, answer):
        """Code 0000 means accepted. Whether money moved is for the notice to say."""
        print(f"return {answer['code']} {answer['order_id']}", flush=True)
        return f"{answer['code']} {answer['message']} {answer['order_id']}\n"

    def notified(self, notice):
        if not self.server.nonces.is_new(notice["nonce"]):
            raise Refused("nonce_repeated")
        about, judged = notice.get("order_id") or notice["application_id"], remember(notice)
        kind = "rehearsal" if "certification" in notice else "notice"
        print(f"{kind} {judged} {about} {notice['sequence']} {notice['status']}", flush=True)
        # A rehearsal is about nobody's money: book nothing, and say what it was taken for.
        self.judged = judged if kind == "rehearsal" else None
        return "success"

    def answer(self, status, text, kind="text/plain"):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if self.judged:
            self.send_header("Tixian-Certification", self.judged)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Addresses hold signatures; what happened is printed above."""


def serve(tixian, port, fields):
    server = ThreadingHTTPServer(("127.0.0.1", port), Shop)
    base = f"http://127.0.0.1:{port}"
    urls = {"return_url": base + "/return", "notify_url": base + "/notify", "from_url": base + "/"}
    server.tixian, server.nonces = tixian, Nonces()
    server.order = lambda: [*({"out_order_no": secrets.token_hex(16)} | urls | dict(fields)).items()]
    print(f"serving {base}/", flush=True)
    server.serve_forever()


def main(command, *arguments):
    if command == "vectors":
        from vectors import check
        return check(arguments[0])
    intake, pem = os.environ["INTAKE_URL"], Path(os.environ["PARTNER_PRIVATE_KEY_FILE"]).read_bytes()
    keys = PlatformKeys(intake + "/.well-known/jwks.json")
    tixian = Tixian(os.environ["PARTNER_ID"], os.environ["PARTNER_KEY_ID"], pem, keys.find)
    pairs = [tuple(pair.split("=", 1)) for pair in arguments if "=" in pair]
    if command == "form":
        print(page(tixian.page_call(pairs)), end="")
    elif command == "serve":
        serve(tixian, int(arguments[0]), pairs)
    elif command == "query":
        print(tixian.call(intake, "POST", "/v1/withdrawals/query", json.dumps(dict(pairs)).encode()).decode())
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:] or [""])
