"""A process of its own that forks a fresh one for each question, and says what answering it loaded.

AWS is stood in for on the wire: the secret is there, one session of the portal and one item of the catalogue, and
nothing else is stored.
"""

import contextlib
import json
import multiprocessing
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import joserfc.jwk  # noqa: F401 - loaded here once, not once for each question
import pynamodb.models  # noqa: F401 - likewise
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

import app
from chalicelib import aws
from chalicelib.start import prepare

NOTHING: dict[str, Any] = {"Items": [], "Count": 0, "ScannedCount": 0}
ANSWERS: dict[str, dict[str, Any]] = {
    "Encrypt": {"CiphertextBlob": "AAAA"},
    "Query": NOTHING,
    "Scan": NOTHING,
    "UpdateItem": {"Attributes": {}},
}
"""What AWS answers to calls whose answer must hold something."""


class Wire:
    """Answers what is sent to AWS."""

    def __init__(self, *, secret: dict[str, Any], rows: list[dict[str, Any]]) -> None:
        """Hold the service's secret and some rows, of whatever tables, found by their partition keys."""
        self._secret = secret
        self._rows = {row["pk"]["S"]: row for row in rows}

    def send(self, request: AWSPreparedRequest, **_about: object) -> AWSResponse:
        """Answer in place of AWS."""
        body = json.dumps(self._found(request)).encode()
        return AWSResponse(request.url, 200, HTTPHeaders(), SimpleNamespace(stream=lambda: iter([body])))

    def _found(self, request: AWSPreparedRequest) -> dict[str, Any]:
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        if operation == "GetSecretValue":
            return {"SecretString": json.dumps(self._secret)}
        asked = json.loads(cast("bytes", request.body))
        if operation == "GetItem" and (row := self._row(asked["Key"])):
            return {"Item": row}
        if operation == "BatchGetItem":
            return {
                "Responses": {
                    table: [row for key in keys["Keys"] if (row := self._row(key))]
                    for table, keys in asked["RequestItems"].items()
                }
            }
        return ANSWERS.get(operation, {})

    def _row(self, key: dict[str, Any]) -> dict[str, Any] | None:
        return self._rows.get(key["pk"]["S"]) if key.keys() == {"pk"} else None


def loaded() -> list[str]:
    """The packages directly below ``chalicelib`` that are loaded."""
    return sorted(
        name.removeprefix("chalicelib.")
        for name, module in sys.modules.items()
        if name.startswith("chalicelib.") and name.count(".") == 1 and hasattr(module, "__path__")
    )


def answered(function: str, event: dict[str, Any]) -> tuple[int | None, list[str]]:
    """The status of a function's answer, if it has one, and what is loaded then; its log goes unheard."""
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        context = SimpleNamespace(aws_request_id="run", get_remaining_time_in_millis=lambda: 60_000)
        answer = getattr(app, function)(event, context)
    return answer.get("statusCode"), loaded()


def all_answered(questions: list[tuple[str, dict[str, Any]]]) -> list[tuple[int | None, list[str]]]:
    """Answer each question in a process forked from this one as it stands now."""
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        return pool.starmap(answered, questions, chunksize=1)


def main() -> None:
    """Run the jobs from a bare start, and answer the requests after Lambda's INIT, which all of them share."""
    told = json.load(sys.stdin)
    aws.session().register("before-send.*", Wire(**told["wire"]).send)  # type: ignore[arg-type]  # typed as if it answered nothing
    answers = all_answered(told["jobs"])
    prepare("app.app")
    json.dump([*answers, (None, loaded()), *all_answered(told["requests"])], sys.stdout)


if __name__ == "__main__":
    main()
