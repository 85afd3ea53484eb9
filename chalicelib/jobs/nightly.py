"""Each day, early in the morning: what has ended is ended, without anybody having asked."""

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line


class ExpiryIncompleteError(RuntimeError):
    """Something that has ended could not be ended; the rest was. The log says which."""


def nightly(context: object) -> dict[str, object]:
    """End records and flags whose last day has passed, and look at a slice of the summaries.

    What one run has no room for waits for the next.

    Raises if anything could not be ended, after everything else was.
    """
    services = container()
    with one_line("nightly", context=context) as facts:
        at = services.clock.now()
        records, flags = services.credit_expiry.expire(at=at), services.flag_expiry.expire(at=at)
        facts["records_ended"] = records.ended
        facts["flags_ended"] = flags.ended
        facts["complete"] = records.is_complete and flags.is_complete
        checked = services.reconciliation.check(at=at)
        facts["summaries_checked"] = checked.looked_at
        facts["summaries_mended"] = checked.mended
        facts["all_checked"] = checked.is_through
        failed = records.failed + flags.failed + checked.failed
        if failed:
            message = f"{failed} things could not be ended or checked"
            raise ExpiryIncompleteError(message)
        return dict(facts)
