"""What people are told: in the portal, by SMS and by e-mail, which the local catcher keeps instead of sending."""

import re
from typing import Any

from infra.local.demo import narration
from infra.local.demo.checks import expect, the_one
from infra.local.demo.clocks import wait_for
from infra.local.demo.person import Person
from infra.local.messages import sent

CHANNELS = {"sms": ("13900000000", "短信", "SMS"), "email": ("li.shili@example.com", "邮件", "e-mail")}
"""What the applicant gives on each channel, and what the channel is called."""

CODE = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")


def gives_contacts(person: Person) -> None:
    """Give a number and an address, and confirm each by the code that is sent to it."""
    for channel, (value, _, _) in CHANNELS.items():
        place = f"/v1/contact/{channel}"
        person.delete(place).is_done(200)
        before = len(sent())
        person.put(place, {"value": value}).is_done(200)
        code = CODE.search(_sent(channel, since=before, part="验证码" if channel == "sms" else "")["text"])
        expect(f"a code by {channel} (验证码)", code is not None, expected=True)
        found = person.post(f"{place}/confirmation", {"code": code[0] if code else ""}).is_done(200).body
        point = the_one("the contact (联系方式)", found["channels"], channel=channel)
        expect("agreed to it (同意)", point["consent"], expected=True)
    narration.fact(
        "留下手机号和邮箱,用收到的验证码确认", "a phone number and an e-mail address, each confirmed by its code"
    )


def is_told(channel: str, *, since: int, part: str) -> str:
    """Wait for the text on a channel that has a part, print it, and return it."""
    _, chinese, english = CHANNELS[channel]
    text = str(_sent(channel, since=since, part=part)["text"])
    said = next(line for line in text.splitlines() if part in line)
    narration.note(f"{chinese} · {english}: {said}")
    return text


def reads(person: Person, kind: str, *, link: str) -> dict[str, Any]:
    """Wait for a message in the portal that leads to a page, open it, and return it as it then is."""

    def look() -> dict[str, Any] | None:
        messages = person.get("/v1/messages?limit=20").is_done(200).body["items"]
        about = [one for one in messages if (one["kind"], one["link"]) == (kind, link)]
        return about[0] if about else None

    message = wait_for(f"the message {kind} (消息)", look)
    read: dict[str, Any] = person.post(f"/v1/messages/{message['id']}/reading", {}).is_done(200).body
    narration.note(f"{read['title']['zh']} · {read['title']['en']}")
    return read


def _sent(channel: str, *, since: int, part: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found = [one for one in sent()[since:] if one["channel"] == channel and part in one["text"]]
        return found[0] if found else None

    return wait_for(f"a message by {channel} (消息)", look)
