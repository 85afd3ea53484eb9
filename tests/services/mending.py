"""Summaries that were changed behind the service's back, and the mending of them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.container import container
from chalicelib.credit.model.records import Severity, Summary
from chalicelib.credit.services.reconciliation import PARTS, Reconciliation
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.transaction import transaction
from chalicelib.subjects.model.subjects import Identity
from chalicelib.walks.model import Step
from tests.builders import NOON, an_organisation
from tests.services.walking import walked


def mending(pauses: list[float] | None = None) -> Reconciliation:
    house, waited = container(), pauses if pauses is not None else []
    return Reconciliation(
        CreditStore(house.timeline),
        marks_of=house.flag_expiry.marks_of,
        kept_from=Severity.SERIOUS,
        pause=waited.append,
    )


def checked(of: Reconciliation | None = None, *, at: datetime) -> Step:
    """Walk over all summaries, without waiting for indexes."""
    container().__dict__["reconciliation"] = of or mending()
    return walked("summaries", *PARTS, at=at)


def company() -> Summary:
    return summary_of(an_organisation())


def summary_of(identity: Identity) -> Summary:
    return container().credit.summary(container().subject_keys.key_of(identity))


def altered(*, of: Identity | None = None, **change: Any) -> None:  # noqa: ANN401 - any field of a summary
    """Change a stored summary behind the service's back: the company's, or that of somebody else."""
    before = summary_of(of or an_organisation())
    with transaction() as tx:
        CreditStore(container().timeline).save(before, replace(before, **change), [], at=NOON, tx=tx)
