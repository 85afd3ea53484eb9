"""What a source hands in as JSON, and the submission that comes of it."""

from datetime import UTC, date, datetime

from chalicelib.credit.model.record_schema import RecordRequest
from chalicelib.credit.model.submissions import Submission

WHOLE = """{
  "subject": {"kind": "uscc", "number": "91330782MA0000028Y", "name": "义乌示例市场主体有限公司（合成）"},
  "kind": "administrative",
  "severity": "minor",
  "publicity": "shared",
  "document": {
    "number": "义市监罚〔2026〕1号",
    "organ": "义乌市市场监督管理局",
    "effective_on": "2026-01-10",
    "served_at": "2026-01-09T18:00:00+08:00"
  },
  "dates": {
    "judged_on": "2026-01-08",
    "received_on": "2026-01-11",
    "display_until": "2026-03-31",
    "expires_on": "2026-06-30"
  },
  "basis": "《市场主体登记管理条例》第44条",
  "display_reason": "涉及公众健康。",
  "repair_notice": "三个月后可以申请信用修复，不收费。",
  "contents": {"fine": "500"},
  "consent": "书面同意",
  "related_items": ["road-occupation"],
  "update_due_on": "2026-02-01",
  "version": 3
}"""


def test_every_field_of_a_record_reaches_its_submission() -> None:
    request = RecordRequest.model_validate_json(WHOLE)

    assert request.submission(source="market", record_id="r-1") == Submission(
        source="market",
        record_id="r-1",
        kind="administrative",
        severity="minor",
        publicity="shared",
        document_no="义市监罚〔2026〕1号",
        organ="义乌市市场监督管理局",
        effective_on=date(2026, 1, 10),
        served_at=datetime(2026, 1, 9, 10, 0, tzinfo=UTC),
        judged_on=date(2026, 1, 8),
        received_on=date(2026, 1, 11),
        display_until=date(2026, 3, 31),
        display_reason="涉及公众健康。",
        expires_on=date(2026, 6, 30),
        basis="《市场主体登记管理条例》第44条",
        repair_notice="三个月后可以申请信用修复，不收费。",
        contents={"fine": "500"},
        consent="书面同意",
        related_items=["road-occupation"],
        update_due_on=date(2026, 2, 1),
        source_version=3,
    )


def test_a_record_that_says_nothing_but_its_subject_is_left_to_the_rules_to_refuse() -> None:
    request = RecordRequest.model_validate_json('{"subject": {"name": "义乌示例市场主体有限公司（合成）"}}')

    assert request.submission(source="market", record_id="r-1") == Submission(
        source="market", record_id="r-1", related_items=[]
    )
