"""Webhooks (系统推送): the endpoints of one's department's systems, their secrets, and what became of each delivery."""

from typing import Final

from chalicelib.alerts.model.webhooks import DeliveryState, Topic
from chalicelib.alerts.services.webhooks import KEEPERS
from chalicelib.api.supervision.routes import webhooks
from chalicelib.api.supervision.routes.webhooks import WebhookResponse
from chalicelib.policy import Role
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.forms import unanswered
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect

PEOPLE: Final = tuple(role for role in KEEPERS if role is not Role.SYSTEM)
ONE: Final = "/webhooks/{webhook_id}"
TOPICS: Final = {
    Topic.ALERT_RAISED: "webhook_alert",
    Topic.DIGEST_MADE: "webhook_digest",
    Topic.FLAG_TOLD: "webhook_flag",
}
"""What an event is called, by the name of its text."""


@pages.get("/webhooks", roles=PEOPLE)
def list_webhooks(visit: PageRequest) -> Page:
    """List the department's endpoints, with the form to register another."""
    cursor = {"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {}
    facts = {
        "found": visit.look_through(webhooks.page, query={"limit": "20"} | cursor),
        "topics": TOPICS,
        "choices": [(topic.value, text(name, visit.language)) for topic, name in TOPICS.items()],
        "done": visit.query.get("done"),
    }
    return Page(template="webhooks.html", facts=facts)


@pages.post("/webhooks", roles=PEOPLE, form="/webhooks")
def register(visit: PageRequest) -> Page | Redirect:
    """Register an endpoint; the page that follows shows its secret, and no later one does."""
    return submit(
        visit,
        webhooks.subscribe,
        {"url": visit.sent("url"), "events": list(visit.form.get("events", ()))},
        ask=list_webhooks,
        onward=_secret,
        at={"": "url"},
        unanswered=unanswered(visit, events="webhook_choose_events"),
    )


@pages.get(ONE, roles=PEOPLE)
def read_webhook(visit: PageRequest) -> Page:
    """Show an endpoint and its deliveries in one state, those that were given up first."""
    state = visit.query.get("state") or DeliveryState.DEAD.value
    cursor = {"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {}
    query = {"limit": "20", "state": state} | cursor
    facts = {
        "one": visit.get(webhooks.read),
        "found": visit.look_through(webhooks.deliveries, query=query),
        "state": state,
        "states": tuple(DeliveryState),
        "topics": TOPICS,
        "done": visit.query.get("done"),
    }
    return Page(template="webhook.html", facts=facts)


@pages.post(f"{ONE}/rotation", roles=PEOPLE, form=ONE)
def rotate(visit: PageRequest) -> Page:
    """Make a new secret, and show it this once."""
    return _secret(visit.do(webhooks.rotate))


@pages.post(f"{ONE}/removal", roles=PEOPLE, form=ONE)
def remove(visit: PageRequest) -> Redirect:
    """Send nothing more to an endpoint."""
    visit.do(webhooks.end)
    return Redirect(to="webhooks", query={"done": "removed"})


@pages.post(f"{ONE}/deliveries/{{delivery_id}}", roles=PEOPLE, form=ONE)
def send_again(visit: PageRequest) -> Redirect:
    """Deliver again what was delivered or given up."""
    visit.do(webhooks.replay)
    return Redirect(to=f"webhooks/{visit.path['webhook_id']}", query={"done": "again", "state": "pending"})


def _secret(webhook: WebhookResponse) -> Page:
    return Page(template="webhook_secret.html", facts={"one": webhook})
