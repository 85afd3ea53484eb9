"""Makes what pages are drawn with: one style sheet of govuk-frontend's and ours, the scripts, the catalogues of texts.

What belongs to the British government is left out: its typeface, its crown and its crest.
"""

import hashlib
import re
import tarfile
import tempfile
from pathlib import Path
from typing import Final

from infra.assets.catalogues import LANGUAGES, compiled
from infra.engine.installation import fetch_from_npm, local_folder, only_one

NPM_PACKAGE: Final = "govuk-frontend"
NPM_VERSION: Final = "6.3.0"
NPM_INTEGRITY: Final = "cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/srsRj/q8d5bM9cgKoA=="
"""The package's SHA-512 in base64, as npm publishes it after `sha512-`."""
STYLES: Final = "package/dist/govuk/govuk-frontend.min.css"

WEB: Final = Path(__file__).resolve().parents[2] / "chalicelib" / "web"
OURS: Final = WEB / "styles" / "portal.css"
ICON: Final = WEB / "styles" / "icon.svg"
SCRIPTS: Final = WEB / "scripts"
BUILT: Final = WEB / "assets"

FACE: Final = re.compile(r"@font-face\{[^}]*\}")
PICTURE: Final = re.compile(r"url\(/assets/[^)]*\)")
TYPEFACE: Final = "GDS Transport,arial,sans-serif"
OUR_TYPEFACE: Final = 'system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif'


def build() -> Path:
    """Build what is not there or no longer right; safe to repeat, and for two processes at once."""
    kept = local_folder() / "assets"
    kept.mkdir(parents=True, exist_ok=True)
    with only_one(kept / "lock"):
        fetched = kept / f"{NPM_PACKAGE}-{NPM_VERSION}.css"
        if not fetched.exists():
            arriving = fetched.with_suffix(".arriving")
            arriving.write_text(_styles(), encoding="utf-8")
            arriving.rename(fetched)
        files = {
            "portal.css": without_government(fetched.read_text(encoding="utf-8")) + OURS.read_text(encoding="utf-8"),
            **{path.name: path.read_text(encoding="utf-8") for path in (ICON, *SCRIPTS.glob("*.js"))},
        }
        BUILT.mkdir(exist_ok=True)
        wanted = {_named(name, whole): whole.encode() for name, whole in files.items()}
        wanted |= {f"{language}.mo": compiled(language) for language in LANGUAGES}
        for old in BUILT.iterdir():
            if old.name not in wanted:
                old.unlink()
        for name, whole in wanted.items():
            if not (BUILT / name).exists() or (BUILT / name).read_bytes() != whole:
                arriving = BUILT / "arriving"
                arriving.write_bytes(whole)
                arriving.rename(BUILT / name)
    return BUILT


def _named(name: str, whole: str) -> str:
    """Put a digest of what a file holds into its name, so that browsers may keep it for ever."""
    stem, _, ending = name.partition(".")
    return f"{stem}.{hashlib.sha256(whole.encode()).hexdigest()[:16]}.{ending}"


def without_government(styles: str) -> str:
    """Return the style sheet without the typeface and pictures that only the British government may use."""
    return PICTURE.sub("none", FACE.sub("", styles)).replace(TYPEFACE, OUR_TYPEFACE)


def _styles() -> str:
    with tempfile.TemporaryDirectory(prefix="npm-", dir=local_folder()) as scratch:
        package = fetch_from_npm(Path(scratch), NPM_PACKAGE, NPM_VERSION, NPM_INTEGRITY)
        with tarfile.open(package) as archive:
            member = archive.extractfile(STYLES)
            if member is None:
                message = f"{NPM_PACKAGE} {NPM_VERSION} has no {STYLES}"
                raise FileNotFoundError(message)
            return member.read().decode()
