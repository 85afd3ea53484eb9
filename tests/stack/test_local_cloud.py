"""What the local cloud says when something is not as it should be."""

import json
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local import clock, cloud, environments, processes
from infra.local.__main__ import run
from infra.local.login import token_of
from infra.local.place import ENVIRONMENTS, LocalError
from infra.local.processes import Program


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Return a program whose state is kept apart and that would end at once."""
    monkeypatch.setattr(processes, "STATE", tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Program(
        name="cloud",
        command=["sh", "-c", "echo no room on the disk; exit 1"],
        environment={},
        port=port,
        port_variable="XINNUO_CLOUD_PORT",
        ready_at=f"http://127.0.0.1:{port}/",
    )


def test_a_port_that_another_program_holds_is_named_with_the_way_out(program: Program) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", program.port))
        other.listen()

        with pytest.raises(LocalError, match=rf"Port {program.port} is in use.*XINNUO_CLOUD_PORT"):
            program.start()


def test_a_program_that_does_not_come_up_is_quoted(program: Program) -> None:
    with pytest.raises(LocalError, match="no room on the disk"):
        program.start()


@pytest.mark.filterwarnings(
    "ignore:subprocess .* is still running:ResourceWarning"
)  # it is meant to outlive who starts it
def test_a_program_that_is_killed_takes_along_what_it_has_started(program: Program) -> None:
    # Who answers is a child; the program itself is known by the folder of environments in its command line.
    script = 'trap "" TERM; "$0" -m http.server --bind 127.0.0.1 "$1" & wait'
    command = ["sh", "-c", script, sys.executable, str(program.port), str(ENVIRONMENTS)]
    started = replace(program, command=command)
    started.start()

    started.kill()

    assert started.pid() is None
    assert not started.pid_file.exists()
    replace(program, command=command).start()  # which a port that is still held would refuse
    started.kill()


def test_functions_read_their_streams_from_the_beginning_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "lambda.json"
    monkeypatch.setattr(cloud, "FUNCTIONS_FILE", kept)
    cloud.forget_places_in_streams()
    kept.write_text(
        '{"__ministack_format__": 1, "payload": {"esms": {"a": 1}, "dynamodb_stream_positions": {"a": 231}}}'
    )

    cloud.forget_places_in_streams()

    assert json.loads(kept.read_text()) == {"__ministack_format__": 1, "payload": {"esms": {"a": 1}}}


def test_a_process_that_is_not_ours_is_never_taken_for_one(program: Program) -> None:
    program.pid_file.write_text("1")

    assert program.pid() is None
    assert program.stop() is False


@pytest.mark.parametrize("wanted", ["tomorrow", "2026-10-09", "2026-10-09T09:00:00", "2026-13-01T00:00:00Z"])
def test_only_an_instant_with_its_offset_sets_the_clock(wanted: str) -> None:
    with pytest.raises(LocalError, match=r"2026-10-09T09:00:00\+08:00"):
        clock.set_clock(wanted)


def test_a_token_is_for_somebody_who_exists() -> None:
    with pytest.raises(LocalError, match=r"no persona 'nobody'.*applicant, applicant2"):
        token_of("nobody")


@pytest.mark.parametrize(
    ("since", "until", "dry_run", "why"),
    [
        ("yesterday", "2026-12-01T00:00:00Z", "", "no RFC 3339 instant"),
        ("2026-12-01T00:00:00Z", "2026-12-01T08:00:00+08:00", "", "not later than"),
        ("2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z", "no", "DRY=yes"),
    ],
)
def test_a_replay_that_would_not_do_what_is_meant_is_refused(since: str, until: str, dry_run: str, why: str) -> None:
    with pytest.raises(LocalError, match=why):
        run(["replay", since, until, "", "", dry_run])


def test_what_fails_in_front_of_the_person_fails_for_make_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "_command", lambda *_: ["false"])

    with pytest.raises(LocalError, match="replay failed"):
        environments.show_in_cloud("replay", "{}")
