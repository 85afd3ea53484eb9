from datetime import date

import pytest

from chalicelib.rulepacks.model.pack import RulePack, Term
from chalicelib.rulepacks.rules import counted_from, remedies_after
from chalicelib.rulepacks.store import load_rule_packs


@pytest.mark.requirement("R2.2")
@pytest.mark.parametrize("pack", load_rule_packs(), ids=lambda pack: pack.code)
def test_review_takes_sixty_days_and_a_court_six_months(pack: RulePack) -> None:
    assert remedies_after(pack, date(2026, 8, 31)) == (date(2026, 10, 30), date(2027, 2, 28))


def test_working_days_cannot_be_counted_without_a_calendar() -> None:
    with pytest.raises(ValueError, match="60 working_days cannot be counted without a calendar"):
        counted_from(Term(60, "working_days", "第1条"), date(2026, 8, 31))
