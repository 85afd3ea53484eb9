"""An office that handles one case, over HTTP."""

from typing import Any

from chalicelib.cases.model.case import Case, Way
from chalicelib.catalogue.model.items import Acceptance
from tests.builders import NOON, a_plan, an_item
from tests.cloud import Client, Reply, TokenOf, turn_clock
from tests.services.case_office import Applicant, publish


class Office:
    """Somebody's acts on one case, each on the version that the last answer named."""

    def __init__(self, client: Client, token: TokenOf, case: Case) -> None:
        self.client = client
        self.token = token
        self.url = f"/v1/cases/{case.case_no}"
        self.version = case.version

    def act(self, what: str, body: object = None, *, by: str = "officer.traffic", **headers: str) -> Reply:
        sent = {"if_match": f'"{self.version}"', **headers}
        reply = self.client.post(f"{self.url}/{what}", body, token=self.token(by, sub=by), **sent)
        if reply.status == 200:
            self.version = int(reply.headers["etag"].strip('"'))
        return reply

    def done(self, what: str, body: object = None, **other: str) -> Any:  # noqa: ANN401 - any JSON
        reply = self.act(what, body, **other)
        assert reply.status == 200, reply.text
        return reply.body


def a_promise(client: Client, token: TokenOf, *, officers: int = 1, jurisdiction: str = "corrects-first") -> Office:
    turn_clock(NOON)
    publish(an_item(jurisdiction=jurisdiction, verification=a_plan(officers=officers)))
    applicant = Applicant().enrol()
    return Office(client, token, applicant.promise(applicant.draft()).case)


def an_application(client: Client, token: TokenOf) -> Office:
    """A case by certificate that waits for an officer's word."""
    turn_clock(NOON)
    publish(an_item(acceptance=Acceptance.OFFICER))
    applicant = Applicant()
    return Office(client, token, applicant.certify(applicant.draft(way=Way.CERTIFICATE), "old-plate").case)


PAUSE = {
    "ground": "expert_review",
    "basis": "《行政许可法》第45条",
    "expected_days": 5,
    "notice_text": "需要专家评审。",
}
GRANTED = {"outcome": "granted", "document_no": "1号", "reasons": ""}
