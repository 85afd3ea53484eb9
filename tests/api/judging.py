"""What every answer must be, whatever was asked."""

import re

from tests.api.bodies import PERSONAL
from tests.cloud import Reply

HAN = re.compile(r"[\u4e00-\u9fff]")
INSIDE = re.compile(r"Traceback|File \"|chalicelib|pydantic|botocore|Error\(|\.py\b|tests/")
"""What only a stack trace or an exception's own words would say."""


def require_sound(reply: Reply, *, is_unmasked: bool = False) -> None:
    """Fail unless this is an answer or a problem that any client may see; only ``is_unmasked`` says who somebody is."""
    assert reply.status < 500, reply.text
    said = str(reply.headers) if is_unmasked and reply.status == 200 else reply.text + str(reply.headers)
    assert [one for one in PERSONAL if one in said] == []
    if reply.status >= 400:
        _require_problem(reply)


def _require_problem(reply: Reply) -> None:
    problem = reply.body
    assert reply.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code"} <= set(problem)
    assert problem["status"] == reply.status
    assert re.fullmatch(r"[A-Z][A-Z0-9_]+", problem["code"])
    assert problem["type"] == f"urn:xinnuo:problem:{problem['code'].lower().replace('_', '-')}"
    assert not INSIDE.search(reply.text), reply.text
    is_chinese = reply.headers["content-language"] == "zh-CN"
    # An article is named as it is, in Chinese.
    words = problem["detail"].partition(" Basis: ")[0]
    assert bool(HAN.search(problem["title"])) is bool(HAN.search(words)) is is_chinese
    assert ("errors" in problem) or problem["code"] not in {"INVALID_BODY", "INVALID_QUERY"}
    for fault in problem.get("errors", ()):
        assert re.fullmatch(r"(/([^~/]|~0|~1)*)*", fault["pointer"])
        assert bool(HAN.search(fault["detail"])) is is_chinese, fault
