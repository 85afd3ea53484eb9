"""Fetches the faces of issued documents, which are not committed, for the function that draws them.

Both are Noto's, under the SIL Open Font License 1.1: a serif with the 27,500 characters of the basic plane and those
beyond it that the list of standard characters has (通用规范汉字表), as TrueType, whose text every reader extracts; and
one with 2,000 more of plane 2.
"""

import hashlib
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Final

from infra.engine.installation import fetch_from_npm, install_wheels, local_folder, only_one

SERIF: Final = "@expo-google-fonts/noto-serif-sc"
SERIF_VERSION: Final = "0.4.3"
SERIF_INTEGRITY: Final = "fSmUpiSFtSeyHV45/2xUOy5SdfExklQwwMKN3cQjAZAujITHDmSbpMHCVdCMhRqMjQtu0ZRgc29u8A+CU3akfw=="
"""The package's SHA-512 in base64, as npm publishes it after `sha512-`."""
RARE: Final = Path(__file__).with_name("fonts.txt")

BUILT: Final = Path(__file__).resolve().parents[2] / "chalicelib" / "issuing" / "fonts"

OF_SERIF: Final = {
    "serif.ttf": "package/400Regular/NotoSerifSC_400Regular.ttf",
    "OFL.txt": "package/LICENSE_FONT",
}
OF_RARE: Final = {"rare.otf": "noto_cjk_sans_jp_regular/NotoSansCJKjp-Regular.otf"}
"""What is taken out of the packages, by the name that it has with us; the licence goes along with the faces."""


def build() -> Path:
    """Fetch what is not there, with pinned versions and hashes; safe to repeat, and for two processes at once."""
    pinned = hashlib.sha256(f"{SERIF_INTEGRITY} {RARE.read_text(encoding='utf-8')}".encode()).hexdigest()[:16]
    kept = local_folder() / "assets" / f"fonts-{pinned}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with only_one(kept.parent / "fonts-lock"):
        if not kept.exists():
            with tempfile.TemporaryDirectory(prefix="fonts-", dir=kept.parent) as scratch:
                arriving = Path(scratch) / "arriving"
                arriving.mkdir()
                _fetch(Path(scratch), arriving)
                arriving.rename(kept)
        BUILT.mkdir(exist_ok=True)
        for name in (*OF_SERIF, *OF_RARE):
            if not (BUILT / name).exists() or (BUILT / name).stat().st_size != (kept / name).stat().st_size:
                shutil.copyfile(kept / name, BUILT / "arriving")
                (BUILT / "arriving").rename(BUILT / name)
    return BUILT


def _fetch(scratch: Path, arriving: Path) -> None:
    package = fetch_from_npm(scratch, SERIF, SERIF_VERSION, SERIF_INTEGRITY)
    with tarfile.open(package) as archive:
        for name, member in OF_SERIF.items():
            held = archive.extractfile(member)
            if held is None:
                message = f"{SERIF} {SERIF_VERSION} has no {member}"
                raise FileNotFoundError(message)
            (arriving / name).write_bytes(held.read())
    install_wheels("--require-hashes", "--requirement", str(RARE), into=scratch / "packages")
    for name, member in OF_RARE.items():
        shutil.copyfile(scratch / "packages" / member, arriving / name)
