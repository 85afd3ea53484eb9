"""Makes what pages are drawn with: one style sheet of govuk-frontend's and ours, the scripts, the catalogues of texts.

What belongs to the British government is left out: its typeface, its crown and its crest.
"""

import hashlib
import re
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.assets.catalogues import LANGUAGES, compiled
from infra.engine.installation import fetch_from_npm, local_folder, only_one


@dataclass(frozen=True, slots=True, kw_only=True)
class FromNpm:
    """One file of a package; ``integrity`` is the package's SHA-512 in base64, as npm publishes it after `sha512-`."""

    package: str
    version: str
    integrity: str
    member: str

    @property
    def kept_as(self) -> str:
        """What the file is called between two builds."""
        return f"{self.package}-{self.version}{Path(self.member).suffix}"


STYLES: Final = FromNpm(
    package="govuk-frontend",
    version="6.3.0",
    integrity="cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/srsRj/q8d5bM9cgKoA==",
    member="package/dist/govuk/govuk-frontend.min.css",
)
CHARTS: Final = FromNpm(
    package="echarts",
    version="6.1.0",
    integrity="q0yaFPggC9FUdsWH4blavRWFmxdrIodbkoKNAjJudAI6CA9gNPxHtV2RcZNEepZVlk4yvBYkOkbk6HIVpIyHZA==",
    member="package/dist/echarts.simple.min.js",
)

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
        files = {
            "portal.css": without_government(_fetched(STYLES, kept)) + OURS.read_text(encoding="utf-8"),
            "echarts.js": _fetched(CHARTS, kept),
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


def _fetched(wanted: FromNpm, kept: Path) -> str:
    """Return a file of a package, which is fetched once."""
    place = kept / wanted.kept_as
    if not place.exists():
        arriving = place.with_suffix(".arriving")
        arriving.write_bytes(_arrived(wanted))
        arriving.rename(place)
    return place.read_text(encoding="utf-8")


def _arrived(wanted: FromNpm) -> bytes:
    with tempfile.TemporaryDirectory(prefix="npm-", dir=local_folder()) as scratch:
        package = fetch_from_npm(Path(scratch), wanted.package, wanted.version, wanted.integrity)
        with tarfile.open(package) as archive:
            member = archive.extractfile(wanted.member)
            if member is None:
                message = f"{wanted.package} {wanted.version} has no {wanted.member}"
                raise FileNotFoundError(message)
            return member.read()
