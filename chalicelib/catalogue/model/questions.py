"""What an item asks of an applicant (表单项): the questions, how they are answered, and who is shown the answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Answer: TypeAlias = bool | str
"""One of the answers of a choice."""

Given: TypeAlias = Answer | Mapping[str, str]
"""An applicant's answer to one question: of an address, an organisation or a person, its parts by name."""

Answers: TypeAlias = Mapping[str, Given]
"""An applicant's answers by question id."""


class QuestionKind(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    """A postal address with its district (通信地址): ``district`` by GB/T 2260, and ``detail`` from the street on."""
    PLATE = "plate"
    """The number of a vehicle's plate (车牌号)."""
    DOCUMENT = "document"
    """Answered with a file, which may be handed in like a material; it takes no answer in the form."""
    ORGANISATION = "organisation"
    """``name`` and ``number``, its code by GB 32100 (统一社会信用代码)."""
    PERSON = "person"
    """``name`` and ``number``, that of a resident's identity card or residence permit."""


PARTS: Mapping[QuestionKind, tuple[str, ...]] = {
    QuestionKind.ADDRESS: ("district", "detail"),
    QuestionKind.ORGANISATION: ("name", "number"),
    QuestionKind.PERSON: ("name", "number"),
}
"""The kinds whose answers have parts, all of which are needed."""


class Place(StrEnum):
    """Where an answer is shown after signing; the promise itself shows all of them."""

    RECEIPT = "receipt"
    OWN_CASE = "own_case"
    DESK = "desk"
    EVIDENCE = "evidence"
    """The timeline, which inspectors read and others verify; a sensitive answer stands there by its digest."""


class Known(StrEnum):
    """From where a form may be filled in beforehand (预填来源)."""

    IDENTITY = "identity"
    """The login: the name for a text, name and number for a person or an organisation."""
    CONTACT = "contact"
    """The phone number or e-mail address at which messages reach the person."""
    BEFORE = "before"
    """What the person last answered to a question with the same id and kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The answer on which a question or a material depends (情形条件)."""

    question: str
    equals: Answer

    def holds(self, answers: Answers) -> bool:
        """Return whether the answers meet the condition; ``True`` and ``"true"`` are different answers."""
        answer = answers.get(self.question)
        return type(answer) is type(self.equals) and answer == self.equals


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the answers of a choice."""

    value: Answer
    text: str
    text_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What an answer must keep to (校验规则), beyond what its kind asks.

    ``shortest`` and ``longest`` are in characters (0: no minimum, the kind's own maximum), for texts; ``pattern`` is
    the name of one of the patterns of ``catalogue/rules/answers.py``, for lines. ``least`` and ``most`` are decimal
    numbers in text ("0.5"; blank: no bound), and ``decimals`` how many places a number may have. ``earliest`` and
    ``latest`` are in days from the day of the draft, which itself is 0; ``not_before`` is the id of an earlier
    question for a date.
    """

    shortest: int = 0
    longest: int = 0
    pattern: str = ""
    least: str = ""
    most: str = ""
    decimals: int = 0
    earliest: int | None = None
    latest: int | None = None
    not_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing that an item asks (表单项); ``text`` is its label, and only choices have ``options``.

    With ``when`` it is asked of those alone who answered an earlier question so. Consecutive questions of one ``group``
    are asked together. A ``sensitive`` answer is encrypted, and read by nobody but the applicant, who acts for them,
    and the staff who handle the case.
    """

    id: str
    text: str
    kind: QuestionKind = QuestionKind.CHOICE
    required: bool = True
    options: tuple[Option, ...] = ()
    text_en: str = ""
    help: str = ""
    help_en: str = ""
    when: When | None = None
    check: Check = Check()
    sensitive: bool = False
    shown: tuple[Place, ...] = tuple(Place)
    group: str = ""
    known: Known | None = None

    @property
    def is_open(self) -> bool:
        """Whether the answer stands in words in what is signed and kept on the timeline."""
        return Place.EVIDENCE in self.shown and not self.sensitive

    def has_option(self, answer: Given) -> bool:
        """Return whether this is one of the options; ``True`` and ``"true"`` are different answers."""
        return any(type(option.value) is type(answer) and option.value == answer for option in self.options)
