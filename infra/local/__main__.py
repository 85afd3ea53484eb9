"""The local cloud from the command line: ``python3 -m infra.local VERB``; the Makefile's verbs come here."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from infra.local import environments, importing, seeding
from infra.local.clock import instant, keep_clock, set_clock
from infra.local.cloud import cloud, forget_places_in_streams
from infra.local.deployment import base_url, deploy, folder, publish, roll_back, try_it_out
from infra.local.identity import personas, provider
from infra.local.login import token_of
from infra.local.messages import catcher, share_secret, show
from infra.local.place import ROOT, SAMPLE, LocalError


def up() -> None:
    """Start what does not run, deploy what is not deployed, publish the sample town, print the API's address."""
    come_up(folder())


def bootstrap(city: str) -> None:
    """Make the local stage a place's own, as a folder says it: all of ``up`` with another folder."""
    come_up(Path(city).resolve())


def come_up(city: Path) -> None:
    """Do all of ``up`` with the folder of a place."""
    environments.build()
    was_down = cloud().pid() is None
    if was_down:
        forget_places_in_streams()
    cloud().start()
    if was_down:
        environments.in_cloud("replay", "hold")
    provider().start()
    is_new, url = deploy(city), base_url()
    share_secret()
    catcher().start()
    keep_clock()
    environments.show_in_cloud("replay", "release")
    publish(city)
    if is_new and city == SAMPLE:
        try_it_out(url)
    print(url)


def down() -> None:
    """Stop all three programs; their state is kept."""
    for program in (catcher(), provider(), cloud()):
        print(f"{program.name}: {'stopped' if program.stop() else 'was not running'}")


def discard() -> None:
    """End all three programs at once and save nothing: for a cloud that nobody comes back to."""
    for program in (catcher(), provider(), cloud()):
        program.kill()


def rollback() -> None:
    """Put the release before the present one onto the local cloud."""
    require_cloud()
    roll_back()
    keep_clock()


def url() -> None:
    """Print the API's base address."""
    print(base_url())


def environment() -> None:
    """Print, as lines of a shell, what ``chalice local`` needs to serve against the local cloud."""
    require_cloud()
    print(environments.in_cloud("environment"))


def token(name: str) -> None:
    """Print a bearer token of a persona, and nothing else."""
    print(token_of(name))


def list_personas() -> None:
    """Print everybody that the identity provider knows, and what each is for."""
    for name, who in personas().items():
        print(f"{name:20}{who['about']}")


def logs() -> None:
    """Follow the functions' logs until interrupted."""
    require_cloud()
    environments.show_in_cloud("logs")


def sweep() -> None:
    """Run the sweep now and print its answer."""
    require_cloud()
    print(environments.in_cloud("sweep"))


def hourly() -> None:
    """Run the hourly reminder now and print its answer."""
    require_cloud()
    print(environments.in_cloud("sweep", "hourly"))


def rehearse() -> None:
    """Rehearse a promise now, as the timer of a deployed stage does."""
    require_cloud()
    print(environments.in_cloud("sweep", "api"))


def nightly() -> None:
    """Let what has ended be ended now and print in how many parts."""
    require_cloud()
    print(environments.in_cloud("sweep", "nightly"))


def replay(since: str, until: str, owner: str, listener: str, dry_run: str) -> None:
    """Tell again what was recorded from one instant until before another; empty: to all, of all, for real."""
    wanted: dict[str, object] = {"since": instant(since), "until": instant(until), "owner": owner}
    if instant(since) >= instant(until):
        message = f"TO={until} is not later than FROM={since}."
        raise LocalError(message)
    if dry_run not in {"", "yes"}:
        message = f"DRY={dry_run} says nothing: write DRY=yes to only count, or leave it out."
        raise LocalError(message)
    require_cloud()
    wanted |= {"listeners": [listener] if listener else [], "dry_run": bool(dry_run)}
    environments.show_in_cloud("replay", json.dumps(wanted))


def check_summaries() -> None:
    """Look at every credit summary, mend what differs, and print how far the walk is until it is done."""
    follow("summaries")


def follow(walk: str) -> None:
    """Begin a walk and print how far it is until it is done."""
    require_cloud()
    print(environments.in_cloud("sweep", "nightly", "walk", walk))
    while True:
        answer = environments.in_cloud("sweep", "nightly", "progress", walk)
        print(answer)
        if json.loads(answer)["done"]:
            return
        time.sleep(1)


def rotate(key_id: str) -> None:
    """Register everybody whom a subject key has named, and print how far the walk is until it is done."""
    follow(f"keys:{key_id}")


def clock(at: str) -> None:
    """Let the service's clock run on from an instant, or from the real time."""
    require_cloud()
    print(f"The service's clock shows {set_clock(at)} and runs on.")


def bring(file: str, source: str) -> None:
    """Hand a file of credit records in and show how it is taken."""
    require_cloud()
    importing.run(file, source)


def seed(subjects: str, number: str) -> None:
    """Write a synthetic city and hand it in."""
    require_cloud()
    seeding.run(subjects, number)


def demo() -> None:
    """Do all of ``up``, then walk through the story; exits 1 at the first step that is not as it should be."""
    up()
    walk = [str(environments.python_of("cloud")), "-m", "infra.local.demo"]
    try:
        done = subprocess.run(walk, cwd=ROOT, env=environments.aws_environment(), check=False)
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
    sys.exit(done.returncode)


def require_cloud() -> None:
    """Raise ``LocalError`` if the local cloud is down."""
    if cloud().pid() is None:
        message = "The local cloud is down: run make up."
        raise LocalError(message)


VERBS: dict[str, Callable[[], None]] = {
    "up": up,
    "down": down,
    "discard": discard,
    "rollback": rollback,
    "url": url,
    "environment": environment,
    "personas": list_personas,
    "logs": logs,
    "sweep": sweep,
    "hourly": hourly,
    "nightly": nightly,
    "rehearse": rehearse,
    "check-summaries": check_summaries,
    "messages": show,
    "demo": demo,
}
VERBS_ON: dict[str, Callable[[str], None]] = {
    "token": token,
    "clock": clock,
    "rotate": rotate,
    "bootstrap": bootstrap,
}
VERBS_ON_TWO: dict[str, Callable[[str, str], None]] = {"import": bring, "seed": seed}


def run(arguments: list[str]) -> None:
    """Do what one command line asks."""
    match arguments:
        case [verb] if verb in VERBS:
            VERBS[verb]()
        case [verb, on] if verb in VERBS_ON:
            VERBS_ON[verb](on)
        case ["replay", since, until, owner, listener, dry_run]:
            replay(since, until, owner, listener, dry_run)
        case [verb, on, with_] if verb in VERBS_ON_TWO:
            VERBS_ON_TWO[verb](on, with_)
        case _:
            others = "token PERSONA, clock INSTANT|now, rotate KEY, bootstrap FOLDER, import FILE SOURCE, "
            others += "seed SUBJECTS NUMBER, replay SINCE UNTIL OWNER LISTENER DRY_RUN"
            message = f"Usage: python3 -m infra.local {'|'.join(VERBS)}, or one of: {others}"
            raise LocalError(message)


if __name__ == "__main__":
    try:
        run(sys.argv[1:])
    except LocalError as error:
        sys.exit(str(error))
