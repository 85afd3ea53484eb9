"""Every minute: move each clock that is due to its next milestone."""

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line


def sweep(context: object) -> dict[str, object]:
    """Run one sweep and return what it saw; raises if any clock could not be moved on, after all others were."""
    services = container()
    with one_line("sweep", context=context) as facts:
        report = services.clocks.sweep(at=services.clock.now())
        facts["moved"] = sum(shard.moved for shard in report.shards)
        facts["complete"] = report.is_complete
        facts["lag_seconds"] = report.lag_seconds
        return report.told()
