"""Forms that are too large, too many, odd or no forms at all: each is refused in words, to whoever sent it."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from tests.web.visitor import HERE, Visitor

Come = Callable[..., Visitor]

KNOWN = "退出"
"""What stands on every page of somebody who is logged in."""


def test_too_many_fields_are_refused_in_words(visitor: Come) -> None:
    browser = visitor("applicant")

    seen = browser.post("/logout", {f"f{number}": "1" for number in range(1001)})

    assert seen.status == 413
    assert KNOWN in seen.text
    assert browser.open("/cases").status == 200


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "", "multipart/form-data", "multipart/x"])
def test_what_is_no_form_is_refused_to_somebody_who_stays_logged_in(visitor: Come, media_type: str) -> None:
    browser = visitor("applicant")
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

    reply = browser.client.call("POST", "/logout", "a=1", headers={"Content-Type": media_type, "Cookie": cookie})

    assert reply.status == 415
    assert "text/html" in reply.headers["content-type"]
    assert KNOWN in reply.text


def test_an_empty_body_is_no_form_of_ours(visitor: Come) -> None:
    seen = visitor("applicant").post("/logout", {})

    assert seen.status == 403
    assert KNOWN in seen.text


def test_a_form_for_a_page_of_others_is_forbidden_and_the_own_places_stay(visitor: Come) -> None:
    browser = visitor("applicant")

    seen = browser._follow("POST", f"{HERE}/inspection", urlencode({"file_no": "x"}))

    assert seen.status == 403
    assert KNOWN in seen.text
