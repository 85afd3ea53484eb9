"""Digests over HTTP: how the caller's desks want to be warned, and what they were told together."""

from datetime import date, datetime

from chalicelib.alerts.model.digests import Digest, Preference, Yellow
from chalicelib.api.supervision.schemas import RECIPIENTS, AlertShape, alert_shape
from chalicelib.http.routes import Answer, Body, Call, Page, PageQuery, Routes, Shape
from chalicelib.wiring import services

routes = Routes("supervision")


class PreferencesBody(Body):
    """When yellow alerts are pushed; red ones never wait."""

    yellow: Yellow


class DeskShape(Shape):
    """How one desk (``<role>.<department>``) wants to be warned; everybody who sits there is told the same."""

    recipient: str
    yellow: Yellow
    set_at: datetime | None


class PreferencesShape(Shape):
    """How the caller's desks want to be warned: ``daily`` only where all of them want it so."""

    yellow: Yellow
    desks: tuple[DeskShape, ...]


class DigestsQuery(PageQuery):
    """A page of digests, or of a digest's alerts."""


class DigestShape(Shape):
    """A digest: whose, of which day, how many alerts it told of, and when it was pushed."""

    id: str
    recipient: str
    day: date
    alerts: int
    made_at: datetime
    published_at: datetime | None


class DigestPage(Page):
    """Digests, each desk's newest first."""

    items: list[DigestShape]


class DigestInFull(DigestShape, Page):
    """A digest with a page of its alerts as they stand now, oldest first."""

    items: list[AlertShape]


@routes.get(
    "/v1/supervision/preferences",
    summary="How the caller's desks want to be warned",
    roles=RECIPIENTS,
    answer=PreferencesShape,
)
def preferences(call: Call[None]) -> Answer[PreferencesShape]:
    """Tell how the caller's desks want to be warned."""
    return Answer(body=_preferences(services().digests.preferences(by=call.caller)))


@routes.put(
    "/v1/supervision/preferences",
    summary="Have yellow alerts pushed one by one, or once a day",
    roles=RECIPIENTS,
    body=PreferencesBody,
    answer=PreferencesShape,
)
def prefer(call: Call[PreferencesBody]) -> Answer[PreferencesShape]:
    """Change how the caller's desks want to be warned, from now on."""
    return Answer(body=_preferences(services().digests.prefer(call.body.yellow, by=call.caller, at=call.at)))


@routes.get(
    "/v1/supervision/digests",
    summary="The digests of the caller's desks",
    roles=RECIPIENTS,
    query=DigestsQuery,
    answer=DigestPage,
)
def digests(call: Call[None]) -> Answer[DigestPage]:
    """List digests."""
    place = None if call.position is None else dict(call.position)
    found, following = services().digests.page(by=call.caller, limit=call.query.limit, after=place)
    return Answer(body=DigestPage(items=[_digest(one) for one in found], next_cursor=call.next_cursor(following)))


@routes.get(
    "/v1/supervision/digests/{digest_id}",
    summary="One digest, with its alerts as they stand now",
    roles=RECIPIENTS,
    query=DigestsQuery,
    answer=DigestInFull,
)
def digest(call: Call[None]) -> Answer[DigestInFull]:
    """Show one digest."""
    found = services().digests.digest(call.path["digest_id"], by=call.caller)
    place = None if call.position is None else dict(call.position)
    alerts, following = services().digests.alerts_of(found, limit=call.query.limit, after=place)
    body = DigestInFull(
        **_digest(found).model_dump(),
        items=[alert_shape(alert) for alert in alerts],
        next_cursor=call.next_cursor(following),
    )
    return Answer(body=body)


def _preferences(desks: tuple[Preference, ...]) -> PreferencesShape:
    is_daily = bool(desks) and all(desk.yellow is Yellow.DAILY for desk in desks)
    return PreferencesShape(
        yellow=Yellow.DAILY if is_daily else Yellow.AT_ONCE,
        desks=tuple(DeskShape(recipient=desk.recipient, yellow=desk.yellow, set_at=desk.set_at) for desk in desks),
    )


def _digest(digest: Digest) -> DigestShape:
    return DigestShape(
        id=digest.digest_id,
        recipient=digest.recipient,
        day=digest.day,
        alerts=digest.number,
        made_at=digest.made_at,
        published_at=digest.published_at,
    )
