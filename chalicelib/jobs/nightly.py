"""Every night: let walks end records and flags, delete documents and check credit summaries."""

from collections.abc import Mapping

from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.jobs.job_log import one_line


def nightly(detail: Mapping[str, str], context: object) -> dict[str, object]:
    """Begin the walks of the night, their parts side by side, or the whole of the one that ``detail`` names (``walk``).

    Idempotent: a part that has not reached its end goes on where it is. Returns how many parts were begun; or, for
    the walk that ``detail`` names as ``progress``, how far it has come.
    """
    services = container()
    if "progress" in detail:
        parts = services.walks.of(detail["progress"])
        return {
            "done": bool(parts) and all(part.is_done for part in parts),
            "looked_at": sum(part.looked_at for part in parts),
            "changed": sum(part.changed for part in parts),
            "failed": sum(part.failed for part in parts),
        }
    with one_line("nightly", context=context) as facts:
        at = services.clock.now()
        named = detail.get("walk")
        walks = services.nightly_walks(day_in_shanghai(at)) if named is None else {named: services.all_parts(named)}
        for walk, names in walks.items():
            services.walks.repeat(walk, names, at=at)
        facts["parts"] = sum(len(names) for names in walks.values())
        return dict(facts)
