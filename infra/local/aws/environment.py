"""Print, as lines of a shell, what the deployed API is told, for a `chalice local` beside the local cloud."""

import shlex

from infra.local.aws.clients import functions
from infra.local.place import ENDPOINT, REGION, STACK


def environment() -> dict[str, str]:
    """Return it by name; the portal is told that it is where `chalice local` serves."""
    told = functions().get_function_configuration(FunctionName=f"{STACK}-api")["Environment"]["Variables"]
    return told | {
        "XINNUO_PORTAL_URL": "http://localhost:8000",
        "AWS_ENDPOINT_URL": ENDPOINT,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }


if __name__ == "__main__":
    for name, value in sorted(environment().items()):
        print(f"export {name}={shlex.quote(value)}")
