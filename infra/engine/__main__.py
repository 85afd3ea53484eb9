"""`python3 -m infra.engine install` installs the engine; `run` also starts it until it is interrupted."""

import signal
import sys

from infra.engine.installation import install
from infra.engine.run import running


def main(arguments: list[str]) -> int:
    """Carry out one of the two words; anything else prints the usage and gives 2."""
    match arguments:
        case ["install"]:
            sys.stdout.write(f"{install().folder}\n")
        case ["run"]:
            with running() as endpoint:
                sys.stdout.write(f"{endpoint}\n")
                sys.stdout.flush()
                signal.sigwait({signal.SIGINT, signal.SIGTERM})
        case _:
            sys.stderr.write("usage: python3 -m infra.engine install | run\n")
            return 2
    return 0


if __name__ == "__main__":
    # Blocked first, so that a signal that comes while the engine starts still ends it in order.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    sys.exit(main(sys.argv[1:]))
