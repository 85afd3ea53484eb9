"""Pages lead where they say, and every decision can be found."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted(ROOT.glob("README*.md")),
    *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
INDEX = ROOT / "docs" / "decisions" / "README.md"
DECISIONS = sorted(page for page in INDEX.parent.glob("*.md") if page != INDEX)

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(([^)\s]+)\)|\b(?:src|href)=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)


def links(text: str) -> Iterator[str]:
    """Every target of a page that is no address of its own; what stands in code is no link."""
    for found in LINK.finditer(INLINE_CODE.sub("", FENCED.sub("", text))):
        target = found[1] or found[2]
        if not re.match(r"[a-z][a-z0-9+.-]*:", target):
            yield target


def anchors(text: str) -> set[str]:
    """The fragments under which a forge shows the headings of a page."""
    seen: Counter[str] = Counter()
    names: set[str] = set()
    for heading in HEADING.findall(FENCED.sub("", text)):
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        names.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return names


def broken(page: Path, text: str) -> list[str]:
    """The links of a page that lead to no file, or to no heading of it."""
    wrong = []
    for link in links(text):
        path, _, fragment = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (
            fragment and target.suffix == ".md" and fragment not in anchors(target.read_text(encoding="utf-8"))
        ):
            wrong.append(link)
    return wrong


def test_every_link_leads_to_a_file_and_to_a_heading() -> None:
    wrong = {
        page.relative_to(ROOT).as_posix(): found
        for page in PAGES
        if (found := broken(page, page.read_text(encoding="utf-8")))
    }

    assert wrong == {}


def test_a_link_to_nowhere_is_seen_and_one_in_code_is_none() -> None:
    text = (
        '[a](LICENSE) [b](no-such.md) <img src="c.png"> `[d](e.md)` '
        "[f](CONTRIBUTING.md#set-up) [g](CONTRIBUTING.md#nowhere)"
    )

    assert broken(ROOT / "README.md", text) == ["no-such.md", "c.png", "CONTRIBUTING.md#nowhere"]


def test_headings_of_one_name_have_fragments_of_their_own() -> None:
    assert anchors("# Edges: API and portal\n\n## Why\n\n```\n# no heading\n```\n\n## Why\n") == {
        "edges-api-and-portal",
        "why",
        "why-1",
    }


def test_every_decision_stands_in_the_index_once_under_its_title() -> None:
    listed = re.findall(r"^- \[(\d{4})\]\(([^)]+)\) (.+)$", INDEX.read_text(encoding="utf-8"), re.MULTILINE)

    titles = [
        (page.name[:4], page.name, page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# "))
        for page in DECISIONS
    ]

    assert sorted(listed) == titles


def test_the_numbers_of_decisions_have_no_gap() -> None:
    assert [page.name[:5] for page in DECISIONS] == [f"{number:04}-" for number in range(1, len(DECISIONS) + 1)]
