"""HTTP routes for daily digests of alerts (每日摘要) and for how recipients want to be warned."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.alerts.model.digests import Preference, Yellow
from chalicelib.api.supervision.schemas import RECIPIENTS, AlertResponse, alert_response
from chalicelib.container import container
from chalicelib.http.routes import Answer, Call, PageQuery, PageResponse, RequestBody, ResponseBody, Routes

routes = Routes("supervision")


class AlertPreferencesRequest(RequestBody):
    """When yellow alerts are pushed; red ones are always pushed at once."""

    yellow: Yellow


class RecipientPreferenceResponse(ResponseBody):
    """The setting of one recipient (``<role>.<department>``), shared by everybody with that role there."""

    recipient: str
    yellow: Yellow
    set_at: datetime | None


class AlertPreferencesResponse(ResponseBody):
    """The settings of all the caller's roles: ``daily`` only if every one of them is."""

    yellow: Yellow
    desks: tuple[RecipientPreferenceResponse, ...]


class DigestsQuery(PageQuery):
    """The page of digests, or of the alerts in a digest."""


class DigestResponse(ResponseBody):
    """A digest: recipient, day, number of alerts, and when it was pushed."""

    id: Annotated[str, Field(validation_alias="digest_id")]
    recipient: str
    day: date
    alerts: Annotated[int, Field(validation_alias="number")]
    made_at: datetime
    published_at: datetime | None


class DigestPageResponse(PageResponse):
    """A page of digests, newest first for each recipient."""

    items: list[DigestResponse]


class DigestDetailResponse(DigestResponse, PageResponse):
    """A digest with a page of its alerts as they stand now, oldest first."""

    items: list[AlertResponse]


@routes.get(
    "/v1/supervision/preferences",
    summary="How the caller's desks want to be warned",
    roles=RECIPIENTS,
    answer=AlertPreferencesResponse,
)
def preferences(call: Call[None]) -> Answer[AlertPreferencesResponse]:
    """Return the caller's settings."""
    return Answer(body=_preferences(container().digests.preferences(by=call.caller)))


@routes.put(
    "/v1/supervision/preferences",
    summary="Have yellow alerts pushed one by one, or once a day",
    roles=RECIPIENTS,
    body=AlertPreferencesRequest,
    answer=AlertPreferencesResponse,
)
def prefer(call: Call[AlertPreferencesRequest]) -> Answer[AlertPreferencesResponse]:
    """Change the settings of all the caller's roles."""
    return Answer(body=_preferences(container().digests.prefer(call.body.yellow, by=call.caller, at=call.at)))


@routes.get(
    "/v1/supervision/digests",
    summary="The digests of the caller's desks",
    roles=RECIPIENTS,
    query=DigestsQuery,
    answer=DigestPageResponse,
)
def digests(call: Call[None]) -> Answer[DigestPageResponse]:
    """List digests."""
    place = None if call.position is None else dict(call.position)
    found, following = container().digests.page(by=call.caller, limit=call.query.limit, after=place)
    items = [DigestResponse.model_validate(one) for one in found]
    return Answer(body=DigestPageResponse(items=items, next_cursor=call.next_cursor(following)))


@routes.get(
    "/v1/supervision/digests/{digest_id}",
    summary="One digest, with its alerts as they stand now",
    roles=RECIPIENTS,
    query=DigestsQuery,
    answer=DigestDetailResponse,
)
def digest(call: Call[None]) -> Answer[DigestDetailResponse]:
    """Return a digest."""
    found = container().digests.digest(call.path["digest_id"], by=call.caller)
    place = None if call.position is None else dict(call.position)
    alerts, following = container().digests.alerts_of(found, limit=call.query.limit, after=place)
    body = DigestDetailResponse.of(
        found,
        items=[alert_response(alert) for alert in alerts],
        next_cursor=call.next_cursor(following),
    )
    return Answer(body=body)


def _preferences(desks: tuple[Preference, ...]) -> AlertPreferencesResponse:
    is_daily = bool(desks) and all(desk.yellow is Yellow.DAILY for desk in desks)
    return AlertPreferencesResponse(
        yellow=Yellow.DAILY if is_daily else Yellow.AT_ONCE,
        desks=tuple(RecipientPreferenceResponse.model_validate(desk) for desk in desks),
    )
