"""Messages and the people whom they reach, for tests that send."""

from dataclasses import replace
from datetime import UTC, datetime

from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.messages.model.contacts import Contact, Language, Reach
from chalicelib.messages.model.messages import Channel, Message, Needs
from chalicelib.messages.rules import contacts as contact_rules
from chalicelib.subjects.model.subjects import SubjectKey

AT = datetime(2026, 11, 26, 1, 12, tzinfo=UTC)
"""09:12 in Shanghai."""

ANA = SubjectKey("k1.a")
SMS, EMAIL = Channel.SMS, Channel.EMAIL


def a_message(number: int = 1, *, recipient: SubjectKey = ANA, needs: Needs | None = None, **facts: str) -> Message:
    return Message(
        message_id=f"20261126T011200Z-{number:024x}",
        recipient=recipient,
        kind="received",
        owner="case:A",
        seq=number,
        event="case:filed",
        made_at=AT,
        link="cases/A",
        facts={"item": "补领机动车号牌", "number": "A", "date": "2026-11-26", **facts},
        needs=needs,
    )


def reached(
    *, phone: str = "+8613800138000", email: str = "ana@example.com", of: SubjectKey = ANA, language: Language = "zh"
) -> Contact:
    """Give somebody a phone and a mailbox, each with consent; one that is blank is taken away."""
    store = container().contact_store
    kept = store.find(of)
    contact, reach = replace(kept.contact, language=language), Reach()
    for channel, value in ((SMS, phone), (EMAIL, email)):
        contact, reach = contact_rules.without(contact, reach, channel)
        if value:
            contact, reach = contact_rules.ask(contact, reach, channel, value, digest=value, code_id="1", at=AT)
            asked = contact.asked_on(channel)
            assert asked is not None
            contact, reach = contact_rules.confirm(contact, reach, asked, at=AT)
    with transaction() as tx:
        return store.save(kept, contact, reach, tx)
