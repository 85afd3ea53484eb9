"""Every minute: look which shards have clocks that are due, and hand those to workers."""

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line


def sweep(context: object) -> dict[str, object]:
    """Run one sweep and return its report."""
    services = container()
    with one_line("sweep", context=context) as facts:
        report = services.clocks.sweep(at=services.clock.now())
        facts["shards_due"] = sum(shard.due > 0 for shard in report.shards)
        facts["complete"] = report.is_complete
        facts["lag_seconds"] = report.lag_seconds
        return report.to_json()
