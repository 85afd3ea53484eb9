"""Every hour: look for what is missing although no clock runs for it."""

from chalicelib.jobs.lines import one_line
from chalicelib.wiring import services


def remind(context: object) -> dict[str, object]:
    """Record that next year's edition of the calendar is missing, once; return the year, ``None`` if nothing is new."""
    house = services()
    with one_line("remind", context=context) as facts:
        missed = house.editions.watch(house.clock.now())
        facts["edition_missed"] = missed
        return {"edition_missed": missed}
