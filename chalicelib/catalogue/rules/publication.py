"""What an item must satisfy to be published; all faults are reported at once, each with its place in the document."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime, time
from itertools import chain
from math import ceil

from chalicelib.catalogue.model.faults import ItemFault, fault
from chalicelib.catalogue.model.items import Acceptance, Granularity, Item, Material, Method, Way
from chalicelib.catalogue.model.questions import Check, Question, QuestionKind, When
from chalicelib.catalogue.model.terms import WrittenLimit
from chalicelib.catalogue.rules.answer_forms import CHECKS, LONGEST, PATTERNS, PREFILLED, decimal_of
from chalicelib.catalogue.rules.text_checks import blank, catch_all, incomplete, repeated, wording
from chalicelib.catalogue.rules.words import plain
from chalicelib.errors import FieldError
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.workdays.model.limits import Limit, Unit

ORDINARY_RISK = "ordinary"
"""The risk class of items that no rule pack excludes."""

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

WAYS = (
    frozenset({Way.COMMITMENT, Way.CERTIFICATE}),
    frozenset({Way.CERTIFICATE}),
    frozenset({Way.SHARED}),
)
"""The allowed ways to obtain a material: a promise is always optional, and a shared material is never asked for."""

LEAST_HOURS = {
    Unit.HOURS: 1,
    Unit.WORKING_HOURS: 1,
    Unit.WORKING_DAYS: 24,
    Unit.CALENDAR_DAYS: 24,
    Unit.MONTHS: 28 * 24,
}
"""The fewest hours that one unit can last."""

MOST_HOURS = {Unit.HOURS: 1, Unit.CALENDAR_DAYS: 24, Unit.MONTHS: 31 * 24}
"""The most hours that one unit can last; working days and hours have no maximum because of holidays."""

IN_OFFICE = frozenset({Unit.WORKING_HOURS, Unit.WORKING_DAYS})
"""Units in which rest days do not count."""

OFFICERS = (1, 2)


def faults_of(item: Item, *, packs: Sequence[RulePack], departments: Collection[str] = ()) -> tuple[FieldError, ...]:
    """Return everything that prevents publication, in the document's order; empty if the item may be published.

    Pointers refer to the item's JSON form. ``departments`` are the configured ones, if any: no board shows the clocks
    of any other department.
    """
    return tuple(
        chain(
            _faults_of_basics(item),
            _faults_of_department(item, departments),
            _faults_of_risk(item, packs),
            _faults_of_acceptance(item),
            _faults_of_limits(item, packs),
            _faults_of_questions(item),
            _faults_of_conditions(item),
            _faults_of_materials(item),
            _faults_of_notice(item),
            _faults_of_verification(item),
            _faults_of_recommitment(item),
            _faults_of_proxy(item),
            _faults_of_words(item),
        ),
    )


def fits(inner: Sequence[Limit], outer: Limit, *, hours_a_day: int) -> bool:
    """Return whether these limits, one after the other, are certain to end within the outer one.

    Within one unit they are added up. Across units the longest possible inner duration is compared with the shortest
    possible outer one: 2 calendar days fit into 2 working days and 28 into a month; working days, which any number of
    holidays may stretch, fit only into working days. Working hours fit into as many working days as offices, open for
    at least ``hours_a_day`` whole hours each, need for them.
    """
    units = {limit.unit for limit in inner}
    if units == {outer.unit}:
        return sum(limit.value for limit in inner) <= outer.value
    if units <= IN_OFFICE and outer.unit is Unit.WORKING_DAYS:
        hours = sum(limit.value for limit in inner if limit.unit is Unit.WORKING_HOURS)
        days = sum(limit.value for limit in inner if limit.unit is Unit.WORKING_DAYS)
        return days + ceil(hours / hours_a_day) <= outer.value
    if any(limit.unit not in MOST_HOURS for limit in inner):
        return False
    return sum(limit.value * MOST_HOURS[limit.unit] for limit in inner) <= outer.value * LEAST_HOURS[outer.unit]


def _faults_of_basics(item: Item) -> Iterator[FieldError]:
    if CODE.fullmatch(item.code) is None:
        yield fault("/code", ItemFault.BAD_CODE)
    if item.granularity is Granularity.PARENT:
        yield fault("/granularity", ItemFault.PARENT)
    for name in ("name", "department", "result_type", "supervision_channel"):
        yield from blank(f"/{name}", getattr(item, name))
    if not item.legal_basis:
        yield fault("/legal_basis", ItemFault.NO_LEGAL_BASIS)
    for index, basis in enumerate(item.legal_basis):
        yield from blank(f"/legal_basis/{index}/law", basis.law)


def _faults_of_department(item: Item, departments: Collection[str]) -> Iterator[FieldError]:
    if departments and item.department.strip() and item.department not in departments:
        yield fault("/department", ItemFault.NO_SUCH_DEPARTMENT)


def _faults_of_risk(item: Item, packs: Sequence[RulePack]) -> Iterator[FieldError]:
    try:
        pack = pack_in_force(packs, item.jurisdiction, on=item.effective_from)
    except LookupError:
        yield fault("/jurisdiction", ItemFault.NO_RULE_PACK)
        return
    risk = pack.excluded_risk(item.risk_class)
    if risk is None:
        if item.risk_class != ORDINARY_RISK:
            yield fault("/risk_class", ItemFault.UNKNOWN_RISK)
        return
    for index, material in enumerate(item.materials):
        if material.may_be_promised:
            yield fault(f"/materials/{index}/ways", ItemFault.RISK_EXCLUDED, risk=risk.name, basis=risk.basis)


def _faults_of_acceptance(item: Item) -> Iterator[FieldError]:
    if item.acceptance is Acceptance.AUTOMATIC and not item.offers_commitment:
        yield fault("/acceptance", ItemFault.NOTHING_TO_PROMISE)
    if item.acceptance is Acceptance.INSTANT and not all(material.is_shared for material in item.materials):
        yield fault("/acceptance", ItemFault.ASKS_AT_ONCE)


def _faults_of_limits(item: Item, packs: Sequence[RulePack]) -> Iterator[FieldError]:
    hours_a_day = _hours_a_day(item, packs)
    promised, statutory = item.limits.promised, item.limits.statutory
    faults = [*incomplete("/limits/promised", promised), *incomplete("/limits/statutory", statutory)]
    if not faults and not fits([item.promised], item.statutory, hours_a_day=hours_a_day):
        faults.append(fault("/limits/promised", ItemFault.PROMISED_TOO_LONG))
    yield from faults
    if not item.steps:
        yield fault("/steps", ItemFault.NO_STEPS)
    yield from repeated("/steps", [step.id for step in item.steps])
    of_steps: list[FieldError] = []
    for index, step in enumerate(item.steps):
        yield from blank(f"/steps/{index}/name", step.name)
        of_steps.extend(incomplete(f"/steps/{index}/limit", step.limit))
    yield from of_steps
    if faults or of_steps or not item.steps:
        return
    if not fits([step.limit.counted() for step in item.steps], item.promised, hours_a_day=hours_a_day):
        yield fault("/steps", ItemFault.STEPS_TOO_LONG)


def _hours_a_day(item: Item, packs: Sequence[RulePack]) -> int:
    """Return for how many whole hours offices are open on a working day; one, the least, where no pack says so."""
    try:
        stretches = pack_in_force(packs, item.jurisdiction, on=item.effective_from).office_hours.stretches
    except LookupError:
        return 1
    day = date.min
    seconds = sum(
        (datetime.combine(day, time.fromisoformat(closes)) - datetime.combine(day, time.fromisoformat(opens))).seconds
        for opens, closes in stretches
    )
    return max(1, seconds // 3600)


def _faults_of_questions(item: Item) -> Iterator[FieldError]:
    yield from repeated("/questions", [question.id for question in item.questions])
    materials = {material.id for material in item.materials}
    for index, question in enumerate(item.questions):
        pointer, earlier = f"/questions/{index}", item.questions[:index]
        yield from wording(f"{pointer}/text", question.text)
        yield from _faults_of_options(f"{pointer}/options", question)
        yield from catch_all(f"{pointer}/help", question.help)
        if item.name_en.strip():
            yield from _faults_of_english(pointer, question)
        if question.when is not None:
            yield from _faults_of_when(f"{pointer}/when", question.when, item.questions, earlier=earlier)
        yield from _faults_of_check(f"{pointer}/check", question, earlier)
        if question.kind is QuestionKind.PERSON and not question.sensitive:
            yield fault(f"{pointer}/sensitive", ItemFault.PERSON_NOT_SENSITIVE)
        if question.known is not None and question.kind not in PREFILLED[question.known]:
            yield fault(f"{pointer}/known", ItemFault.KNOWN_NOT_OF_KIND)
        if question.kind is QuestionKind.DOCUMENT:
            yield from _faults_of_file(pointer, question, materials)


def _faults_of_file(pointer: str, question: Question, materials: Collection[str]) -> Iterator[FieldError]:
    """Report what cannot stand on the checklist beside the materials; none is demanded without its article (R5.3)."""
    if question.id in materials:
        yield fault(f"{pointer}/id", ItemFault.ID_REPEATED)
    if question.required:
        yield fault(f"{pointer}/required", ItemFault.FILE_WITHOUT_BASIS)


def _faults_of_english(pointer: str, question: Question) -> Iterator[FieldError]:
    """Report what cannot be read in English although the item can."""
    words = [
        ("text_en", question.text, question.text_en),
        ("help_en", question.help, question.help_en),
        *((f"options/{place}/text_en", each.text, each.text_en) for place, each in enumerate(question.options)),
    ]
    for name, chinese, english in words:
        if chinese.strip() and not english.strip():
            yield fault(f"{pointer}/{name}", ItemFault.ENGLISH_MISSING)


def _faults_of_check(pointer: str, question: Question, earlier: Sequence[Question]) -> Iterator[FieldError]:
    """Report checks that the kind does not have, and those that no answer could meet."""
    check = question.check
    for each in fields(Check):
        if getattr(check, each.name) != each.default and each.name not in CHECKS.get(question.kind, ()):
            yield fault(f"{pointer}/{each.name}", ItemFault.CHECK_NOT_OF_KIND)
    if check.longest > (longest := LONGEST.get(question.kind, check.longest)):
        yield fault(f"{pointer}/longest", ItemFault.CHECK_TOO_LONG, longest=str(longest))
    if check.longest and check.longest < check.shortest:
        yield fault(f"{pointer}/longest", ItemFault.CHECK_REVERSED)
    if check.pattern and check.pattern not in PATTERNS:
        yield fault(f"{pointer}/pattern", ItemFault.NO_SUCH_PATTERN)
    yield from _faults_of_range(pointer, check)
    if check.earliest is not None and check.latest is not None and check.latest < check.earliest:
        yield fault(f"{pointer}/latest", ItemFault.CHECK_REVERSED)
    dates = {question.id for question in earlier if question.kind is QuestionKind.DATE}
    if check.not_before and check.not_before not in dates:
        yield fault(f"{pointer}/not_before", ItemFault.NO_EARLIER_DATE)


def _faults_of_range(pointer: str, check: Check) -> Iterator[FieldError]:
    bounds = {name: text for name, text in (("least", check.least), ("most", check.most)) if text}
    numbers = {name: decimal_of(text) for name, text in bounds.items()}
    for name, number in numbers.items():
        if number is None:
            yield fault(f"{pointer}/{name}", ItemFault.CHECK_NOT_A_NUMBER)
    least, most = numbers.get("least"), numbers.get("most")
    if least is not None and most is not None and most < least:
        yield fault(f"{pointer}/most", ItemFault.CHECK_REVERSED)


def _faults_of_options(pointer: str, question: Question) -> Iterator[FieldError]:
    if question.kind is not QuestionKind.CHOICE:
        if question.options:
            yield fault(pointer, ItemFault.TEXT_HAS_OPTIONS)
        return
    values = [(type(option.value), option.value) for option in question.options]
    if len(set(values)) < len(values) or len(values) < 2:  # noqa: PLR2004 - less than two is no choice
        yield fault(pointer, ItemFault.NO_CHOICE)
    for index, option in enumerate(question.options):
        yield from blank(f"{pointer}/{index}/text", option.text)


def _faults_of_conditions(item: Item) -> Iterator[FieldError]:
    if not item.conditions:
        yield fault("/conditions", ItemFault.NO_CONDITIONS)
    yield from repeated("/conditions", [condition.id for condition in item.conditions])
    materials = {material.id: material for material in item.materials}
    questions = {question.id: question for question in item.questions}
    for index, condition in enumerate(item.conditions):
        pointer = f"/conditions/{index}"
        yield from wording(f"{pointer}/text", condition.text)
        yield from wording(f"{pointer}/measure", condition.measure)
        yield from catch_all(f"{pointer}/text_en", condition.text_en)
        material = materials.get(condition.material)
        if material is None:
            yield fault(f"{pointer}/material", ItemFault.CONDITION_WITHOUT_MATERIAL)
        elif material.is_shared and item.offers_commitment:
            yield fault(f"{pointer}/material", ItemFault.SHARED_YET_ASKED)
        if condition.question is not None:
            quoted = questions.get(condition.question)
            if quoted is None or quoted.kind is QuestionKind.DOCUMENT:
                yield fault(f"{pointer}/question", ItemFault.NO_SUCH_QUESTION)
            elif not quoted.is_open:
                yield fault(f"{pointer}/question", ItemFault.SENSITIVE_CONDITION)


def _faults_of_materials(item: Item) -> Iterator[FieldError]:
    yield from repeated("/materials", [material.id for material in item.materials])
    conditioned = {condition.material for condition in item.conditions}
    for index, material in enumerate(item.materials):
        pointer = f"/materials/{index}"
        yield from wording(f"{pointer}/name", material.name)
        yield from blank(f"{pointer}/basis", material.basis)
        yield from _faults_of_ways(f"{pointer}/ways", material.ways)
        if material.is_shared:
            yield from blank(f"{pointer}/source", material.source)
        if material.may_be_promised and material.id not in conditioned:
            yield fault(f"{pointer}/ways", ItemFault.MATERIAL_WITHOUT_CONDITION)
        if material.when is not None:
            yield from _faults_of_when(f"{pointer}/when", material.when, item.questions)
        if material.later is not None:
            yield from _faults_of_later(f"{pointer}/later", material, material.later, offers=item.offers_commitment)


def _faults_of_later(pointer: str, material: Material, later: WrittenLimit, *, offers: bool) -> Iterator[FieldError]:
    """Report what is wrong with the time in which a material may be brought later (容缺受理)."""
    yield from incomplete(pointer, later)
    if later.unit not in {None, Unit.WORKING_DAYS}:
        yield fault(f"{pointer}/unit", ItemFault.LATER_UNIT)
    if material.is_shared or material.may_be_promised or not offers:
        yield fault(pointer, ItemFault.LATER_NOT_HANDED_IN)


def _faults_of_ways(pointer: str, ways: Sequence[Way]) -> Iterator[FieldError]:
    if frozenset(ways) not in WAYS or len(set(ways)) < len(ways):
        yield fault(pointer, ItemFault.WAYS)


def _faults_of_when(
    pointer: str, when: When, questions: Sequence[Question], *, earlier: Sequence[Question] | None = None
) -> Iterator[FieldError]:
    """Report what cannot be depended on; a question (``earlier`` are those before it) can depend only on one of these.

    So questions cannot depend on one another in a circle. Nothing depends on an answer that is not open: whoever reads
    what was asked, or which conditions were promised, would know it.
    """
    question = next((question for question in questions if question.id == when.question), None)
    if question is not None and earlier is not None and question not in earlier:
        yield fault(f"{pointer}/question", ItemFault.LATER_QUESTION)
    elif question is None or question.kind is not QuestionKind.CHOICE or not question.required:
        yield fault(f"{pointer}/question", ItemFault.DEPENDS_ON_NO_CHOICE)
    elif not question.is_open:
        yield fault(f"{pointer}/question", ItemFault.DEPENDS_ON_SENSITIVE)
    elif not question.has_option(when.equals):
        yield fault(f"{pointer}/equals", ItemFault.NO_SUCH_OPTION)


def _faults_of_notice(item: Item) -> Iterator[FieldError]:
    texts = asdict(item.notice)
    liability = texts.pop("liability")
    for name, text in texts.items():
        yield from wording(f"/notice/{name}", text)
    for name, text in liability.items():
        yield from wording(f"/notice/liability/{name}", text)


def _faults_of_verification(item: Item) -> Iterator[FieldError]:
    plan = item.verification
    if not plan.required:
        yield from blank("/verification/exempt_justification", plan.exempt_justification)
        return
    yield from blank("/verification/standard", plan.standard)
    yield from incomplete("/verification/limit", plan.written_limit or WrittenLimit())
    if plan.officers not in OFFICERS:
        yield fault("/verification/officers", ItemFault.OFFICERS)
    if plan.method is Method.ONSITE and plan.substantive and plan.officers == 1:
        yield fault("/verification/officers", ItemFault.ONSITE_OFFICERS)


def _faults_of_recommitment(item: Item) -> Iterator[FieldError]:
    if item.recommitment.written_wait is not None:
        yield from incomplete("/recommitment/wait", item.recommitment.written_wait)
        if item.recommitment.written_wait.unit is Unit.WORKING_HOURS:
            yield fault("/recommitment/wait", ItemFault.NOT_IN_OFFICE_HOURS)
        if not item.recommitment.allowed:
            yield fault("/recommitment/wait", ItemFault.WAITS_FOR_NOTHING)


def _faults_of_proxy(item: Item) -> Iterator[FieldError]:
    for index, act in enumerate(item.proxy_acts):
        if act in item.proxy_acts[:index]:
            yield fault(f"/proxy_acts/{index}", ItemFault.PROXY_ACT_REPEATED)
    if item.proxy_acts and not item.offers_commitment:
        yield fault("/proxy_acts", ItemFault.NOTHING_FOR_AN_AGENT)


def _faults_of_words(item: Item) -> Iterator[FieldError]:
    if not item.keywords:
        yield fault("/keywords", ItemFault.NO_KEYWORDS)
    yield from _faults_of_group("/keywords", item.keywords)
    for index, text in enumerate(item.keywords):
        if len(plain(text)) == 1:
            yield fault(f"/keywords/{index}", ItemFault.WORD_SHORT)
    seen: set[str] = set()
    for index, group in enumerate(item.synonyms):
        pointer = f"/synonyms/{index}"
        if len(group) < 2:  # noqa: PLR2004 - one word is no synonym
            yield fault(pointer, ItemFault.NO_SYNONYM)
        yield from _faults_of_group(pointer, group, seen)


def _faults_of_group(pointer: str, texts: Sequence[str], seen: set[str] | None = None) -> Iterator[FieldError]:
    """Report words without a letter, and those that were there before as the search reads them."""
    known = set() if seen is None else seen
    for index, text in enumerate(texts):
        word = plain(text)
        yield from blank(f"{pointer}/{index}", word)
        if word and word in known:
            yield fault(f"{pointer}/{index}", ItemFault.WORD_REPEATED)
        known.add(word)
