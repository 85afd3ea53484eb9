"""Every page's address and the file that draws it; a file is imported when one of its pages is first asked for.

Pages are no routes of the API: they answer HTML and stand in no OpenAPI document; each says itself who sees it.
"""

from collections.abc import Mapping
from typing import Final

SHOWING: Final = "chalicelib.web.core.dispatch"
"""The file that answers all of them."""

ADDRESSES: Final[Mapping[str, tuple[str, ...]]] = {
    "chalicelib.web.applicants.search": (
        "GET /",
        "GET /items",
        "GET /items/{item_code}",
        "GET /assets/{name}",
    ),
    "chalicelib.web.applicants.guides": ("GET /guides/{guide_code}",),
    "chalicelib.web.core.login": (
        "GET /login",
        "GET /login/callback",
        "GET /home",
        "POST /logout",
        "GET /logged-out",
    ),
    "chalicelib.web.applicants.apply": (
        "GET /items/{item_code}/apply",
        "POST /items/{item_code}/apply",
        "GET /drafts/{draft_id}",
        "POST /drafts/{draft_id}",
    ),
    "chalicelib.web.applicants.signing_keys": ("GET /keys", "POST /keys", "POST /keys/{key_id}/revocation"),
    "chalicelib.web.applicants.cases": (
        "GET /cases",
        "GET /cases/{case_no}",
        "GET /cases/{case_no}/receipt",
        "GET /cases/{case_no}/clocks/{kind}",
    ),
    "chalicelib.web.applicants.case_actions": tuple(
        f"{method} /cases/{{case_no}}/{act}"
        for act in ("withdrawal", "materials", "corrections", "statement", "rating", "complaint")
        for method in ("GET", "POST")
    ),
    "chalicelib.web.officers.cases": (
        "GET /worklist",
        "GET /desk",
        "GET /desk/{case_no}",
        "GET /desk/{case_no}/clocks/{kind}",
    ),
    "chalicelib.web.officers.identity": ("GET /desk/{case_no}/identity", "POST /desk/{case_no}/identity"),
    "chalicelib.web.officers.case_actions": ("GET /desk/{case_no}/acts/{act}", "POST /desk/{case_no}/acts/{act}"),
    "chalicelib.web.supervisors.board": (
        "GET /board",
        "GET /board/alerts/{alert_id}",
        "POST /board/alerts/{alert_id}",
    ),
    "chalicelib.web.supervisors.statistics": (
        "GET /board/statistics",
        "GET /board/statistics/export",
        "GET /board/measures",
    ),
    "chalicelib.web.credit_office.identities": (
        "GET /identities",
        "GET /identities/conflicts/{conflict_id}",
        "POST /identities/conflicts/{conflict_id}",
        "GET /identities/links/new",
        "POST /identities/links/new",
        "GET /identities/links/{alias_id}",
        "GET /identities/links/{alias_id}/confirmation",
        "POST /identities/links/{alias_id}/confirmation",
        "GET /identities/links/{alias_id}/revocation",
        "POST /identities/links/{alias_id}/revocation",
    ),
    "chalicelib.web.inspectors.mandates": (
        "GET /inspection",
        "POST /inspection",
        "GET /inspection/{mandate_id}",
        "POST /inspection/{mandate_id}",
        "GET /inspection/{mandate_id}/cases/{case_no}",
        "GET /inspection/{mandate_id}/cases/{case_no}/evidence",
    ),
    "chalicelib.web.credit_office.redress": (
        "GET /matters",
        "GET /matters/objections/{objection_id}",
        "POST /matters/objections/{objection_id}",
        "GET /matters/repairs/{repair_id}",
        "POST /matters/repairs/{repair_id}",
    ),
    "chalicelib.web.supervisors.cards": (
        "GET /cards",
        "GET /cards/{card_id}",
        "GET /card",
        "POST /card",
    ),
    "chalicelib.web.supervisors.card_actions": (
        "GET /cards/{card_id}/acts/{act}",
        "POST /cards/{card_id}/acts/{act}",
    ),
    "chalicelib.web.editors.calendars": ("GET /calendars", "GET /calendars/{year}", "POST /calendars/{year}"),
    "chalicelib.web.editors.items": ("GET /catalogue", "GET /catalogue/{item_code}", "POST /catalogue/{item_code}"),
    "chalicelib.web.editors.measures": ("GET /measures", "POST /measures"),
    "chalicelib.web.credit_office.flags": (
        "GET /flags",
        "GET /flags/{flag_id}",
    ),
    "chalicelib.web.credit_office.flag_actions": (
        "GET /flags/{flag_id}/confirmation",
        "POST /flags/{flag_id}/confirmation",
        "GET /flags/{flag_id}/acts/{act}",
        "POST /flags/{flag_id}/acts/{act}",
    ),
    "chalicelib.web.credit_office.flag_proposals": (
        "GET /proposals",
        "GET /proposals/{measure_code}",
        "POST /proposals/{measure_code}",
    ),
    "chalicelib.web.applicants.credit": (
        "GET /credit",
        "GET /credit/queries",
        "GET /credit/objection",
        "POST /credit/objection",
        "GET /credit/objections/{objection_id}",
        "POST /credit/objections/{objection_id}",
        "GET /credit/repair",
        "POST /credit/repair",
        "GET /credit/repairs/{repair_id}",
    ),
    "chalicelib.web.applicants.track": ("GET /track",),
}
