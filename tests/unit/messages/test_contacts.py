"""Contacts: which values are some, what confirms them, and what each act of the person leaves."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.errors import DomainError
from chalicelib.messages.model.contacts import AskedCode, Contact, ContactSource, Reach
from chalicelib.messages.model.messages import Channel
from chalicelib.messages.rules import contacts as rules
from chalicelib.subjects.model.subjects import SubjectKey

AT = datetime(2026, 11, 26, 1, 12, tzinfo=UTC)
LATER = AT + timedelta(days=1)
ANA = SubjectKey("k1.a")
KEY = b"k" * 32
NOBODY = Contact(subject=ANA)
SMS, EMAIL = Channel.SMS, Channel.EMAIL


def asked(
    contact: Contact = NOBODY, reach: Reach | None = None, value: str = "+8613800138000"
) -> tuple[Contact, Reach]:
    return rules.ask(contact, reach or Reach(), SMS, value, digest=value, code_id="c1", at=AT)


def confirmed(value: str = "+8613800138000") -> tuple[Contact, Reach]:
    contact, reach = asked(value=value)
    code = contact.asked_on(SMS)
    assert code is not None
    return rules.confirm(contact, reach, code, at=AT)


def vouched(contact: Contact, reach: Reach, value: str) -> tuple[Contact, Reach]:
    return rules.vouch(contact, reach, SMS, value, digest=value, at=LATER)


def test_an_sms_goes_to_mobile_numbers_and_an_e_mail_to_addresses() -> None:
    assert rules.value_of(SMS, "138 0013 8000") == "+8613800138000"
    assert rules.value_of(SMS, "010-88888888") is None
    assert rules.value_of(SMS, "zhang@example.com") is None
    assert rules.value_of(EMAIL, "zhang＠example.com") == "zhang@example.com"


@pytest.mark.parametrize(("channel", "code"), [(SMS, "mobile_invalid"), (EMAIL, "email_invalid")])
def test_what_is_none_is_refused_at_its_field(channel: Channel, code: str) -> None:
    with pytest.raises(DomainError, match="INVALID_BODY") as refused:
        rules.require_value(channel, "x")

    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/value", code)]
    assert rules.require_value(SMS, "138 0013 8000") == "+8613800138000"


@pytest.mark.parametrize(
    ("channel", "value", "shown"),
    [
        (SMS, "+8613800138000", "138****8000"),
        (SMS, "+85261234567", "+852****4567"),
        (EMAIL, "zhang.san@example.com", "z****@example.com"),
        (EMAIL, "z@example.com", "z****@example.com"),
    ],
)
def test_a_value_is_masked_so_that_its_owner_knows_it(channel: Channel, value: str, shown: str) -> None:
    assert rules.masked(channel, value) == shown


def test_one_number_of_two_persons_has_two_digests() -> None:
    one, other = (rules.digest_of(SubjectKey(who), "+8613800138000", key=KEY) for who in ("k1.a", "k1.b"))

    assert one != other
    assert one == rules.digest_of(ANA, "+8613800138000", key=KEY)


def test_a_code_is_six_digits_that_follow_from_the_key_the_person_and_the_asking() -> None:
    contact, _ = asked()
    code = contact.asked_on(SMS)
    assert code is not None

    made = rules.code_of(ANA, code, key=KEY)

    assert (len(made), made.isdigit()) == (6, True)
    assert made != rules.code_of(ANA, code, key=b"l" * 32)
    assert made != rules.code_of(SubjectKey("k1.b"), code, key=KEY)


def test_a_code_is_good_until_its_ten_minutes_are_over() -> None:
    contact, _ = asked()
    code = contact.asked_on(SMS)
    assert code is not None
    made = rules.code_of(ANA, code, key=KEY)
    end = AT + timedelta(minutes=10)

    assert rules.require_code(contact, SMS, made, key=KEY, at=end - timedelta(seconds=1)) == code
    with pytest.raises(DomainError, match="CONTACT_CODE_EXPIRED"):
        rules.require_code(contact, SMS, made, key=KEY, at=end)
    with pytest.raises(DomainError, match="CONTACT_CODE_EXPIRED"):
        rules.require_code(contact, EMAIL, made, key=KEY, at=AT)
    with pytest.raises(DomainError, match="CONTACT_CODE_WRONG"):
        rules.require_code(contact, SMS, "", key=KEY, at=AT)


def test_asking_again_replaces_what_waited() -> None:
    contact, reach = asked(*asked(), value="+8613900139000")

    assert [one.masked for one in contact.asked] == ["139****9000"]
    assert reach.asked == {SMS: "+8613900139000"}


def test_who_confirms_a_value_agrees_to_it_and_nothing_waits_any_more() -> None:
    contact, reach = confirmed()

    point = contact.point(SMS)
    assert point is not None
    assert (point.source, point.version, point.has_consent) == (ContactSource.GIVEN, 1, True)
    assert (contact.asked, reach.asked, reach.confirmed) == ((), {}, {SMS: "+8613800138000"})


def test_the_platform_replaces_its_own_word_and_never_the_persons() -> None:
    theirs, _ = confirmed()
    known, _ = vouched(NOBODY, Reach(), "a")

    assert rules.is_news(NOBODY, SMS, "a")
    assert not rules.is_news(theirs, SMS, "a")
    assert not rules.is_news(known, SMS, "a")
    assert rules.is_news(known, SMS, "b")


def test_a_number_of_the_platform_comes_without_consent_and_a_new_one_keeps_what_was_said() -> None:
    known, reach = vouched(NOBODY, Reach(), "+8613800138000")
    agreed = rules.with_consent(known, SMS, at=AT)
    moved, there = vouched(agreed, reach, "+8613900139000")

    first, second = known.point(SMS), moved.point(SMS)
    assert first is not None
    assert second is not None
    assert (first.has_consent, second.has_consent) == (False, True)
    assert (first.version, second.version, there.confirmed) == (1, 2, {SMS: "+8613900139000"})


def test_consent_is_withdrawn_and_given_again() -> None:
    contact, _ = confirmed()

    withdrawn = rules.withdraw_consent(contact, SMS, at=LATER)
    again = rules.with_consent(withdrawn, SMS, at=LATER)

    points = [each.point(SMS) for each in (withdrawn, again)]
    assert [(point.has_consent, point.withdrawn_at) for point in points if point] == [(False, LATER), (True, None)]
    assert rules.withdraw_consent(withdrawn, SMS, at=LATER) == withdrawn
    assert rules.with_consent(contact, SMS, at=LATER) == contact


def test_there_is_no_consent_without_a_contact() -> None:
    with pytest.raises(DomainError, match="NOT_FOUND"):
        rules.with_consent(NOBODY, SMS, at=AT)
    with pytest.raises(DomainError, match="NOT_FOUND"):
        rules.withdraw_consent(NOBODY, EMAIL, at=AT)


def test_what_is_taken_away_leaves_nothing_and_its_version_never_comes_again() -> None:
    contact, reach = rules.without(*confirmed(), SMS)

    back, _ = rules.confirm(*asked(contact, reach), _waiting(asked(contact, reach)[0]), at=AT)

    assert (contact.points, reach) == ((), Reach())
    assert [point.version for point in back.points] == [2]


def test_the_platform_brings_nothing_back_that_the_person_has_taken_away() -> None:
    contact, reach = rules.take_away(*confirmed(), SMS)
    back, _ = rules.confirm(*asked(contact, reach), _waiting(asked(contact, reach)[0]), at=AT)

    assert not rules.is_news(contact, SMS, "another")
    assert rules.is_news(contact, EMAIL, "another")
    assert (contact.taken_away, back.taken_away) == ((SMS,), ())
    assert rules.take_away(contact, reach, EMAIL) == (contact, reach)


def _waiting(contact: Contact) -> AskedCode:
    found = contact.asked_on(SMS)
    assert found is not None
    return found


def test_values_are_in_no_traceback() -> None:
    _, reach = confirmed()

    assert "138" not in repr(reach)


def test_a_number_is_listed_under_what_nobody_can_guess_without_the_key() -> None:
    number, other = "+8613800138000", b"o" * 32

    place, owner = rules.listed_under(number, key=KEY), rules.listed_as(ANA, number, key=KEY)

    assert rules.listed_under(number, key=KEY) == place
    assert rules.listed_under(number, key=other) != place
    assert rules.listed_as(ANA, number, key=other) != owner
    assert rules.listed_as(SubjectKey("k1.b"), number, key=KEY) != owner
    assert owner.removeprefix("owner:") != rules.digest_of(ANA, number, key=KEY)
    assert not [part for part in (place, owner) if number[-8:] in part or ANA in part]
