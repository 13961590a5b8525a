"""Checks tixian.py with the signature vectors: what it signs, and what it believes."""

import json
import sys
from datetime import datetime
from pathlib import Path

from tixian import BEIJING, TIME, Refused, Tixian, api_text, read_form, read_keys, signed_text


def check(file):
    vectors = json.loads(Path(file).read_text(encoding="utf-8"))
    now = datetime.strptime(vectors["now"], TIME).replace(tzinfo=BEIJING)
    pem = vectors["private_keys"]["shop-1"].encode()
    sets = {owner: read_keys(jwks) for owner, jwks in vectors["key_sets"].items()}
    failed = 0
    for case in vectors["cases"]:
        find_key = sets[case.get("keys", "partner")].get
        tixian = Tixian(vectors["partner_id"], "shop-1", pem, find_key, lambda: now)
        try:
            found = judge(tixian, case)
        except Refused as refused:
            found = str(refused)
        if found != case.get("result", "ok"):
            failed += 1
            print(f"{case['name']}: {found}, not {case.get('result', 'ok')}", file=sys.stderr)
    print(f"python: {len(vectors['cases']) - failed} of {len(vectors['cases'])} vectors hold")
    sys.exit(failed > 0)


def judge(tixian, case):
    if case["kind"] == "sign":
        text = signed_text(case["fields"])
        made = (text.decode(), tixian.sign(text))
        return "ok" if made == (case["text"], case["sign"]) else "another text or signature"
    if case["kind"] == "form":
        form = tixian.open_form(read_form(case["body"]))
        return "nonce_repeated" if form["nonce"] in case.get("seen_nonces", []) else "ok"
    if case["kind"] == "return":
        tixian.open_return(case["url"].partition("?")[2])
        return "ok"
    call = (case["method"], case["path"])
    body = case["body"].encode()
    if case["kind"] == "request":
        stamp = (case["timestamp"], case["nonce"])
        made = (api_text(*call, *stamp, body).decode(), tixian.authorization(*call, *stamp, body))
        return "ok" if made == (case["text"], case["authorization"]) else "another text or header"
    tixian.check_answer(*call, case["nonce"], body, case["authorization"])
    return "ok"
