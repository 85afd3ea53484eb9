"""Print the secret that the service and the SMS gateway share, as Standard Webhooks writes it."""

import base64
import json

from infra.local.aws.clients import secrets
from infra.local.place import STACK

if __name__ == "__main__":
    stored = json.loads(secrets().get_secret_value(SecretId=STACK)["SecretString"])
    print(f"whsec_{base64.b64encode(bytes.fromhex(stored['sms_key'])).decode()}")
