"""Every page against every role, and against nobody, in one table."""

import re
from importlib import import_module

from chalicelib.addresses import PORTAL
from chalicelib.policy import Role
from chalicelib.web.core.pages import PAGES
from tests.claims import about
from tests.cloud import PERSONAS
from tests.web.visitor import Come

for module in PORTAL:
    import_module(module)

PEOPLE = {Role.APPLICANT, Role.AGENT}
OFFICE = {Role.OFFICER, Role.SUPERVISOR, Role.HEAD}
WATCHERS = {Role.SUPERVISOR, Role.HEAD, Role.MONITOR}
EVERYBODY = set(Role)
ALERTED = OFFICE | {Role.MONITOR, Role.INSPECTOR, Role.CREDIT_OFFICER, Role.CALENDAR_EDITOR}

SEEN_BY: dict[str, set[Role] | None] = {
    "GET /": None,
    "GET /items": None,
    "GET /items/{item_code}": None,
    "GET /guides/{guide_code}": None,
    "GET /assets/{name}": None,
    "GET /login": None,
    "GET /login/callback": None,
    "GET /logged-out": None,
    "GET /type-size": None,
    "GET /home": EVERYBODY,
    "POST /logout": EVERYBODY,
    "GET /role": EVERYBODY,
    "POST /role": EVERYBODY,
    "GET /track": None,
    "GET /check": None,
    "GET /cases": PEOPLE,
    "GET /cases/{case_no}": PEOPLE,
    "GET /cases/{case_no}/receipt": PEOPLE,
    "GET /cases/{case_no}/issued": PEOPLE,
    "POST /cases/{case_no}/issued/{issued_id}": PEOPLE,
    "GET /cases/{case_no}/clocks/{kind}": PEOPLE,
    "GET /cases/{case_no}/withdrawal": PEOPLE,
    "POST /cases/{case_no}/withdrawal": PEOPLE,
    "GET /cases/{case_no}/application_withdrawal": PEOPLE,
    "POST /cases/{case_no}/application_withdrawal": PEOPLE,
    "GET /cases/{case_no}/report": PEOPLE,
    "POST /cases/{case_no}/report": PEOPLE,
    "POST /cases/{case_no}/report/documents": PEOPLE,
    "POST /cases/{case_no}/report/documents/again": PEOPLE,
    "GET /cases/{case_no}/materials": PEOPLE,
    "POST /cases/{case_no}/materials": PEOPLE,
    "POST /cases/{case_no}/materials/documents": PEOPLE,
    "POST /cases/{case_no}/materials/documents/again": PEOPLE,
    "GET /cases/{case_no}/corrections": PEOPLE,
    "POST /cases/{case_no}/corrections": PEOPLE,
    "POST /cases/{case_no}/corrections/documents": PEOPLE,
    "POST /cases/{case_no}/corrections/documents/again": PEOPLE,
    "GET /cases/{case_no}/statement": PEOPLE,
    "POST /cases/{case_no}/statement": PEOPLE,
    "GET /cases/{case_no}/rating": PEOPLE,
    "POST /cases/{case_no}/rating": PEOPLE,
    "GET /cases/{case_no}/complaint": PEOPLE,
    "POST /cases/{case_no}/complaint": PEOPLE,
    "GET /messages": PEOPLE,
    "POST /messages/{message_id}": PEOPLE,
    "GET /contact": PEOPLE,
    "POST /contact": PEOPLE,
    "GET /contact/{channel}": PEOPLE,
    "POST /contact/{channel}": PEOPLE,
    "GET /contact/{channel}/code": PEOPLE,
    "POST /contact/{channel}/code": PEOPLE,
    "POST /contact/{channel}/consent": PEOPLE,
    "POST /contact/{channel}/removal": PEOPLE,
    "GET /own-complaints": PEOPLE,
    "GET /own-complaints/{complaint_id}": PEOPLE,
    "GET /own-complaints/{complaint_id}/rating": PEOPLE,
    "POST /own-complaints/{complaint_id}/rating": PEOPLE,
    "GET /own-complaint": PEOPLE,
    "POST /own-complaint": PEOPLE,
    "GET /complain": None,
    "POST /complain": None,
    "GET /complaint-status": None,
    "POST /complaint-status": None,
    "GET /complaints": OFFICE | {Role.MONITOR},
    "GET /complaints/{complaint_id}": OFFICE | {Role.MONITOR},
    "GET /complaints/{complaint_id}/acts/{act}": {Role.OFFICER, Role.SUPERVISOR, Role.MONITOR},
    "POST /complaints/{complaint_id}/acts/{act}": {Role.OFFICER, Role.SUPERVISOR, Role.MONITOR},
    "GET /items/{item_code}/apply": PEOPLE,
    "POST /items/{item_code}/apply": PEOPLE,
    "GET /applications/{form_id}": PEOPLE,
    "POST /applications/{form_id}": PEOPLE,
    "GET /applications/{form_id}/way": PEOPLE,
    "POST /applications/{form_id}/way": PEOPLE,
    "GET /applications/{form_id}/questions/{page_id}": PEOPLE,
    "POST /applications/{form_id}/questions/{page_id}": PEOPLE,
    "GET /drafts/{draft_id}": PEOPLE,
    "POST /drafts/{draft_id}": PEOPLE,
    "POST /drafts/{draft_id}/documents": PEOPLE,
    "POST /drafts/{draft_id}/documents/again": PEOPLE,
    "GET /documents/{document_id}": PEOPLE,
    "POST /drafts/{draft_id}/changes": PEOPLE,
    "GET /authorities": PEOPLE,
    "GET /authorities/new": {Role.APPLICANT},
    "POST /authorities/new": {Role.APPLICANT},
    "GET /authorities/claim": {Role.AGENT},
    "POST /authorities/claim": {Role.AGENT},
    "GET /authorities/{authority_id}/end": PEOPLE,
    "POST /authorities/{authority_id}/end": PEOPLE,
    "GET /claims": {Role.OFFICER},
    "GET /claims/{authority_id}": {Role.OFFICER},
    "POST /claims/{authority_id}": {Role.OFFICER},
    "GET /claims/{authority_id}/refusal": {Role.OFFICER},
    "POST /claims/{authority_id}/refusal": {Role.OFFICER},
    "GET /worklist": OFFICE,
    "POST /worklist/assignment": OFFICE,
    "GET /worklist/days": OFFICE,
    "GET /desk": OFFICE,
    "GET /desk/{case_no}": OFFICE,
    "GET /desk/{case_no}/next": OFFICE,
    "GET /find": OFFICE,
    "POST /find": OFFICE,
    "GET /desk/{case_no}/notes": OFFICE,
    "POST /desk/{case_no}/notes": OFFICE,
    "GET /desk/{case_no}/purpose": {Role.OFFICER},
    "POST /desk/{case_no}/purpose": {Role.OFFICER},
    "GET /desk/{case_no}/clocks/{kind}": OFFICE,
    "GET /desk/{case_no}/issued": OFFICE,
    "POST /desk/{case_no}/issued": {Role.OFFICER},
    "POST /desk/{case_no}/issued/{issued_id}": OFFICE,
    "GET /desk/{case_no}/identity": {Role.OFFICER},
    "GET /desk/{case_no}/documents/{document_id}": OFFICE,
    "POST /desk/{case_no}/documents/{document_id}": OFFICE,
    "POST /desk/{case_no}/identity": {Role.OFFICER},
    "GET /desk/{case_no}/acts/{act}": OFFICE,
    "POST /desk/{case_no}/acts/{act}": OFFICE,
    "GET /board": WATCHERS,
    "GET /board/cases": WATCHERS,
    "GET /board/hall": WATCHERS,
    "GET /board/alerts/{alert_id}": WATCHERS,
    "POST /board/alerts/{alert_id}": WATCHERS,
    "GET /board/statistics": WATCHERS,
    "GET /board/statistics/export": WATCHERS,
    "GET /board/measures": {*WATCHERS, Role.INSPECTOR, Role.CREDIT_OFFICER},
    "GET /staff": {Role.SUPERVISOR, Role.HEAD},
    "GET /staff/{staff_id}/acts/{act}": {Role.SUPERVISOR, Role.HEAD},
    "POST /staff/{staff_id}/acts/{act}": {Role.SUPERVISOR, Role.HEAD},
    "GET /audits": {Role.MONITOR},
    "GET /audits/{mandate_id}": {Role.MONITOR},
    "GET /confirmations": {Role.OFFICER, Role.CREDIT_OFFICER, Role.INSPECTOR},
    "GET /inspection": {Role.INSPECTOR},
    "POST /inspection": {Role.INSPECTOR},
    "GET /inspection/{mandate_id}": {Role.INSPECTOR},
    "POST /inspection/{mandate_id}": {Role.INSPECTOR},
    "GET /inspection/{mandate_id}/signals": {Role.INSPECTOR},
    "GET /inspection/{mandate_id}/cases/{case_no}": {Role.INSPECTOR},
    "GET /inspection/{mandate_id}/cases/{case_no}/documents": {Role.INSPECTOR},
    "GET /inspection/{mandate_id}/cases/{case_no}/documents/{document_id}": {Role.INSPECTOR},
    "POST /inspection/{mandate_id}/cases/{case_no}/documents/{document_id}": {Role.INSPECTOR},
    "GET /inspection/{mandate_id}/cases/{case_no}/evidence": {Role.INSPECTOR},
    "GET /identities": {Role.CREDIT_OFFICER},
    "GET /identities/conflicts/{conflict_id}": {Role.CREDIT_OFFICER},
    "POST /identities/conflicts/{conflict_id}": {Role.CREDIT_OFFICER},
    "GET /identities/links/new": {Role.CREDIT_OFFICER},
    "POST /identities/links/new": {Role.CREDIT_OFFICER},
    "GET /identities/links/{alias_id}": {Role.CREDIT_OFFICER},
    "GET /identities/links/{alias_id}/confirmation": {Role.CREDIT_OFFICER},
    "POST /identities/links/{alias_id}/confirmation": {Role.CREDIT_OFFICER},
    "GET /identities/links/{alias_id}/revocation": {Role.CREDIT_OFFICER},
    "POST /identities/links/{alias_id}/revocation": {Role.CREDIT_OFFICER},
    "GET /matters": {Role.CREDIT_OFFICER},
    "GET /matters/objections/{objection_id}": {Role.CREDIT_OFFICER},
    "POST /matters/objections/{objection_id}": {Role.CREDIT_OFFICER},
    "GET /matters/repairs/{repair_id}": {Role.CREDIT_OFFICER},
    "POST /matters/repairs/{repair_id}": {Role.CREDIT_OFFICER},
    "GET /cards": OFFICE | WATCHERS,
    "GET /cards/{card_id}": OFFICE | WATCHERS,
    "GET /cards/{card_id}/acts/{act}": OFFICE | WATCHERS,
    "POST /cards/{card_id}/acts/{act}": OFFICE | WATCHERS,
    "GET /card": WATCHERS,
    "POST /card": WATCHERS,
    "GET /calendars": {Role.CALENDAR_EDITOR},
    "GET /calendars/{year}": {Role.CALENDAR_EDITOR},
    "POST /calendars/{year}": {Role.CALENDAR_EDITOR},
    "GET /calendars/{year}/comparison": {Role.CALENDAR_EDITOR},
    "GET /catalogue": {Role.CATALOGUE_EDITOR},
    "GET /catalogue-searches": {Role.CATALOGUE_EDITOR},
    "GET /rule-packs": {Role.CATALOGUE_EDITOR},
    "GET /catalogue/{item_code}": {Role.CATALOGUE_EDITOR},
    "POST /catalogue/{item_code}/draft": {Role.CATALOGUE_EDITOR},
    "GET /catalogue/{item_code}/draft": {Role.CATALOGUE_EDITOR},
    "POST /catalogue/{item_code}/discard": {Role.CATALOGUE_EDITOR},
    "GET /catalogue/{item_code}/draft/{part}": {Role.CATALOGUE_EDITOR},
    "POST /catalogue/{item_code}/draft/{part}": {Role.CATALOGUE_EDITOR},
    "GET /catalogue/{item_code}/draft/{part}/{number}": {Role.CATALOGUE_EDITOR},
    "POST /catalogue/{item_code}/draft/{part}/{number}": {Role.CATALOGUE_EDITOR},
    "GET /catalogue/{item_code}/preview": {Role.CATALOGUE_EDITOR},
    "GET /catalogue/{item_code}/check": {Role.CATALOGUE_EDITOR},
    "POST /catalogue/{item_code}/check": {Role.CATALOGUE_EDITOR},
    "GET /catalogue/{item_code}/comparison": {Role.CATALOGUE_EDITOR},
    "GET /catalogue/{item_code}/file": {Role.CATALOGUE_EDITOR},
    "POST /catalogue/{item_code}/file": {Role.CATALOGUE_EDITOR},
    "GET /catalogue/{item_code}/download": {Role.CATALOGUE_EDITOR},
    "GET /catalogue/{item_code}/abolition": {Role.CATALOGUE_EDITOR},
    "POST /catalogue/{item_code}/abolition": {Role.CATALOGUE_EDITOR},
    "GET /measures": {Role.CREDIT_OFFICER},
    "POST /measures/draft": {Role.CREDIT_OFFICER},
    "GET /measures/draft": {Role.CREDIT_OFFICER},
    "POST /measures/discard": {Role.CREDIT_OFFICER},
    "GET /measures/draft/{part}": {Role.CREDIT_OFFICER},
    "POST /measures/draft/{part}": {Role.CREDIT_OFFICER},
    "GET /measures/draft/{part}/{number}": {Role.CREDIT_OFFICER},
    "POST /measures/draft/{part}/{number}": {Role.CREDIT_OFFICER},
    "GET /measures/check": {Role.CREDIT_OFFICER},
    "POST /measures/check": {Role.CREDIT_OFFICER},
    "GET /measures/file": {Role.CREDIT_OFFICER},
    "POST /measures/file": {Role.CREDIT_OFFICER},
    "GET /measures/download": {Role.CREDIT_OFFICER},
    "GET /flags": {Role.APPLICANT, Role.CREDIT_OFFICER},
    "GET /flags/{flag_id}": {Role.APPLICANT, Role.CREDIT_OFFICER},
    "GET /flags/{flag_id}/issued": {Role.APPLICANT, Role.CREDIT_OFFICER},
    "POST /flags/{flag_id}/issued/{issued_id}": {Role.APPLICANT, Role.CREDIT_OFFICER},
    "GET /flags/{flag_id}/confirmation": {Role.CREDIT_OFFICER},
    "POST /flags/{flag_id}/confirmation": {Role.CREDIT_OFFICER},
    "GET /flags/{flag_id}/acts/{act}": {Role.APPLICANT, Role.CREDIT_OFFICER},
    "POST /flags/{flag_id}/acts/{act}": {Role.APPLICANT, Role.CREDIT_OFFICER},
    "GET /more": ALERTED,
    "GET /digests": ALERTED,
    "POST /digests": ALERTED,
    "GET /digests/{digest_id}": ALERTED,
    "GET /anomalies": WATCHERS,
    "GET /incidents": {Role.CREDIT_OFFICER, Role.SUPERVISOR, Role.MONITOR},
    "GET /outages": WATCHERS | {Role.INSPECTOR},
    "GET /outage": {Role.MONITOR},
    "POST /outage": {Role.MONITOR},
    "GET /outages/{outage_id}": WATCHERS | {Role.INSPECTOR},
    "GET /outages/{outage_id}/acts/{act}": {Role.MONITOR},
    "POST /outages/{outage_id}/acts/{act}": {Role.MONITOR},
    "GET /webhooks": {Role.HEAD, Role.MONITOR, Role.CALENDAR_EDITOR},
    "POST /webhooks": {Role.HEAD, Role.MONITOR, Role.CALENDAR_EDITOR},
    "GET /webhooks/{webhook_id}": {Role.HEAD, Role.MONITOR, Role.CALENDAR_EDITOR},
    "POST /webhooks/{webhook_id}/rotation": {Role.HEAD, Role.MONITOR, Role.CALENDAR_EDITOR},
    "POST /webhooks/{webhook_id}/removal": {Role.HEAD, Role.MONITOR, Role.CALENDAR_EDITOR},
    "POST /webhooks/{webhook_id}/deliveries/{delivery_id}": {Role.HEAD, Role.MONITOR, Role.CALENDAR_EDITOR},
    "GET /amendments": {Role.CREDIT_OFFICER},
    "GET /amendment": {Role.CREDIT_OFFICER},
    "POST /amendment": {Role.CREDIT_OFFICER},
    "GET /amendments/{amendment_id}": {Role.CREDIT_OFFICER},
    "GET /amendments/{amendment_id}/confirmation": {Role.CREDIT_OFFICER},
    "POST /amendments/{amendment_id}/confirmation": {Role.CREDIT_OFFICER},
    "GET /amendments/{amendment_id}/withdrawal": {Role.CREDIT_OFFICER},
    "POST /amendments/{amendment_id}/withdrawal": {Role.CREDIT_OFFICER},
    "GET /reversals": {Role.CREDIT_OFFICER},
    "GET /reversal": {Role.CREDIT_OFFICER},
    "POST /reversal": {Role.CREDIT_OFFICER},
    "GET /reversals/{reversal_id}": {Role.CREDIT_OFFICER},
    "GET /lookup": {Role.CREDIT_OFFICER},
    "POST /lookup": {Role.CREDIT_OFFICER},
    "GET /records": {Role.CREDIT_OFFICER},
    "POST /records": {Role.CREDIT_OFFICER},
    "GET /records/{source}/{record_id}": {Role.CREDIT_OFFICER},
    "GET /records/{source}/{record_id}/service": {Role.CREDIT_OFFICER},
    "POST /records/{source}/{record_id}/service": {Role.CREDIT_OFFICER},
    "GET /records/{source}/{record_id}/confirmation": {Role.CREDIT_OFFICER},
    "POST /records/{source}/{record_id}/confirmation": {Role.CREDIT_OFFICER},
    "GET /imports": {Role.CREDIT_OFFICER},
    "POST /imports": {Role.CREDIT_OFFICER},
    "GET /imports/{import_id}": {Role.CREDIT_OFFICER},
    "GET /proposals": {Role.CREDIT_OFFICER},
    "GET /proposals/{measure_code}": {Role.CREDIT_OFFICER},
    "POST /proposals/{measure_code}": {Role.CREDIT_OFFICER},
    "GET /credit": {Role.APPLICANT},
    "GET /credit/queries": {Role.APPLICANT},
    "GET /credit/objection": {Role.APPLICANT},
    "POST /credit/objection": {Role.APPLICANT},
    "GET /credit/objections/{objection_id}": {Role.APPLICANT},
    "POST /credit/objections/{objection_id}": {Role.APPLICANT},
    "GET /credit/repair": {Role.APPLICANT},
    "POST /credit/repair": {Role.APPLICANT},
    "GET /credit/repairs/{repair_id}": {Role.APPLICANT},
    "GET /keys": PEOPLE,
    "POST /keys": PEOPLE,
    "POST /keys/{key_id}/revocation": PEOPLE,
}
"""Who sees what; ``None`` is everybody, without a login."""

