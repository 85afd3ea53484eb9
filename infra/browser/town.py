"""Fills an empty local cloud with a town: open cases, some of them late, of people who do not exist.

``python3 -m infra.browser.town 300 40`` makes 300 open cases, 40 of them late, in the environment that
``make environment`` prints. It hands each case in through the service itself, as of when it was filed, so that rows,
events and clocks are as the service writes them.
"""

import base64
import json
import random
import sys
from datetime import date, datetime, time, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.cases.model.case import Case, Way
from chalicelib.cases.model.stages import Outcome
from chalicelib.cases.rules.filing import Submission, conditions_signed
from chalicelib.cases.services.commands import Command
from chalicelib.cases.services.drafting import Wish
from chalicelib.clock import SHANGHAI, real_now
from chalicelib.container import container
from chalicelib.http.tokens import caller_from
from chalicelib.policy import Caller
from infra.local.identity import personas
from infra.local.sample_answers import sample_answers
from infra.local.seeding import resident_of

UNASSIGNED: Final = 45
"""About so many open cases are given to nobody; a fifth as many as are open were delivered in the month before."""

FIRST: Final = 5_000
"""From where on applicants are counted: nobody else of the local cloud has these numbers."""

ITEMS: Final = {"plate-replacement": 1, "spouse-household": 2, "business-address": 2}
"""The items, each with the working days that its first step may take."""

FAMILY: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN: Final = "示例合成试样虚拟"
"""People are called after nobody: their given names say what they are."""

OFFICERS: Final = {
    "traffic": {"officer.traffic": "", "town.traffic.1": "陈示例", "town.traffic.2": "吴示例"},
    "market": {"officer.market": "", "officer2.market": "", "town.market.1": "周示例"},
}
"""Who takes cases, by department: personas by their own names, others by the one that stands here."""


def main(opened: int, late: int) -> None:
    """Meet the staff, then file, give most cases to somebody, and decide those of the weeks before."""
    now, dice = real_now().replace(microsecond=0), random.Random(1)  # noqa: S311 - the same town every time
    officers = {
        department: [_officer(sub, name, department, at=now) for sub, name in people.items()]
        for department, people in OFFICERS.items()
    }
    for name in ("supervisor.traffic", "supervisor.market", "head.traffic", "head.market", "monitor"):
        _persona(name, at=now)
    for number in range(opened + opened // 5):
        item, longest = dice.choice(list(ITEMS.items()))
        is_done = number >= opened
        back = dice.randint(0, longest) if late <= number < opened else longest + dice.randint(1, 8)
        at = min(_filed_at(back + 6 * is_done, dice, now=now), now)
        case = _file(FIRST + number, item, at=at)
        if is_done or dice.random() >= UNASSIGNED / opened:
            by = dice.choice(officers[case.department])
            given = container().assignment.assign(
                Command(case_no=case.case_no, by=by, at=at, version=case.version), officer=by.sub
            )
            if is_done:
                _finish(given.case, number, by=by, at=at + timedelta(days=dice.choice((1, 1, 2, 2, 6))))


def _finish(case: Case, number: int, *, by: Caller, at: datetime) -> None:
    """Decide and deliver a case; for one that is late the applicant is told why."""
    decided = container().handling.decide(
        Command(case_no=case.case_no, by=by, at=at, version=case.version),
        outcome=Outcome.GRANTED,
        document_no=f"义示决〔{at.year}〕{number}号",
        late_reason="核对登记信息的系统检修，比承诺的时限晚了几天。",
    )
    container().handling.deliver(Command(case_no=case.case_no, by=by, at=at, version=decided.case.version))


def _persona(name: str, *, at: datetime) -> Caller:
    return container().staff.recognise(caller_from({"sub": name, **personas()[name]["claims"]}, at=at))


def _officer(sub: str, name: str, department: str, *, at: datetime) -> Caller:
    if not name:
        return _persona(sub, at=at)
    own = {"sub": sub, "roles": ["officer"], "department": department, "name": name}
    return container().staff.recognise(caller_from(own, at=at))


def _file(number: int, item: str, *, at: datetime) -> Case:
    """Enrol a key, draft, sign and file as the n-th applicant; give the case."""
    applicant = _applicant(number, at=at)
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": _text(point.x.to_bytes(32)), "y": _text(point.y.to_bytes(32))}
    enrolled = container().signing_keys.enrol(applicant.own_subject(), jwk, at=at).key.key_id
    answers = sample_answers(item, on=at.astimezone(SHANGHAI).date())
    drafted = (
        container().drafting.draft(Wish(item_code=item, answers=answers, way=Way.COMMITMENT), by=applicant, at=at).draft
    )
    header = _text(json.dumps({"alg": "ES256", "kid": enrolled}).encode())
    r, s = utils.decode_dss_signature(
        key.sign(f"{header}.{_text(drafted.payload.encode())}".encode(), ec.ECDSA(SHA256()))
    )
    submission = Submission(
        draft_id=drafted.draft_id,
        confirmed=tuple(condition.id for condition in conditions_signed(drafted)),
        signature=f"{header}..{_text(r.to_bytes(32) + s.to_bytes(32))}",
    )
    return container().filing.file(submission, by=applicant, at=at).case


def name_of(number: int) -> str:
    """Return what the n-th applicant is called, like two or three others of the town."""
    return FAMILY[number % len(FAMILY)] + "".join(GIVEN[2 * (number // len(FAMILY) % 4) :][:2])


def _applicant(number: int, *, at: datetime) -> Caller:
    name = name_of(number)
    subject = {"kind": "resident_id", "number": resident_of(number), "name": name}
    return caller_from({"sub": f"town.{number}", "roles": ["applicant"], "name": name, "subject": subject}, at=at)


def _filed_at(back: int, dice: random.Random, *, now: datetime) -> datetime:
    """Return a moment in office hours so many working days ago."""
    day = now.astimezone(SHANGHAI).date()
    for _ in range(back):
        day = _working_day_until(day - timedelta(days=1))
    day = _working_day_until(day)
    hour = time(dice.randint(9, 16), dice.randrange(60), dice.randrange(60))
    return datetime.combine(day, hour, SHANGHAI).astimezone(now.tzinfo)


def _working_day_until(day: date) -> date:
    calendar = container().calendars.current()
    while not calendar.is_working(day):
        day -= timedelta(days=1)
    return day


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
