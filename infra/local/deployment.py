"""Put the service onto the local cloud, if what runs there is not what stands here."""

import json
import sys

from infra.local.environments import build_assets, in_cloud
from infra.local.messages import PARAMETERS as MESSAGES
from infra.local.packaging import fingerprint, package
from infra.local.place import AUDIENCE, ISSUER, STAGE, URL_FILE, LocalError, api_url


def deploy() -> str:
    """Return the API's base address, after a deployment if one was needed."""
    build_assets()
    wanted = fingerprint()
    if in_cloud("deployed") != wanted:
        print("Packaging and deploying ...", file=sys.stderr, flush=True)
        folder = package()
        parameters = {"Stage": STAGE, "Issuer": ISSUER, "Audience": AUDIENCE, "JwksUrl": f"{ISSUER}/jwks"}
        parameters |= MESSAGES
        parameters |= {"AuthorizeUrl": f"{ISSUER}/oauth2/authorize", "TokenUrl": f"{ISSUER}/oauth2/token"}
        # The first time, nobody knows the address before there is one: the functions are told by a second update.
        known = None
        while (address := URL_FILE.read_text() if URL_FILE.exists() else "") != known:
            known = address
            api_id = in_cloud("deploy", str(folder), wanted, json.dumps(parameters | {"PortalUrl": known}))
            URL_FILE.write_text(api_url(api_id))
    return base_url()


def base_url() -> str:
    """Return the deployed API's base address, without a slash at its end."""
    try:
        return URL_FILE.read_text().strip()
    except FileNotFoundError as error:
        message = "Nothing is deployed yet: run make up."
        raise LocalError(message) from error
