"""What an item says (事项要素), in the parts in which an editor writes it: each a page of its own."""

from collections.abc import Sequence
from typing import Any, Final

from chalicelib.catalogue.model.items import Acceptance, Method, ProxyAct
from chalicelib.catalogue.model.questions import Known, Place, QuestionKind
from chalicelib.catalogue.model.terms import Audience
from chalicelib.catalogue.rules.answer_forms import CHECKS, PATTERNS, PREFILLED
from chalicelib.catalogue.rules.publication import ORDINARY_RISK, WAYS
from chalicelib.container import container
from chalicelib.rulepacks.model.pack import Desk as Office
from chalicelib.settings import settings
from chalicelib.web.core.actions import Options
from chalicelib.web.core.i18n import department_text
from chalicelib.web.editors.fields import Ask, Desk, Document, Part, named, new_id, offered_items, option_of


def _departments(desk: Desk) -> Options:
    own = desk.visit.caller.department or ""
    served = settings().departments if own == Office.MONITORING else (own,)
    codes = dict.fromkeys((*served, str(desk.document.get("department") or own)))
    return [(code, department_text(code, desk.visit.language)) for code in codes]


def _packs(desk: Desk) -> Options:
    is_english = desk.visit.language == "en"
    return list(
        {pack.code: (pack.code, pack.english if is_english else pack.name) for pack in container().packs}.values()
    )


def _risks(desk: Desk) -> Options:
    is_english, chosen = desk.visit.language == "en", desk.document.get("jurisdiction")
    excluded = (risk for pack in container().packs if pack.code == chosen for risk in pack.excluded_risks)
    risks = {risk.code: risk.english if is_english else risk.name for risk in excluded}
    return [(ORDINARY_RISK, desk.t("edit_risk_ordinary")), *risks.items()]


def _materials(desk: Desk) -> Options:
    found = [(one.get("id", ""), one.get("name") or one.get("id", "")) for one in desk.document.get("materials", ())]
    return [("", desk.t("edit_choose")), *found]


def _questions(desk: Desk) -> Options:
    asked = desk.document.get("questions", ())
    found = [(one.get("id", ""), one.get("text") or "") for one in asked if _kind(one) is not QuestionKind.DOCUMENT]
    return [("", desk.t("edit_none")), *found]


def _earlier(desk: Desk) -> list[Document]:
    """Return the questions before the one at hand; all of them for a material."""
    asked = list(desk.document.get("questions", ()))
    ids = [one.get("id") for one in asked]
    return asked[: ids.index(desk.entry.get("id"))] if desk.entry.get("id") in ids else asked


def _answers(desk: Desk) -> Options:
    found = [
        (
            option_of(one.get("id", ""), option.get("value", "")),
            desk.t("edit_when_said", question=one.get("text") or "", answer=option.get("text") or ""),
        )
        for one in _earlier(desk)
        if _kind(one) is QuestionKind.CHOICE and one.get("required", True)
        for option in one.get("options", ())
    ]
    return [("", desk.t("edit_always")), *found]


def _dates(desk: Desk) -> Options:
    found = [(one.get("id", ""), one.get("text") or "") for one in _earlier(desk) if _kind(one) is QuestionKind.DATE]
    return [("", desk.t("edit_none")), *found]


def _patterns(desk: Desk) -> Options:
    return [("", desk.t("edit_any_form")), *named("edit_pattern_", tuple(PATTERNS))(desk)]


def _sources(desk: Desk) -> Options:
    fitting = [known for known in Known if _kind(desk.entry) in PREFILLED[known]]
    return [("", desk.t("edit_known_nowhere")), *named("edit_known_", fitting)(desk)]


def _ways(desk: Desk) -> Options:
    return [(" ".join(sorted(ways)), desk.t("edit_ways_" + "_".join(sorted(ways)))) for ways in WAYS]


def _kind(question: Document) -> QuestionKind:
    found = question.get("kind", QuestionKind.CHOICE)
    return QuestionKind(found) if found in list(QuestionKind) else QuestionKind.CHOICE


def is_with_previous(entries: Sequence[Document], place: int) -> bool:
    """Whether a question is asked on one page with the one before it."""
    if not 0 < place < len(entries):
        return False
    return bool(entries[place].get("group")) and entries[place].get("group") == entries[place - 1].get("group")


def _on_one_page(desk: Desk) -> bool:
    return is_with_previous(list(desk.document.get("questions", ())), len(_earlier(desk)))


def _check(name: str, kind: Any = "number", **more: Any) -> Ask:  # noqa: ANN401 - as an Ask takes it
    return Ask(
        path=f"check/{name}", kind=kind, is_asked=lambda entry: name in CHECKS.get(_kind(entry), frozenset()), **more
    )


def _not_a_file(entry: Document) -> bool:
    return _kind(entry) is not QuestionKind.DOCUMENT


NOTICE: Final = (
    "item_name",
    "proof_obligation",
    "proof_content",
    "way_to_commit",
    "right_to_verify",
    "liability/civil",
    "liability/administrative",
    "liability/criminal",
    "publication",
    "setting_basis",
    "contact",
    "validity",
    "alternative",
)
"""The parts of the notice, in the order in which it is read."""

