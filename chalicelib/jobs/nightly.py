"""Every night: end records and flags whose last day has passed, delete documents, and check credit summaries."""

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line


class ExpiryIncompleteError(RuntimeError):
    """Something could not be ended or checked; the rest was. The log says what."""


def nightly(context: object) -> dict[str, object]:
    """End records and flags whose last day has passed, delete documents, and check a slice of the summaries.

    What does not fit into one run waits for the next. Raises if anything failed, after everything else is done.
    """
    services = container()
    with one_line("nightly", context=context) as facts:
        at = services.clock.now()
        records, flags = services.credit_expiry.expire(at=at), services.flag_expiry.expire(at=at)
        facts["records_ended"] = records.ended
        facts["flags_ended"] = flags.ended
        documents = services.document_retention.expire(at=at)
        facts["documents_deleted"] = documents.ended
        facts["complete"] = records.is_complete and flags.is_complete and documents.is_complete
        checked = services.reconciliation.check(at=at)
        facts["summaries_checked"] = checked.looked_at
        facts["summaries_mended"] = checked.mended
        facts["all_checked"] = checked.is_through
        failed = records.failed + flags.failed + documents.failed + checked.failed
        if failed:
            message = f"{failed} things could not be ended or checked"
            raise ExpiryIncompleteError(message)
        return dict(facts)
