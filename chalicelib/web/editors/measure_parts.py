"""What a list of measures says (失信惩戒措施清单), in the parts in which it is written: each a page of its own."""

from typing import Final

from chalicelib.credit.model.records import Effect, Severity
from chalicelib.sanctions.model.flags import MeasureClass
from chalicelib.subjects.model.subjects import SubjectKind
from chalicelib.web.core.actions import Options
from chalicelib.web.editors.fields import Ask, Desk, Part, named, new_id, offered_items

EFFECTS: Final = (Effect.LIMITED, Effect.REFUSED)
"""What a measure can do to a promise."""

SEVERITIES: Final = (Severity.MINOR, Severity.GENERAL, Severity.SERIOUS)
"""How grave conduct can be."""


def _conducts(desk: Desk) -> Options:
    """Offer each conduct of the list with each severity."""
    return [
        (
            f"{one.get('code')} {severity}",
            desk.t("edit_conduct", conduct=one.get("name"), severity=desk.t(f"severity_{severity}")),
        )
        for one in desk.document.get("conducts", ())
        for severity in SEVERITIES
    ]


PARTS: Final = (
    Part(
        name="list",
        asks=(
            Ask(path="edition", is_explained=True),
            Ask(path="title"),
            Ask(path="in_force_from", kind="day"),
            Ask(path="sources", kind="lines", is_explained=True),
        ),
    ),
    Part(
        name="conducts",
        asks=(
            Ask(
                path="conducts",
                kind="rows",
                columns=("name",),
                adds=lambda rows: {"code": new_id("conduct_", rows, "code")},
            ),
        ),
    ),
    Part(
        name="measures",
        entries="items",
        title="measure",
        key="code",
        new={"note": "", "in_force_to": None},
        asks=(
            Ask(path="code", is_explained=True),
            Ask(path="measure"),
            Ask(path="measure_class", kind="choice", options=named("class_", tuple(MeasureClass))),
            Ask(path="content", kind="area"),
            Ask(path="target", kind="area"),
            Ask(path="basis"),
            Ask(path="organ"),
            Ask(path="in_force_from", kind="day"),
            Ask(path="in_force_to", kind="day", is_optional=True, is_explained=True),
            Ask(path="effect", kind="choice", options=named("effect_", EFFECTS)),
            Ask(path="subject_kinds", kind="ticks", options=named("kind_", tuple(SubjectKind))),
            Ask(path="allowed", kind="grid", options=_conducts, is_explained=True),
            Ask(path="related_items", kind="ticks", options=offered_items),
            Ask(path="most_months", kind="number"),
            Ask(path="note", kind="area", rows=2),
        ),
    ),
)
"""The parts of a list, in the order of the task list."""
