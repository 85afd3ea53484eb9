"""The file of parameters: one JSON object, held against the template before anything is touched."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from chalicelib.addresses import API
from chalicelib.settings import MailTls, MisconfiguredError, Stage, private_networks
from infra.deploy.errors import DeployError

PAGES: Final = frozenset(f"{method} /{{proxy+}}" for method in ("GET", "POST"))
"""What the gateway makes of the portal's pages: it knows none but the first by its address."""
ROUTES: Final = PAGES.union(*API.values())
"""What can be limited by itself."""

TOLD_OTHERWISE: Final = {
    "Stage": "the stage is told once, by STAGE",
    "TimelineStream": "it is found by Tables",
}


def read_parameters(path: Path, declared: Mapping[str, Mapping[str, Any]], *, stage: str) -> dict[str, str]:
    """Return all parameters but the stage, as a file sets them for it or by default.

    ``declared`` are the template's parameters. Raises ``DeployError`` with everything that is wrong with the file.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"The parameters cannot be read: {error}"
        raise DeployError(message) from error
    if not isinstance(told, dict):
        message = f'{path} must hold one JSON object, such as {{"Issuer": "https://..."}}.'
        raise DeployError(message)
    if faults := list(_faults(told, declared, stage)):
        raise DeployError("\n".join([f"The parameters in {path} are wrong; nothing was touched:", *faults]))
    default = {name: each["Default"] for name, each in declared.items() if "Default" in each}
    return {name: str(value) for name, value in (default | told).items()}


def _faults(told: Mapping[str, Any], declared: Mapping[str, Mapping[str, Any]], stage: str) -> Iterator[str]:
    for name, each in declared.items():
        if name not in told and name not in TOLD_OTHERWISE and "Default" not in each:
            yield f"  {name} is missing: {each['Description']}"
    for name, value in told.items():
        if name in TOLD_OTHERWISE:
            yield f"  {name} does not belong here: {TOLD_OTHERWISE[name]}."
        elif name not in declared:
            yield f"  {name} is no parameter; there are: {', '.join(sorted(declared.keys() - TOLD_OTHERWISE.keys()))}."
        elif not isinstance(value, str | int) or isinstance(value, bool):
            yield f"  {name} must be a text or a whole number."
        else:
            yield from _faults_of_one(name, str(value), declared[name])
    said = {name: str(told.get(name, each.get("Default", ""))) for name, each in declared.items()}
    yield from _faults_of_several(said, stage)


def _faults_of_several(said: Mapping[str, str], stage: str) -> Iterator[str]:
    """Say with what every function would refuse to start, or to be made."""
    try:
        private_networks(said["PrivateNetworks"])
    except MisconfiguredError as error:
        yield f"  PrivateNetworks: {error}."
    if said["MailHost"] and "@" not in said["MailSender"]:
        yield "  MailSender is missing: whoever has a MailHost says from which address it sends."
    if said["MailTls"] == MailTls.NONE and stage != Stage.LOCAL:
        yield "  MailTls is 'none': e-mail may go out in clear on the stage local alone."
    if " /" in said["LimitedRoute"] and said["LimitedRoute"] not in ROUTES:
        yield f"  LimitedRoute is {said['LimitedRoute']!r}, which is no route; GET /openapi.json lists them."
    if said["SubnetIds"] and not said["SecurityGroupIds"]:
        yield "  SecurityGroupIds is missing: whoever has SubnetIds says which groups the functions are in."


def _faults_of_one(name: str, value: str, declared: Mapping[str, Any]) -> Iterator[str]:
    allowed, pattern = declared.get("AllowedValues"), declared.get("AllowedPattern")
    if allowed and value not in allowed:
        yield f"  {name} is {value!r}; it may be: {', '.join(allowed)}."
    if pattern and not re.fullmatch(pattern, value):
        yield f"  {name} is {value!r}, which is not as it must be: {declared['Description']}"
    if declared["Type"] == "Number" and not value.isdecimal():
        yield f"  {name} is {value!r}, which is no number."