QUESTIONS: Final = Part(
    name="questions",
    entries="questions",
    title="text",
    prefix="q",
    new={"required": True, "kind": QuestionKind.TEXT.value, "shown": [place.value for place in Place]},
    asks=(
        Ask(path="text"),
        Ask(path="text_en"),
        Ask(path="kind", kind="select", options=named("edit_kind_", tuple(QuestionKind))),
        Ask(path="required", kind="tick", is_asked=_not_a_file),
        Ask(
            path="options",
            is_explained=True,
            kind="rows",
            columns=("text", "text_en"),
            is_asked=lambda entry: _kind(entry) is QuestionKind.CHOICE,
            adds=lambda rows: {"value": new_id("a", rows, "value")},
        ),
        Ask(path="help", kind="area", rows=2),
        Ask(path="help_en", kind="area", rows=2),
        Ask(path="when", is_explained=True, kind="when", options=_answers),
        _check("shortest"),
        _check("longest"),
        _check("pattern", "select", options=_patterns),
        _check("least", "line"),
        _check("most", "line"),
        _check("decimals"),
        _check("earliest", is_optional=True),
        _check("latest", is_optional=True),
        _check("not_before", "select", options=_dates),
        Ask(path="group", is_explained=True, kind="tick", shown_as=_on_one_page),
        Ask(path="known", is_explained=True, kind="select", options=_sources, is_optional=True, is_asked=_not_a_file),
        Ask(path="sensitive", is_explained=True, kind="tick"),
        Ask(path="shown", is_explained=True, kind="ticks", options=named("edit_shown_", tuple(Place))),
    ),
)
"""What is asked of the applicant (表单项), each by its kind."""

PARTS: Final = (
    Part(
        name="names",
        asks=(
            Ask(path="name"),
            Ask(path="name_en", is_explained=True),
            Ask(path="summary", is_explained=True, kind="area", rows=3),
            Ask(path="department", kind="select", options=_departments),
            Ask(path="effective_from", is_explained=True, kind="day"),
            Ask(path="consultation_channel"),
            Ask(path="supervision_channel"),
        ),
    ),
    Part(
        name="who",
        asks=(
            Ask(path="audience", kind="choice", options=named("audience_", tuple(Audience))),
            Ask(path="proxy_allowed", kind="tick"),
            Ask(path="proxy_acts", kind="ticks", options=named("edit_proxy_", tuple(ProxyAct))),
        ),
    ),
    Part(
        name="law",
        asks=(
            Ask(path="jurisdiction", kind="select", options=_packs),
            Ask(path="risk_class", is_explained=True, kind="select", options=_risks),
            Ask(path="legal_basis", is_explained=True, kind="rows", columns=("law", "article")),
        ),
    ),
    QUESTIONS,
    Part(
        name="materials",
        entries="materials",
        title="name",
        prefix="m",
        asks=(
            Ask(path="name"),
            Ask(path="name_en", is_explained=True),
            Ask(path="basis"),
            Ask(path="ways", is_explained=True, kind="set", options=_ways),
            Ask(path="source", is_explained=True),
            Ask(path="when", is_explained=True, kind="when", options=_answers),
            Ask(path="later", is_explained=True, kind="limit", is_optional=True),
            Ask(path="kept_years", is_explained=True, kind="number", is_optional=True),
        ),
    ),
    Part(
        name="conditions",
        entries="conditions",
        title="text",
        prefix="c",
        asks=(
            Ask(path="material", is_explained=True, kind="select", options=_materials),
            Ask(path="text", kind="area"),
            Ask(path="text_en", kind="area"),
            Ask(path="measure", is_explained=True, kind="area"),
            Ask(path="question", kind="select", options=_questions, is_optional=True),
        ),
    ),
    Part(
        name="limits",
        asks=(
            Ask(
                path="acceptance",
                is_explained=True,
                kind="choice",
                options=named("edit_acceptance_", tuple(Acceptance)),
            ),
            Ask(path="limits/promised", is_explained=True, kind="limit"),
            Ask(path="limits/statutory", kind="limit"),
        ),
    ),
    Part(
        name="steps",
        entries="steps",
        title="name",
        prefix="s",
        asks=(Ask(path="name"), Ask(path="limit", kind="limit")),
    ),
    Part(
        name="verification",
        asks=(
            Ask(path="verification/required", kind="tick"),
            Ask(path="verification/exempt_justification", is_explained=True, kind="area", rows=2),
            Ask(path="verification/method", kind="choice", options=named("method_", tuple(Method))),
            Ask(path="verification/officers", is_explained=True, kind="number"),
            Ask(path="verification/substantive", is_explained=True, kind="tick"),
            Ask(path="verification/limit", kind="limit", is_optional=True),
            Ask(path="verification/standard", kind="area"),
        ),
    ),
    Part(
        name="consequences",
        asks=(
            Ask(path="recommitment/allowed", kind="tick"),
            Ask(path="recommitment/wait", is_explained=True, kind="limit", is_optional=True),
            Ask(path="related_items", is_explained=True, kind="ticks", options=offered_items),
        ),
    ),
    Part(name="notice", asks=tuple(Ask(path=f"notice/{name}", kind="area", rows=3) for name in NOTICE)),
    Part(name="result", asks=(Ask(path="result_type", is_explained=True),)),
    Part(
        name="words",
        asks=(
            Ask(path="keywords", is_explained=True, kind="lines", rows=10),
            Ask(path="synonyms", is_explained=True, kind="groups", rows=6),
            Ask(path="remark", is_explained=True, kind="area", rows=3),
        ),
    ),
)
"""The parts of an item, in the order of the task list."""
