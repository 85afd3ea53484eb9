"""Runs one command and ends it as soon as standard input closes, which happens when the parent dies.

It is run as a file of its own, so it imports nothing of the project.
"""

import os
import signal
import subprocess
import sys
import threading


def end_with_parent(child: subprocess.Popen[bytes]) -> None:
    """Wait until nobody can write to our standard input any more, then end the child."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    child.kill()


def main(command: list[str]) -> int:
    """Run the command and give its exit code."""
    # An interrupt at the terminal reaches the whole group; the parent decides when the engine ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=end_with_parent, args=[child], daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
