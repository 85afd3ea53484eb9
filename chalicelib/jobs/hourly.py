"""Every hour: look for what is missing although no clock runs for it, and make the digests of the day."""

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line


def hourly(context: object) -> dict[str, object]:
    """Record that next year's edition of the calendar is missing, and make the digests that are due, each once.

    Return the year of the edition, ``None`` if nothing is new, and how many digests this run made.
    """
    services = container()
    with one_line("hourly", context=context) as facts:
        missed = services.calendar_editions.watch(services.clock.now())
        made = services.digests.make(at=services.clock.now())
        facts["edition_missed"] = missed
        facts["digests_made"] = made
        return {"edition_missed": missed, "digests_made": made}
