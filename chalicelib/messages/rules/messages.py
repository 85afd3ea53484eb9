"""Which message follows from which event, for whom, in which words (消息规则)."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from chalicelib.clock import day_in_shanghai, instant_from
from chalicelib.messages.model.messages import Message, Needs, Party, Turn
from chalicelib.messages.model.telling import Matter, Rule, Template, Wanted, Words
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.events import Event, Json

CLOCKS = ("clocks_started", "clocks_changed")
"""The parts of an event that say what clocks it started or changed."""

DAYS = frozenset({"date", "until", "from", "verify_by"})
"""The blanks that hold a day."""

DEADLINES = frozenset({"until", "verify_by"})
"""Days that people plan by, told with their weekday."""

IDENTIFIER = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15}|[0-9A-Z]{18})(?![0-9A-Za-z])")
"""An identity number (new, old) or an organisation's; offices put them into the numbers of their documents."""

NOT_KNOWN = ("页面所示的日期", "the date on the page")
"""What stands in a blank that the event has no value for, which only days can lack: the person is told all the same."""


def message_id_of(event: Event, recipient: SubjectKey) -> str:
    """Return the id of the one message to a recipient that follows from an event.

    It begins with the instant at which the event was recorded and its place, so that ids sort by them. It names nobody.
    """
    digest = hashlib.sha256(f"{event.id}\n{recipient}".encode()).hexdigest()[:24]
    return f"{re.sub(r'[^0-9TZ]', '', event.recorded_at)}-{event.seq:06}-{digest}"


def rules_that_hold(rules: Sequence[Rule], event: Event) -> tuple[Rule, ...]:
    """Return the rules whose conditions an event meets, in their order."""
    return tuple(rule for rule in rules if all(_meets(event, name, wanted) for name, wanted in rule.when.items()))


def told(rules: Sequence[Rule], matter: Matter) -> Iterator[tuple[SubjectKey, Rule]]:
    """Yield each recipient once, with the first rule that names a part that they have in the matter."""
    seen: set[SubjectKey] = set()
    for rule in rules:
        for part in rule.to:
            recipient = matter.parts.get(part)
            if recipient is not None and recipient not in seen:
                seen.add(recipient)
                yield recipient, rule


def message_of(event: Event, rule: Rule, matter: Matter, recipient: SubjectKey) -> Message:
    """Return the message that a rule makes of an event for one recipient."""
    found = {name: _first(event, sources) for name, sources in rule.facts.items()}
    facts = {
        "item": matter.item,
        "number": IDENTIFIER.sub("…", matter.number),
        "date": day_in_shanghai(instant_from(event.occurred_at)).isoformat(),
        **found,
    }
    turn = rule.turn
    needs = None
    if turn is not None and turn.act is not None:
        needs = Needs(act=turn.act, until=_day(_first(event, turn.until)))
    return Message(
        message_id=message_id_of(event, recipient),
        recipient=recipient,
        kind=rule.message,
        owner=event.owner,
        seq=event.seq,
        event=event.kind,
        made_at=instant_from(event.recorded_at),
        link=matter.link,
        facts={name: value for name, value in facts.items() if value},
        needs=needs,
        told_agent=_is_told_too(rule, matter, recipient),
        authority=matter.authority if recipient == matter.parts.get("agent") else "",
    )


def turn_of(event: Event, rule: Rule, matter: Matter, message: Message) -> Turn | None:
    """Return whose turn it is after an event; None if the event leaves that as it is."""
    if rule.turn is None:
        return None
    return Turn(
        recipient=message.recipient,
        owner=event.owner,
        seq=event.seq,
        party=rule.turn.party,
        act=rule.turn.act,
        until=_day(_first(event, rule.turn.until)),
        link=matter.link,
        title=matter.item,
        item_code=matter.item_code,
        number=matter.number,
        message_id=message.message_id,
        authority=message.authority,
    )


def is_your_turn(turn: Turn, *, on: date) -> bool:
    """Whether somebody can still do what is asked of them; the last day counts, and the day after does not."""
    return turn.party is Party.YOU and (turn.until is None or on <= turn.until)


def in_order(turns: Sequence[Turn], *, on: date) -> tuple[Turn, ...]:
    """Return the turns that are the person's own, the first last day first, those without a date at the end."""
    return by_last_day(turn for turn in turns if is_your_turn(turn, on=on))


def by_last_day(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Return turns by their last day, those without one at the end."""
    return tuple(sorted(turns, key=lambda turn: (turn.until or date.max, turn.owner)))


def words_of(message: Message, template: Template, language: str) -> Words:
    """Return a message in ``zh`` or ``en``; a blank without a value says where to look instead."""
    place = 0 if language == "zh" else 1
    blanks = _Blanks({name: _said(name, value, place) for name, value in message.facts.items()}, NOT_KNOWN[place])
    return Words(title=template.title[place].format_map(blanks), text=template.text[place].format_map(blanks))


def _is_told_too(rule: Rule, matter: Matter, recipient: SubjectKey) -> bool:
    """Whether an agent is told what their principal reads here: the principal must know what others learn (R7.15)."""
    agent = matter.parts.get("agent")
    return agent is not None and agent != recipient and matter.parts.get("subject") == recipient and "agent" in rule.to


class _Blanks(dict[str, str]):
    """Values by blank, and one value for every other blank."""

    def __init__(self, values: Mapping[str, str], otherwise: str) -> None:
        super().__init__(values)
        self._otherwise = otherwise

    def __missing__(self, _name: str) -> str:
        return self._otherwise


def _said(name: str, value: str, place: int) -> str:
    if name not in DAYS:
        return value
    day = date.fromisoformat(value)
    said = (f"{day.year}年{day.month}月{day.day}日", f"{day.day} {day:%B} {day.year}")[place]
    if name not in DEADLINES:
        return said
    return (f"{said}(周{'一二三四五六日'[day.weekday()]})", f"{day:%A} {said}")[place]


def _meets(event: Event, name: str, wanted: Wanted) -> bool:
    if name == "owner":
        found: Json = event.owner.partition(":")[0]
    elif name == "clock":
        return _due_on(event, str(wanted)) is not None
    elif name == "bars":
        return _bars(event) is wanted
    else:
        found = event.data.get(name)
    return found in wanted if isinstance(wanted, tuple) else found == wanted


def _bars(event: Event) -> bool:
    """Whether a record that the event brought stands among the bars that the summary has since."""
    bars = event.data.get("bars")
    records = event.data.get("records")
    named = [each.get("record") for each in records if isinstance(each, Mapping)] if isinstance(records, list) else []
    return isinstance(bars, list) and any(name in bars for name in (*named, event.data.get("record")))


def _first(event: Event, sources: Sequence[str]) -> str:
    """Return the first value that the event has, blank if it has none."""
    for source in sources:
        place, _, name = source.partition(":")
        found = _due_on(event, name) if place == "clock" else event.data.get(name)
        if isinstance(found, str) and found:
            return found
    return ""


def _due_on(event: Event, kind: str) -> str | None:
    """Return the last day of a clock that the event starts or changes."""
    for part in CLOCKS:
        clocks = event.data.get(part)
        for clock in clocks if isinstance(clocks, list) else ():
            if isinstance(clock, Mapping) and clock.get("kind") == kind:
                return str(clock["due_on"])
    return None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
