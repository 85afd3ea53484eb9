"""Put the service onto the local cloud, if what runs there is not what stands here, as onto any other stage."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from infra.deploy.errors import DeployError
from infra.deploy.smoke import try_a_draft
from infra.local.environments import aws_environment, build_assets, in_cloud, python_of
from infra.local.login import token_of
from infra.local.messages import PARAMETERS as MESSAGES
from infra.local.packaging import fingerprint
from infra.local.place import (
    AUDIENCE,
    BUCKET,
    DEPLOYED_FILE,
    ENDPOINT,
    FOLDER_FILE,
    ISSUER,
    PARAMETERS_FILE,
    ROOT,
    SAMPLE,
    STAGE,
    URL_FILE,
    LocalError,
    api_url,
)
from infra.local.sample_answers import sample_draft

PARAMETERS = MESSAGES | {
    "Issuer": ISSUER,
    "Audience": AUDIENCE,
    "JwksUrl": f"{ISSUER}/jwks",
    "AuthorizeUrl": f"{ISSUER}/oauth2/authorize",
    "TokenUrl": f"{ISSUER}/oauth2/token",
}


TOKENS: Final = {
    "CALENDAR_EDITOR": "calendar",
    "CATALOGUE_EDITOR": "editor",
    "CREDIT_OFFICER": "credit",
    "MONITOR": "monitor",
}
"""Who publishes what stands in the folder of a place: to each role a persona."""


def folder() -> Path:
    """Return the folder of the place whose the local stage is: the sample town, unless another has been said."""
    return Path(FOLDER_FILE.read_text()) if FOLDER_FILE.exists() else SAMPLE


def deploy(city: Path) -> bool:
    """Deploy with a place's departments and sources if something has changed since the last time; return whether."""
    build_assets()
    wanted = fingerprint(city)
    is_new = not DEPLOYED_FILE.exists() or DEPLOYED_FILE.read_text() != f"{wanted} {in_cloud('deployed')}"
    if is_new:
        print("Packaging and deploying ...", file=sys.stderr, flush=True)
        PARAMETERS_FILE.write_text(json.dumps(PARAMETERS))
        _run("deploy", STAGE, BUCKET, str(PARAMETERS_FILE), "--folder", str(city))
        DEPLOYED_FILE.write_text(f"{wanted} {in_cloud('deployed')}")
    return is_new


def publish(city: Path) -> None:
    """Publish what stands in a place's folder, and remember that the local stage is this place's."""
    tokens = {f"XINNUO_TOKEN_{role}": token_of(persona) for role, persona in TOKENS.items()}
    _run_module("infra.bootstrap", STAGE, str(city), **tokens)
    FOLDER_FILE.write_text(str(city))


def roll_back() -> None:
    """Go back by one release; the next ``make up`` goes forward again."""
    _run("rollback", STAGE, BUCKET)


def try_it_out(url: str) -> None:
    """Draft an application for a sample item as the test person; raises ``LocalError`` if that does not work."""
    try:
        try_a_draft(url, token=token_of("tester"), body=sample_draft("plate-replacement"))
    except DeployError as error:
        raise LocalError(str(error)) from error


def base_url() -> str:
    """Return the deployed API's base address, without a slash at its end."""
    try:
        return URL_FILE.read_text().strip()
    except FileNotFoundError as error:
        message = "Nothing is deployed yet: run make up."
        raise LocalError(message) from error


def _run(verb: str, *arguments: str) -> None:
    """Run the command that deploys any stage, and adjust what it made to the emulated AWS."""
    _run_module("infra.deploy", verb, *arguments)
    URL_FILE.write_text(api_url(in_cloud("adjust")))


def _run_module(module: str, *arguments: str, **environment: str) -> None:
    """Run a command for any stage; the emulated AWS is told it by its own variable, as boto3 reads it."""
    done = subprocess.run(
        [str(python_of("packaging")), "-m", module, *arguments, "--address", api_url("{RestAPIId}")],
        cwd=ROOT,
        env=aws_environment() | {"AWS_ENDPOINT_URL": ENDPOINT} | environment,
        check=False,
        # What make up prints is the address alone.
        stdout=sys.stderr,
    )
    if done.returncode:
        message = f"{module} failed; its messages stand above."
        raise LocalError(message)