BY_ROLE = {PERSONAS[name]["claims"]["roles"][0]: name for name in reversed(PERSONAS)}
"""A persona for each role."""


def test_the_table_names_every_page() -> None:
    assert set(SEEN_BY) == set(PAGES)


def test_a_page_is_for_whom_the_table_says() -> None:
    told = {name: None if entry.is_public else set(entry.roles) for name, entry in PAGES.items()}

    assert {name: roles for name, roles in told.items() if roles != SEEN_BY[name]} == {}
    assert [name for name, entry in PAGES.items() if entry.is_public and entry.roles] == []


def test_whoever_may_not_see_a_page_is_told_so_and_whoever_may_is_let_in(visitor: Come) -> None:
    wrong: dict[str, str] = {}
    for role in Role:
        browser = visitor(BY_ROLE[role])
        token = browser.open("/cases").page.forms[0].fields["form_token"][0]
        for name, roles in SEEN_BY.items():
            if roles is None or name == "POST /logout":
                continue
            method, _, path = name.partition(" ")
            path = re.sub(r"{\w+}", "none", path)
            with about(f"{name} as {role}", wrong):
                seen = browser.open(path) if method == "GET" else browser.post(path, {"form_token": token})
                assert (seen.status == 403) == (role not in roles), seen.status

    assert wrong == {}


def test_nobody_without_a_login_comes_further_than_to_the_login(visitor: Come) -> None:
    wrong: dict[str, str] = {}
    for name, roles in SEEN_BY.items():
        if roles is None:
            continue
        method, _, path = name.partition(" ")
        browser = visitor()
        with about(name, wrong):
            if method == "GET":
                assert browser.open(path).url.startswith("https://issuer.test/authorize?")
            else:
                assert browser.post(path, {}).status == 401

    assert wrong == {}
