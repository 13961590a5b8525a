"""One call of Huifu's own SDK: a JSON question on standard input, what the SDK made of the answer
on standard output.

The question: {"sdk": {...}, "request": "v2_user_busi_open", "fields": {...}}. The request's class
is found by its module's name; nothing of the wire is written here.
"""

import importlib
import json
import sys

import dg_sdk


def main():
    question = json.load(sys.stdin)
    sdk = question["sdk"]
    dg_sdk.DGClient.BASE_URL = sdk["base_url"]
    dg_sdk.DGClient.mer_config = dg_sdk.MerConfig(
        sdk["private_key"], sdk["public_key"], sdk["sys_id"], sdk["product_id"]
    )
    name = question["request"]
    module = importlib.import_module(f"dg_sdk.request.{name}_request")
    request = getattr(module, "".join(part.capitalize() for part in name.split("_")) + "Request")()
    answer = request.post(question["fields"])
    json.dump({"answer": answer if isinstance(answer, dict) else str(answer)}, sys.stdout)


main()
