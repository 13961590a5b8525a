"""A partner's side of Tixian: signs the page call and calls of the API, verifies the return, the
notices and the API's answers. shop.py beside it shows how a shop uses it."""

import base64
import json
import re
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

BEIJING, TIME = timezone(timedelta(hours=8)), "%Y%m%d%H%M%S"
CLOCK_SKEW, LONGEST_BODY, PATIENCE = 600, 64 * 1024, 10  # seconds, bytes, seconds
COMMON = {"partner_id", "key_id", "timestamp", "nonce", "sign"}
RETURNED = COMMON | {"version", "sign_type", "code", "message", "order_id", "money", "htouhui_user_id",
                     "third_party_user_id"}


def beijing_now():
    return datetime.now(BEIJING)


class Refused(Exception):
    """Why something is not believed: an error code of the platform's."""


def signed_text(fields):
    """Sorted by name in byte order, without sign and empty values; the values as they are."""
    if len({name for name, _ in fields}) < len(fields):
        raise Refused("field_repeated")
    kept = [(n.encode(), v.encode()) for n, v in fields if n != "sign" and v]
    return b"&".join(name + b"=" + value for name, value in sorted(kept))


def api_text(method, path, timestamp, nonce, body):
    return f"{method}\n{path}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"


def read_keys(jwks):
    def number(text):
        return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")

    return {key["kid"]: rsa.RSAPublicNumbers(number(key["e"]), number(key["n"])).public_key()
            for key in jwks["keys"]}


def read_form(encoded):
    return urllib.parse.parse_qsl(encoded, keep_blank_values=True, max_num_fields=64)


class Tixian:
    def __init__(self, partner_id, key_id, private_pem, find_key, now=beijing_now):
        self.partner_id, self.key_id, self.find_key, self.now = partner_id, key_id, find_key, now
        self.key = serialization.load_pem_private_key(private_pem, password=None)

    def sign(self, text):
        return base64.b64encode(self.key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()

    def page_call(self, business):
        fields = [("partner_id", self.partner_id), ("version", "1.0"), ("sign_type", "RSA2"),
                  ("key_id", self.key_id), ("timestamp", self.now().strftime(TIME)),
                  ("nonce", secrets.token_hex(16)), *business]
        return [*fields, ("sign", self.sign(signed_text(fields)))]

    def authorization(self, method, path, timestamp, nonce, body):
        sign = self.sign(api_text(method, path, timestamp, nonce, body))
        return (f'TIXIAN-RSA2 partner_id="{self.partner_id}",key_id="{self.key_id}",'
                f'timestamp="{timestamp}",nonce="{nonce}",signature="{sign}"')

    def verify(self, text, sign, said):
        try:
            signature = base64.b64decode(sign, validate=True)
        except ValueError:
            raise Refused("field_malformed") from None
        if said["partner_id"] != self.partner_id:
            raise Refused("partner_unknown")
        key = self.find_key(said["key_id"])
        if key is None:
            raise Refused("key_unknown")
        try:
            key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise Refused("signature_mismatch") from None
        signed_at = datetime.strptime(said["timestamp"], TIME).replace(tzinfo=BEIJING)
        if abs((self.now() - signed_at).total_seconds()) > CLOCK_SKEW:
            raise Refused("timestamp_out_of_range")

    def open_form(self, fields):
        """What a signed form says. The platform puts & in no value: one that has it was patched
        together from two fields, which leaves the signed text as it was."""
        text, form = signed_text(fields), dict(fields)
        if not all(form.get(name) for name in COMMON):
            raise Refused("field_missing")
        if any("&" in value for value in form.values()):
            raise Refused("field_malformed")
        self.verify(text, form["sign"], form)
        return form

    def open_return(self, query):
        """Only the platform's fields are signed; the shop's own may stand beside them."""
        return self.open_form([field for field in read_form(query) if field[0] in RETURNED])

    def call(self, url, method, path, body):
        """The verified answer to a call of the JSON API."""
        timestamp, nonce = self.now().strftime(TIME), secrets.token_hex(16)
        header = self.authorization(method, path, timestamp, nonce, body)
        headers = {"Authorization": header, "Content-Type": "application/json"}
        request = urllib.request.Request(url + path, body, headers, method=method)
        headers, answer = send(request)
        self.check_answer(method, path, nonce, answer, headers.get("Authorization", ""))
        return answer

    def check_answer(self, method, path, nonce, body, header):
        """The nonce is that of the question, so no answer to another one fits."""
        said = dict(re.findall(r'(\w+)="([^"]*)"', header))
        needed = {"partner_id", "key_id", "timestamp", "signature"}
        if not header.startswith("TIXIAN-RSA2 ") or not needed <= said.keys():
            raise Refused("field_malformed")
        self.verify(api_text(method, path, said["timestamp"], nonce, body), said["signature"], said)


def send(request):
    """Headers and body of an answer, whatever its status."""
    try:
        answer = urllib.request.urlopen(request, timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.headers, answer.read(LONGEST_BODY)


class PlatformKeys:
    """Kept for five minutes; a new name is looked up at once, but not with every forgery."""

    def __init__(self, url):
        self.url, self.known, self.fetched = url, {}, float("-inf")

    def find(self, key_id):
        age = time.monotonic() - self.fetched
        if age > 300 or (key_id not in self.known and age > 10):
            _, body = send(urllib.request.Request(self.url))
            self.known, self.fetched = read_keys(json.loads(body)), time.monotonic()
        return self.known.get(key_id)
