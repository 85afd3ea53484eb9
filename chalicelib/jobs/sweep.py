"""Every minute: look which shards have clocks that are due, and hand those to workers."""

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line


def sweep(context: object) -> dict[str, object]:
    """Run one sweep and return its report."""
    services = container()
    with one_line("sweep", context=context) as facts:
        at = services.clock.now()
        try:
            report = services.clocks.sweep(at=at)
        finally:
            # Last, so that nothing here keeps clocks waiting, and whatever became of them.
            facts["untold_seconds"] = services.relay.behind(at=at)
            services.relay.beat(at)
        facts["shards_due"] = sum(shard.due > 0 for shard in report.shards)
        facts["complete"] = report.is_complete
        facts["lag_seconds"] = report.lag_seconds
        return report.to_json()
