"""Loading the rule packs packaged with the code."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from chalicelib.rulepacks.model.consequences import (
    Barred,
    Consequence,
    Consequences,
    CreditEffect,
    NextPromise,
    Owed,
    Stage,
    Step,
    StepKind,
    require_whole,
)
from chalicelib.rulepacks.model.display import DisplayPeriod, DisplayRules
from chalicelib.rulepacks.model.grade_scale import Band, GradeScale, InputKey, Weight, require_sound
from chalicelib.rulepacks.model.pack import (
    After,
    Bound,
    BoundKey,
    CardGround,
    Choice,
    Desk,
    DocumentRetention,
    EditionDay,
    Ground,
    Milestone,
    OfficeHours,
    Proof,
    ProofSource,
    Recipient,
    Retention,
    Route,
    RulePack,
    Term,
    TerminationGround,
    TermKey,
    Yellow,
)
from chalicelib.rulepacks.model.recourse import (
    NoticeText,
    ObjectionGround,
    ObjectionLimit,
    PausedClasses,
    Recourse,
    RepairPromise,
    RepairRefusal,
)
from chalicelib.rulepacks.rules import require_one_at_a_time

PACKS = Path(__file__).with_name("packs")
SEVERITIES = ("minor", "general", "serious")


@cache
def load_rule_packs() -> tuple[RulePack, ...]:
    """Return all packaged editions of all packs, read and checked once per process, on first use."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(PACKS.glob("*.json")))
    packs = tuple(pack_from(json.loads(text)) for text in texts)
    require_one_at_a_time(packs)
    return packs


def pack_from(data: Mapping[str, Any]) -> RulePack:
    """Read a pack from its JSON form: its name and dates, and ``settings`` by key.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` for invalid data, including any setting without a basis.
    """
    settings = data["settings"]
    ends = data["effective_to"]
    return RulePack(
        code=data["code"],
        edition=data["edition"],
        name=data["name"],
        english=data["english"],
        basis=data["basis"],
        effective_from=date.fromisoformat(data["effective_from"]),
        effective_to=date.fromisoformat(ends) if ends else None,
        excluded_risks=tuple(Ground(**risk) for risk in settings["commitment.excludedRisk"]),
        bar_severity=Choice(**settings["commitment.barSeverity"]),
        withdraw_until=Choice(**settings["commitment.withdrawUntil"]),
        query_log=Retention(**settings["querylog.years"]),
        consequences=_consequences(settings["consequences.table"]),
        documents=DocumentRetention(**settings["documents.kept"]),
        pause_grounds=tuple(Ground(**ground) for ground in settings["pause.grounds"]),
        suspension_grounds=tuple(Ground(**ground) for ground in settings["suspension.grounds"]),
        termination_grounds=tuple(
            TerminationGround(**{**ground, "after": After(ground["after"])})
            for ground in settings["termination.grounds"]
        ),
        yellow=Yellow(**settings["light.yellowRule"]),
        terms={key: Term(**settings[key]) for key in TermKey},
        proofs=tuple(_proof(proof) for proof in settings["delivery.proofs"]),
        display=tuple(_display_rules(rules) for rules in settings["display.rules"]),
        routes=tuple(_route(route) for route in settings["alerts.routes"]),
        bounds={key: Bound(**settings[key]) for key in BoundKey},
        card_grounds=tuple(_card_ground(ground) for ground in settings["card.grounds"]),
        complaint_categories=tuple(Ground(**category) for category in settings["complaint.categories"]),
        remedy_bodies=tuple(Ground(**body) for body in settings["remedy.bodies"]),
        office_hours=_office_hours(settings["office.hours"]),
        edition_by=EditionDay(**settings["calendar.editionBy"]),
        recourse=_recourse(settings),
        grading=_grading(settings["credit.grading"]) if "credit.grading" in settings else None,
    )


def _display_rules(rules: Mapping[str, Any]) -> DisplayRules:
    return DisplayRules(
        edition=rules["edition"],
        judged_from=date.fromisoformat(rules["judged_from"]),
        periods={severity: DisplayPeriod(**rules["periods"][severity]) for severity in SEVERITIES},
    )


def _recourse(settings: Mapping[str, Any]) -> Recourse:
    paused = settings["objection.pauses"]
    return Recourse(
        limits=tuple(ObjectionLimit(**limit) for limit in settings["objection.limits"]),
        grounds=tuple(
            ObjectionGround(**{**ground, "outcomes": {kind: tuple(ends) for kind, ends in ground["outcomes"].items()}})
            for ground in settings["objection.grounds"]
        ),
        paused=PausedClasses(**{**paused, "classes": tuple(paused["classes"])}),
        promise=RepairPromise(**settings["repair.promise"]),
        refusals=tuple(RepairRefusal(**refusal) for refusal in settings["repair.refusals"]),
        remedy_notice=NoticeText(**settings["remedy.notice"]),
        repair_notice=NoticeText(**settings["repair.notice"]),
    )


def _grading(scale: Mapping[str, Any]) -> GradeScale:
    weights = tuple(Weight(**{**weight, "key": InputKey(weight["key"])}) for weight in scale["weights"])
    bands = tuple(Band(**band) for band in scale["bands"])
    kinds = tuple(scale["subject_kinds"])
    return require_sound(GradeScale(**{**scale, "subject_kinds": kinds, "weights": weights, "bands": bands}))


def _card_ground(ground: Mapping[str, Any]) -> CardGround:
    return CardGround(**{**ground, "events": tuple(ground["events"]), "clocks": tuple(ground.get("clocks", ()))})


def _proof(proof: Mapping[str, Any]) -> Proof:
    return Proof(**{**proof, "taken_by": ProofSource(proof["taken_by"])})


def _office_hours(hours: Mapping[str, Any]) -> OfficeHours:
    stretches = tuple((opens, closes) for opens, closes in hours["stretches"])
    return OfficeHours(stretches=stretches, basis=hours["basis"])


def _consequences(rows: Iterable[Mapping[str, Any]]) -> Consequences:
    """Read the table; one entry of the file stands for every finding, stage and severity that it names."""
    table = tuple(
        Consequence(
            finding=finding,
            stage=Stage(stage),
            severity=severity,
            steps=tuple(Step(**{**step, "kind": StepKind(step["kind"])}) for step in row["steps"]),
            barred=tuple(Barred(act) for act in row["barred"]),
            owed=tuple(Owed(duty) for duty in row["owed"]),
            credit=CreditEffect(row["credit"]),
            next_promise=NextPromise(row["next_promise"]),
            basis=row["basis"],
        )
        for row in rows
        for finding, stage, severity in product(row["findings"], row["stages"], row["severities"])
    )
    require_whole(table)
    return Consequences(rows=table)


def _route(route: Mapping[str, Any]) -> Route:
    return Route(
        kind=route["kind"],
        milestone=Milestone(route["milestone"]),
        level=route["level"],
        basis=route["basis"],
        to=tuple(
            Recipient(role=to["role"], desk=Desk(to["desk"]), level=to["level"], channels=tuple(to["channels"]))
            for to in route["to"]
        ),
    )
