"""Proposing a flag: first choose the measure from the list, then say for whom, on what document and for how long."""

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.api.sanctions.routes import flags
from chalicelib.api.sanctions.schemas.flags import MeasureListResponse
from chalicelib.clock import day_in_shanghai
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.sanctions.rules.measures import is_measure_in_force
from chalicelib.subjects.model.subjects import SubjectKind
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.directory import item_names
from chalicelib.web.core.forms import again, moment_of
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect

PROPOSERS: Final = (Role.CREDIT_OFFICER,)

AT: Final[Mapping[str, str]] = {
    ErrorCode.INSUFFICIENT_IDENTITY: "subject-number",
    ErrorCode.IDENTITY_CONFLICT: "subject-name",
    ErrorCode.TARGET_NOT_ELIGIBLE: "subject-kind",
    ErrorCode.NOT_RELATED: "related_items",
    ErrorCode.DISPROPORTIONATE: "conduct",
    ErrorCode.END_DATE_MISSING: "ends_on",
}
"""The field at which an error is shown that names none."""

PARTS: Final = {
    "subject": ("kind", "number", "name"),
    "document": ("number", "organ", "effective_on", "remedy_until", "court_until"),
}
PLAIN: Final = ("case_no", "starts_on", "ends_on", "personal_finding")


@pages.get("/proposals", roles=PROPOSERS)
def choose(visit: PageRequest) -> Page:
    """Show the list in force, so that one reads a measure's legal basis and limits before choosing it."""
    edition = visit.get(flags.measures)
    today = day_in_shanghai(visit.at)
    codes = sorted({code for row in edition.items for code in row.related_items})
    facts = {
        "edition": edition,
        "usable": {row.code for row in edition.items if row.related_items and is_measure_in_force(row, on=today)},
        "names": dict(item_names(visit, codes)),
        "conducts": {conduct.code: conduct.name for conduct in edition.conducts},
    }
    return Page(template="proposals.html", facts=facts)


@pages.get("/proposals/{measure_code}", roles=PROPOSERS)
def ask(visit: PageRequest) -> Page:
    """Draw the form for one measure, with only the items and the conduct that the list allows for it."""
    edition = visit.get(flags.measures)
    measure = next((row for row in edition.items if row.code == visit.path["measure_code"]), None)
    if measure is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    cells = [
        (f"{conduct.code}:{severity}", f"{conduct.name} · {text(f'severity_{severity}', visit.language)}")
        for conduct in edition.conducts
        for severity in measure.allowed.get(conduct.code, ())
    ]
    facts = {
        "edition": edition,
        "measure": measure,
        "cells": cells,
        "items": item_names(visit, measure.related_items),
        "kinds": [(kind.value, text(f"kind_{kind}", visit.language)) for kind in measure.subject_kinds],
        "all_kinds": [(kind.value, text(f"kind_{kind}", visit.language)) for kind in SubjectKind],
        "conducts": {conduct.code: conduct.name for conduct in edition.conducts},
        "case_no": visit.query.get("case_no", ""),
    }
    return Page(template="proposal.html", facts=facts)


@pages.post("/proposals/{measure_code}", roles=PROPOSERS, form="/proposals/{measure_code}")
def propose(visit: PageRequest) -> Page | Redirect:
    """Propose under the edition that the form showed; a newer one must be read first."""
    page = ask(visit)
    edition = page.fact("edition", MeasureListResponse)
    if visit.sent("edition") != edition.edition:
        return again(page, DomainError(ErrorCode.STALE_VERSION), visit)
    conduct, _, severity = visit.sent("conduct").partition(":")
    body = _body(visit) | {
        "measure_code": visit.path["measure_code"],
        "edition": edition.edition,
        "conduct": conduct,
        "severity": severity,
    }
    return submit(
        visit,
        flags.propose,
        body,
        ask=ask,
        onward=lambda made: Redirect(to=f"flags/{made.id}", query={"done": "proposed"}),
        at={"/severity": "conduct", **AT},
        unanswered={} if severity else {"conduct": text("choose_conduct", visit.language)},
    )


def _body(visit: PageRequest) -> dict[str, Any]:
    """Return the request's body without blank fields, so that the API says what is missing."""
    body: dict[str, Any] = {name: _filled(visit, name, parts) for name, parts in PARTS.items()}
    body["subject"].setdefault("name", "")
    if visit.sent("document-served_at"):
        body["document"]["served_at"] = moment_of(visit.sent("document-served_at"))
    about = _filled(visit, "document-subject", PARTS["subject"])
    if about:
        body["document"]["subject"] = {"name": "", **about}
    body |= {name: visit.sent(name) for name in PLAIN if visit.sent(name)}
    return body | {"related_items": list(visit.form.get("related_items", ())), "facts": visit.sent("facts")}


def _filled(visit: PageRequest, prefix: str, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: visit.sent(f"{prefix}-{name}") for name in names if visit.sent(f"{prefix}-{name}")}
