"""Every address of the API and the file that answers it.

A function must know its addresses when it starts, and needs the file behind one only when that address is asked for:
importing all of them would double the time of a cold start. ``tests/architecture`` holds this list against the routes.
"""

from collections.abc import Mapping
from importlib import import_module

ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "chalicelib.api.supervision.routes.ageing": ("GET /v1/supervision/ageing",),
    "chalicelib.api.credit.routes.identity_links": (
        "POST /v1/credit/aliases",
        "GET /v1/credit/aliases",
        "GET /v1/credit/aliases/{alias_id}",
        "POST /v1/credit/aliases/{alias_id}/confirmation",
        "POST /v1/credit/aliases/{alias_id}/revocation",
    ),
    "chalicelib.api.supervision.routes.cards": (
        "POST /v1/supervision/cards",
        "GET /v1/supervision/cards",
        "GET /v1/supervision/cards/{card_id}",
        "POST /v1/supervision/cards/{card_id}/reply",
        "POST /v1/supervision/cards/{card_id}/appeal",
        "POST /v1/supervision/cards/{card_id}/appeal/decision",
        "POST /v1/supervision/cards/{card_id}/withdrawal",
    ),
    "chalicelib.api.cases.routes.consequences": (
        "POST /v1/cases/{case_no}/verification",
        "POST /v1/cases/{case_no}/verification/confirmation",
        "POST /v1/cases/{case_no}/statement",
        "POST /v1/cases/{case_no}/rectification",
        "POST /v1/cases/{case_no}/rectification/outcome",
        "POST /v1/cases/{case_no}/revocation",
    ),
    "chalicelib.api.cases.routes.handling": (
        "POST /v1/cases/{case_no}/corrections",
        "POST /v1/cases/{case_no}/corrections/{number}/answer",
        "POST /v1/cases/{case_no}/acceptance",
        "POST /v1/cases/{case_no}/pauses",
        "POST /v1/cases/{case_no}/pauses/{number}/end",
        "POST /v1/cases/{case_no}/extension",
        "POST /v1/cases/{case_no}/decision",
        "POST /v1/cases/{case_no}/delivery",
    ),
    "chalicelib.api.cases.routes.assignment": (
        "POST /v1/cases/{case_no}/reopening",
        "POST /v1/cases/{case_no}/assignment",
    ),
    "chalicelib.api.cases.routes.identity_disclosure": ("POST /v1/cases/{case_no}/unmasking",),
    "chalicelib.api.cases.routes.cases": (
        "POST /v1/cases",
        "GET /v1/cases",
        "GET /v1/cases/{case_no}",
        "GET /v1/cases/{case_no}/clocks/{kind}/explanation",
        "GET /v1/cases/{case_no}/timeline",
        "POST /v1/cases/{case_no}/commitment/withdrawal",
        "POST /v1/cases/{case_no}/materials",
        "GET /v1/track/{case_no}",
    ),
    "chalicelib.api.catalogue.routes.items": (
        "GET /v1/items",
        "GET /v1/items/{item_code}",
        "GET /v1/items/{item_code}/versions/{version}",
        "PUT /v1/items/{item_code}/versions/{version}",
        "GET /v1/item-editions",
    ),
    "chalicelib.api.feedback.routes.complaints": (
        "POST /v1/complaints",
        "GET /v1/complaints",
        "GET /v1/complaints/{complaint_id}",
        "POST /v1/complaints/{complaint_id}/transfer",
        "POST /v1/complaints/{complaint_id}/sorting",
        "POST /v1/complaints/{complaint_id}/answer",
    ),
    "chalicelib.api.credit.routes.identity_conflicts": (
        "GET /v1/credit/conflicts",
        "GET /v1/credit/conflicts/{conflict_id}",
        "POST /v1/credit/conflicts/{conflict_id}/decision",
    ),
    "chalicelib.api.credit.routes.checks": (
        "PUT /v1/credit/records/{source}/{record_id}",
        "POST /v1/credit/checks",
        "GET /v1/me/credit",
        "GET /v1/me/credit/queries",
    ),
    "chalicelib.api.cases.routes.drafts": (
        "POST /v1/drafts",
        "GET /v1/drafts",
        "GET /v1/drafts/{draft_id}",
    ),
    "chalicelib.api.calendars.routes": (
        "PUT /v1/calendars/{year}",
        "GET /v1/calendars",
        "GET /v1/calendars/{year}",
        "GET /v1/calendars/{year}/provisional",
    ),
    "chalicelib.api.catalogue.routes.guides": (
        "GET /v1/guides",
        "GET /v1/guides/{guide_code}",
        "GET /v1/guides/{guide_code}/step",
    ),
    "chalicelib.api.service.routes.health": (
        "GET /healthz",
        "GET /readyz",
    ),
    "chalicelib.api.inspection.routes": (
        "POST /v1/inspections",
        "GET /v1/inspections",
        "GET /v1/inspections/{mandate_id}",
        "POST /v1/inspections/{mandate_id}/approval",
        "GET /v1/inspections/{mandate_id}/cases",
        "GET /v1/inspections/{mandate_id}/cases/{case_no}/timeline",
        "GET /v1/inspections/{mandate_id}/readings",
    ),
    "chalicelib.api.sanctions.routes.measures": (
        "PUT /v1/measures/{edition}",
        "GET /v1/measure-editions",
        "POST /v1/flags/{flag_id}/resumption",
    ),
    "chalicelib.api.supervision.routes.measure_statistics": ("GET /v1/supervision/measures",),
    "chalicelib.api.service.routes.openapi": ("GET /openapi.json",),
    "chalicelib.api.credit.routes.imports": (
        "GET /v1/credit/schema",
        "POST /v1/credit/imports",
        "GET /v1/credit/imports/{import_id}",
    ),
    "chalicelib.api.redress.routes.objections": (
        "POST /v1/objections",
        "GET /v1/objections",
        "GET /v1/objections/{objection_id}",
        "POST /v1/objections/{objection_id}/withdrawal",
        "POST /v1/objections/{objection_id}/decision",
    ),
    "chalicelib.api.supervision.routes.outages": (
        "POST /v1/supervision/outages",
        "GET /v1/supervision/outages",
        "GET /v1/supervision/outages/{outage_id}",
        "POST /v1/supervision/outages/{outage_id}/end",
        "POST /v1/supervision/outages/{outage_id}/withdrawal",
    ),
    "chalicelib.api.sanctions.routes.flags": (
        "GET /v1/measures",
        "POST /v1/flags",
        "GET /v1/flags",
        "GET /v1/flags/{flag_id}",
        "POST /v1/flags/{flag_id}/service",
        "POST /v1/flags/{flag_id}/statement",
        "POST /v1/flags/{flag_id}/confirmation",
        "POST /v1/flags/{flag_id}/lifting",
    ),
    "chalicelib.api.redress.routes.repairs": (
        "GET /v1/me/credit/repair",
        "POST /v1/repairs",
        "GET /v1/repairs",
        "GET /v1/repairs/{repair_id}",
        "POST /v1/repairs/{repair_id}/decision",
    ),
    "chalicelib.api.redress.routes.revocations": (
        "POST /v1/reversals",
        "GET /v1/reversals",
        "GET /v1/reversals/{reversal_id}",
    ),
    "chalicelib.api.supervision.routes.anomalies": ("GET /v1/supervision/signals",),
    "chalicelib.api.feedback.routes.ratings": (
        "POST /v1/cases/{case_no}/rating",
        "GET /v1/cases/{case_no}/rating",
        "GET /v1/ratings",
        "POST /v1/ratings/{rating_id}/answer",
    ),
    "chalicelib.api.supervision.routes.digests": (
        "GET /v1/supervision/preferences",
        "PUT /v1/supervision/preferences",
        "GET /v1/supervision/digests",
        "GET /v1/supervision/digests/{digest_id}",
    ),
    "chalicelib.api.supervision.routes.statistics": ("GET /v1/supervision/statistics",),
    "chalicelib.api.supervision.routes.statistics_export": ("GET /v1/supervision/statistics/export",),
    "chalicelib.api.cases.routes.signing_keys": (
        "POST /v1/signing-keys",
        "GET /v1/signing-keys",
        "DELETE /v1/signing-keys/{key_id}",
    ),
    "chalicelib.api.supervision.routes.worklist": ("GET /v1/worklist",),
    "chalicelib.api.supervision.routes.board": (
        "GET /v1/supervision/clocks",
        "GET /v1/supervision/alerts",
        "POST /v1/supervision/alerts/{alert_id}/acknowledgement",
        "GET /v1/supervision/heartbeats",
    ),
    "chalicelib.api.sanctions.routes.flag_notices": (
        "POST /v1/subscriptions",
        "GET /v1/subscriptions",
        "GET /v1/subscriptions/{subscription_id}",
        "DELETE /v1/subscriptions/{subscription_id}",
        "POST /v1/subscriptions/{subscription_id}/subjects",
        "GET /v1/subscriptions/{subscription_id}/flag_notices",
        "POST /v1/subscriptions/{subscription_id}/acknowledgements",
        "GET /v1/flags/{flag_id}/flag_notices",
        "GET /v1/credit/incidents",
    ),
    "chalicelib.api.supervision.routes.webhooks": (
        "POST /v1/webhooks",
        "GET /v1/webhooks",
        "GET /v1/webhooks/{webhook_id}",
        "DELETE /v1/webhooks/{webhook_id}",
        "POST /v1/webhooks/{webhook_id}/rotation",
        "GET /v1/webhooks/{webhook_id}/deliveries",
        "POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    ),
}


def import_all() -> None:
    """Import every file of routes, for whoever must see them all."""
    for file in ADDRESSES:
        import_module(file)
