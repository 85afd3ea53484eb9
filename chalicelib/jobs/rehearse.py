"""Every hour, where the operator wants it: rehearse a promise, in the function that answers people's own."""

from chalicelib.container import container
from chalicelib.jobs.job_log import one_line


def rehearse(context: object) -> dict[str, object]:
    """Let a test person make a promise of which nothing is left; raises what keeps it from being made."""
    services = container()
    with one_line("rehearse", context=context) as facts:
        services.rehearsal.run(at=services.clock.now())
        return dict(facts)
