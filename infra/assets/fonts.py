"""Fetches the faces of issued documents, which are not committed, for the function that draws them."""

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Final

from infra.engine.installation import install_wheels, local_folder, only_one

REQUIREMENTS: Final = Path(__file__).with_name("fonts.txt")
BUILT: Final = Path(__file__).resolve().parents[2] / "chalicelib" / "issuing" / "fonts"

FILES: Final = {
    "serif.otf": "pylopdf_fonts_zh_cn/NotoSerifSC-Regular.otf",
    "rare.otf": "noto_cjk_sans_jp_regular/NotoSansCJKjp-Regular.otf",
    "OFL.txt": "pylopdf_fonts_zh_cn-0.1.1.dist-info/licenses/LICENSE",
}
"""What is taken out of the packages, by the name that it has with us; the licence goes along with the faces."""


def build() -> Path:
    """Fetch what is not there, with pinned versions and hashes; safe to repeat, and for two processes at once."""
    pinned = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:16]
    kept = local_folder() / "assets" / f"fonts-{pinned}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with only_one(kept.parent / "fonts-lock"):
        if not kept.exists():
            with tempfile.TemporaryDirectory(prefix="fonts-", dir=kept.parent) as scratch:
                packages, arriving = Path(scratch) / "packages", Path(scratch) / "arriving"
                install_wheels("--require-hashes", "--requirement", str(REQUIREMENTS), into=packages)
                arriving.mkdir()
                for name, member in FILES.items():
                    shutil.copyfile(packages / member, arriving / name)
                arriving.rename(kept)
        BUILT.mkdir(exist_ok=True)
        for name in FILES:
            if not (BUILT / name).exists() or (BUILT / name).stat().st_size != (kept / name).stat().st_size:
                shutil.copyfile(kept / name, BUILT / "arriving")
                (BUILT / "arriving").rename(BUILT / name)
    return BUILT
