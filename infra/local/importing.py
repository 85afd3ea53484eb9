"""Hand a file of credit records in, as a source's own system would, and watch it being taken."""

import hashlib
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, cast

from infra.local.deployment import base_url
from infra.local.identity import personas
from infra.local.login import token_of
from infra.local.place import ROOT, STATE, LocalError

SOURCES = ROOT / "chalicelib/credit/editions/sources.json"
PROVIDERS = ("system", "credit_officer")
"""Who hands in for a source of their department, whom one would expect first."""

WIDTH = 30
BLOCK = 1 << 20
ASK_EVERY_SECONDS = 0.5
PATIENCE_SECONDS = 1800
"""How long nothing may move before the import is called stuck."""

SHOWN = 10

Progress = Callable[[str, int, int], None]


class TokenEndedError(LocalError):
    """The API does not take the token any more."""


def bring(file: Path, source: str, *, show: Progress | None = None) -> dict[str, Any]:
    """Hand a file in and return the import at its end; ``LocalError`` if it was refused whole or stands still."""
    show = show or bar
    if not file.is_file() or not file.stat().st_size:
        message = f"There is no file {file}, or nothing in it."
        raise LocalError(message)
    who = provider_of(source)
    size = file.stat().st_size
    wish = {"source": source, "size": size, "sha256": _digest(file, size, show)}
    made = _ask("POST", "/v1/credit/imports", token_of(who), wish)
    _upload(file, made["upload"], size, show)
    done = _followed(made["id"], who, show)
    if done["state"] == "refused":
        message = f"The whole file was refused: {done['problem']}."
        raise LocalError(message)
    return done


def provider_of(source: str) -> str:
    """Return the persona who may hand in for a source; ``LocalError`` if nobody may."""
    listed = json.loads(SOURCES.read_text(encoding="utf-8"))["departments"]
    found = [
        (PROVIDERS.index(role), name)
        for name, persona in personas().items()
        for role in cast("list[str]", persona["claims"]["roles"])
        if role in PROVIDERS and source in listed.get(persona["claims"].get("department"), ())
    ]
    if not found:
        message = f"Nobody here hands in for {source}: {SOURCES.relative_to(ROOT)} says whose each source is."
        raise LocalError(message)
    return min(found)[1]


def run(file: str, source: str) -> None:
    """Do it before the person at the keyboard: progress, counts, and the first of the refused lines."""
    done = bring(Path(file), source)
    counts = done["records"]
    told = ", ".join(f"{counts[name]} {name}" for name in ("stored", "unchanged", "late", "refused", "conflict"))
    print(f"{counts['done']} records: {told}.")
    if done["refused_file"]:
        path = keep_refused(done)
        lines = path.read_text(encoding="utf-8").splitlines()
        print(f"Refused lines, each with its reason: {path}")
        for line in lines[:SHOWN]:
            print(f"  {line}")
        if len(lines) > SHOWN:
            print(f"  ... and {len(lines) - SHOWN} more")


def keep_refused(done: Mapping[str, Any]) -> Path:
    """Download the file of refused lines, and return where it is."""
    path = STATE / "imports" / f"{done['id']}-refused.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with urllib.request.urlopen(done["refused_file"], timeout=60) as answer:  # noqa: S310 - the service's own address
        path.write_bytes(answer.read())
    return path


def bar(what: str, done: int, total: int) -> None:
    """Draw how far something is, in place on a terminal, and only its end elsewhere."""
    share = done / total if total else 1.0
    filled = round(WIDTH * share)
    text = f"{what:10} [{'#' * filled}{'.' * (WIDTH - filled)}] {share:4.0%} {done:,}/{total:,}"
    if sys.stderr.isatty():
        print(f"\r{text}", end="\n" if done >= total else "", file=sys.stderr, flush=True)
    elif done >= total:
        print(text, file=sys.stderr, flush=True)


def _digest(file: Path, size: int, show: Progress) -> str:
    digest, seen = hashlib.sha256(), 0
    with file.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            seen += len(block)
            show("digest", seen, size)
    return digest.hexdigest()


class Watched:
    """A file that tells how much of it has been read."""

    def __init__(self, stream: IO[bytes], size: int, show: Progress) -> None:
        """Read from ``stream``."""
        self._stream = stream
        self._size = size
        self._show = show
        self._seen = 0

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        block = self._stream.read(size)
        self._seen += len(block)
        if block:
            self._show("upload", self._seen, self._size)
        return block


def _upload(file: Path, upload: Mapping[str, Any], size: int, show: Progress) -> None:
    with file.open("rb") as stream:
        request = urllib.request.Request(  # noqa: S310 - the service's own address
            upload["url"],
            data=Watched(stream, size, show),
            method=upload["method"],
            headers={**upload["headers"], "Content-Type": "application/octet-stream"},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS):  # noqa: S310
                return
        except urllib.error.HTTPError as refusal:
            with refusal:
                message = f"The upload was refused ({refusal.code}): {refusal.read().decode(errors='replace')[:500]}"
            raise LocalError(message) from refusal


def _followed(import_id: str, who: str, show: Progress) -> dict[str, Any]:
    """Ask until it has ended; a token ends sooner than a long import, and is then fetched anew."""
    moved_at, seen, token, path = time.monotonic(), -1, token_of(who), f"/v1/credit/imports/{import_id}"
    while True:
        try:
            found = _ask("GET", path, token)
        except TokenEndedError:
            token = token_of(who)
            found = _ask("GET", path, token)
        records = found["records"]
        if records["total"]:
            show("records", records["done"], records["total"])
        if found["state"] in {"done", "refused"}:
            return found
        if records["done"] != seen:
            moved_at, seen = time.monotonic(), records["done"]
        elif time.monotonic() - moved_at > PATIENCE_SECONDS:
            message = f"The import {import_id} stands still at {records['done']} records. Its log: make logs."
            raise LocalError(message)
        time.sleep(ASK_EVERY_SECONDS)


def _ask(method: str, path: str, token: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 - our own loopback address
        base_url() + path,
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            found: dict[str, Any] = json.loads(answer.read())
            return found
    except urllib.error.HTTPError as refusal:
        with refusal:
            said = refusal.read().decode(errors="replace")
        message = f"The API refused {method} {path} ({refusal.code}): {said}"
        raise (TokenEndedError if refusal.code == HTTPStatus.UNAUTHORIZED else LocalError)(message) from refusal
