"""Alarms on tables: that DynamoDB turned something away, or that transactions met more often than by chance.

An alarm takes ten metrics at most, so that several of a kind are needed; a table is watched as soon as there is one.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

MOST_METRICS: Final = 10
"""Of one alarm over several."""

ENDS: Final = {"Threshold": 0, "EvaluationPeriods": 3, "DatapointsToAlarm": 2}
"""A table that has just begun to grow turns something away for a moment; in ten of fifteen minutes is no moment."""


def alarms_on_tables(resources: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return alarms over all tables, by their logical ids."""
    tables = [name for name, each in resources.items() if each["Type"] == "AWS::DynamoDB::Table"]
    turned_away = [(table, metric) for table in tables for metric in ("ReadThrottleEvents", "WriteThrottleEvents")]
    met = [(table, "TransactionConflict") for table in tables]
    return _alarms(
        turned_away,
        name="tables-throttled",
        description="DynamoDB has turned reads or writes away for ten minutes. See docs/runbooks/throttling.md.",
        **ENDS,
    ) | _alarms(
        met,
        name="transaction-conflicts",
        description="Writes meet on the same rows all the time. See docs/runbooks/transaction-conflicts.md.",
        **ENDS | {"Threshold": 100},
    )


def _alarms(watched: Sequence[tuple[str, str]], *, name: str, description: str, **ends: int) -> dict[str, Any]:
    parts = [watched[first : first + MOST_METRICS] for first in range(0, len(watched), MOST_METRICS)]
    return {
        f"{name.title().replace('-', '')}{number}": {
            "Type": "AWS::CloudWatch::Alarm",
            # The emulator knows no alarm over several metrics, and turns nothing away.
            "Condition": "IsDeployed",
            "Properties": {
                "AlarmName": {"Fn::Sub": f"xinnuo-${{Stage}}-{name}-{number}"},
                "AlarmDescription": description,
                "Metrics": [
                    {"Id": "all", "Expression": "SUM(METRICS())", "ReturnData": True},
                    *(_metric(f"m{place}", *each) for place, each in enumerate(part)),
                ],
                "ComparisonOperator": "GreaterThanThreshold",
                "TreatMissingData": "notBreaching",
                "AlarmActions": [{"Ref": "AlarmTopic"}],
                "OKActions": [{"Ref": "AlarmTopic"}],
                **ends,
            },
        }
        for number, part in enumerate(parts, start=1)
    }


def _metric(name: str, table: str, metric: str) -> dict[str, Any]:
    watched = {
        "Namespace": "AWS/DynamoDB",
        "MetricName": metric,
        "Dimensions": [{"Name": "TableName", "Value": {"Ref": table}}],
    }
    return {"Id": name, "MetricStat": {"Metric": watched, "Period": 300, "Stat": "Sum"}, "ReturnData": False}
