"""What Huifu's own SDK believes: bodies of answers on standard input, one JSON text a line; on
standard output one word a line, `believed` or `refused`, as the SDK's own reading of answers says.
"""

import json
import sys

import dg_sdk
from dg_sdk.core.api_request import ApiRequest
from dg_sdk.dg_tools import DGTools


class Answer:
    """What the SDK looks at of an HTTP answer."""

    status_code = 200

    def __init__(self, text):
        self.text = text


def believes_answer(text, public_key):
    ApiRequest.public_key = public_key
    ApiRequest.sign_type = "RSA"
    ApiRequest.need_verfy_sign = True
    try:
        read = ApiRequest._build_return_data(Answer(text))
    except (RuntimeError, ValueError, TypeError, AttributeError):
        return False
    # Without a signature the SDK hands out the whole envelope: it believed nothing.
    return isinstance(read, dict) and "resp_code" in read


def believes_callback(text, sign, public_key):
    return DGTools.verify_sign(json.loads(text), sign, public_key, "RSA")[0]


def main():
    public_key = json.loads(sys.stdin.readline())
    for line in sys.stdin:
        told = json.loads(line)
        if "callback" in told:
            believed = believes_callback(told["callback"], told["sign"], public_key)
        else:
            believed = believes_answer(told["answer"], public_key)
        print("believed" if believed else "refused")


main()
