"""Every hour: check for a missing calendar edition, and make the day's digests."""

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line


def hourly(context: object) -> dict[str, object]:
    """Record that next year's edition of the calendar is missing, and make the digests that are due. Idempotent.

    Returns the year of the edition, ``None`` if nothing is new, and how many digests this run made.
    """
    services = container()
    with one_line("hourly", context=context) as facts:
        missed = services.calendar_editions.watch(services.clock.now())
        made = services.digests.make(at=services.clock.now())
        facts["edition_missed"] = missed
        facts["digests_made"] = made
        return {"edition_missed": missed, "digests_made": made}
