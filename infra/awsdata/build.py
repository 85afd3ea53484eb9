"""Cuts botocore's data down to what the service's clients need, and writes it where the service looks for it.

Run it from the root of the repository after botocore's pin has moved: ``python -m infra.awsdata.build``.
What is dropped: other services, prose meant for people, paginators, waiters and examples, which nobody uses here,
and the endpoint rules. Without rules botocore takes the endpoint from the list of endpoints, once for a client;
with them it works the same one out anew for every call, which costs a tenth of a call's CPU time.
What DynamoDB takes and gives below the first level is declared a document, which botocore passes on as it is: of all
that it would look through, value by value, it would change only bytes, and those our rows hold in base64.
S3 is not among them: its addresses need the rules, and only imports of files use it.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from botocore.loaders import Loader

TARGET: Final = Path(__file__).parents[2] / "chalicelib" / "awsdata"
SERVICES: Final = {
    "dynamodb": "2012-08-10",
    "kms": "2014-11-01",
    "secretsmanager": "2017-10-17",
    "sns": "2010-03-31",
    "sqs": "2012-11-05",
}
"""The services that are called, each with the version of its API."""

WHOLE: Final = ("_retry", "sdk-default-configuration")
"""Small files that botocore reads for every client, whatever the service."""

PROSE: Final = frozenset({"documentation", "documentationUrl"})

DOCUMENT: Final = {"type": "structure", "members": {}, "document": True}
"""JSON of any form, which botocore passes on as it is."""


def built() -> Mapping[str, str]:
    """Return the text of every file by its path below ``chalicelib/awsdata``."""
    return {f"{name}.json": json.dumps(data, separators=(",", ":")) + "\n" for name, data in _data()}


def main() -> None:
    """Write everything anew, so that nothing of an earlier version stays behind."""
    shutil.rmtree(TARGET, ignore_errors=True)
    for name, text in built().items():
        path = TARGET / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _data() -> Iterator[tuple[str, Any]]:
    loader = Loader()
    for name in WHOLE:
        yield name, loader.load_data(name)
    yield "endpoints", _endpoints(loader.load_data("endpoints"))
    for service, version in SERVICES.items():
        path = f"{service}/{version}/service-2"
        data = _without_prose(loader.load_data(path))
        yield path, _with_documents(data) if service == "dynamodb" else data


def _endpoints(known: Mapping[str, Any]) -> dict[str, Any]:
    """Keep every partition with its regions, and these services in each."""
    partitions = [
        {**partition, "services": {name: one for name, one in partition["services"].items() if name in SERVICES}}
        for partition in known["partitions"]
    ]
    return {**known, "partitions": partitions}


def _without_prose(value: Any) -> Any:  # noqa: ANN401 - JSON, whatever its shape
    """Drop what is written for people: a text under one of the names of ``PROSE``; a shape of that name stays."""
    if isinstance(value, dict):
        return {
            name: _without_prose(one) for name, one in value.items() if not (name in PROSE and isinstance(one, str))
        }
    if isinstance(value, list):
        return [_without_prose(one) for one in value]
    return value


def _with_documents(service: Mapping[str, Any]) -> dict[str, Any]:
    """Declare a document what stands below the first level of requests and responses, unless a time is in it."""
    shapes = service["shapes"]
    sides = (one.get(side) for one in service["operations"].values() for side in ("input", "output"))
    first = {side["shape"] for side in sides if side}
    documents = {
        name: DOCUMENT
        for name, shape in shapes.items()
        if shape["type"] in {"structure", "list", "map"}
        and not (name in first or "exception" in shape or "timestamp" in _types_in(shapes, name))
    }
    return {**service, "shapes": {**shapes, **documents}}


def _types_in(shapes: Mapping[str, Any], name: str, *above: str) -> frozenset[str]:
    """Return the types of a shape and of all that it holds."""
    if name in above:
        return frozenset()
    shape = shapes[name]
    held = [*shape.get("members", {}).values(), *(shape[part] for part in ("member", "key", "value") if part in shape)]
    return frozenset({shape["type"]}).union(*(_types_in(shapes, one["shape"], name, *above) for one in held))


if __name__ == "__main__":
    main()
