"""What the specification's own library believes: on standard input one JSON object with secret,
headers and body; on standard output `believed` or `refused`.
"""

import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError

told = json.load(sys.stdin)
try:
    # A notice is a form and no JSON.
    Webhook(told["secret"]).verify(told["body"], told["headers"], json_parse=False)
    print("believed")
except WebhookVerificationError:
    print("refused")
