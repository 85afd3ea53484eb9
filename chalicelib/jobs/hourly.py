"""Every hour: check for a missing calendar edition and for due dates that one came for, and make the day's digests."""

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line


def hourly(context: object) -> dict[str, object]:
    """Record that next year's edition of the calendar is missing, and make the digests that are due. Idempotent.

    Due dates that still wait for an announced year are recalculated. Returns the year of the missing edition, ``None``
    if nothing is new, the years whose recalculation began, and how many digests this run made.
    """
    services = container()
    with one_line("hourly", context=context) as facts:
        facts["edition_missed"] = services.calendar_editions.watch(services.clock.now())
        facts["years_recounted"] = services.recalculation.catch_up(at=services.clock.now())
        facts["digests_made"] = services.digests.make(at=services.clock.now())
        return dict(facts)
