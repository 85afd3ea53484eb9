"""``python -m infra.audit``: look up what is known to be weak in the versions that constraints.txt holds.

It says how many versions were looked up, because pip-audit itself finds no weakness in what it has no data of, also if
it reaches no data at all. It runs in an environment of its own (``make audit``).
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
PIP_AUDIT: Final = ROOT / ".local" / "audit" / "bin" / "pip-audit"
LOCK: Final = ROOT / "constraints.txt"


def audit() -> subprocess.CompletedProcess[str]:
    """Run it over the lock file as it stands, without installing anything."""
    how = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    command = [str(PIP_AUDIT), *how, "--requirement", str(LOCK)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def report(said: str, errors: str) -> tuple[list[str], bool]:
    """Return what pip-audit's JSON and its messages come to, in lines, and whether something weak was found."""
    try:
        every: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except ValueError:
        why = (errors.strip().splitlines() or ["pip-audit said nothing"])[-1]
        return [f"No version was looked up: the data of known weaknesses cannot be reached from here ({why})."], False
    looked_up = [one for one in every if "skip_reason" not in one]
    if not looked_up:
        why = f"of none of {len(every)} versions there is any"
        return [f"No version was looked up: the data of known weaknesses cannot be reached from here ({why})."], False
    lines = [f"{len(looked_up)} of {len(every)} versions were looked up."]
    lines += [f"  not looked up: {one['name']}" for one in every if "skip_reason" in one]
    weak = [(one, each) for one in looked_up for each in one["vulns"]]
    lines += [
        f"  {one['name']} {one['version']}: {each['id']}, mended in {', '.join(each['fix_versions']) or 'no version'}"
        for one, each in weak
    ]
    return [*lines, f"{len(weak)} known weaknesses."], bool(weak)


def main() -> int:
    """Look it up and print the report; 1 if something weak was found."""
    done = audit()
    lines, is_weak = report(done.stdout, done.stderr)
    print("\n".join(lines))
    return 1 if is_weak else 0


if __name__ == "__main__":
    sys.exit(main())
