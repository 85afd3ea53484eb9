"""The files of the project, and what they use."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEPLOYED = [*ROOT.glob("app.py"), *sorted((ROOT / "chalicelib").rglob("*.py"))]


def named(path: Path) -> str:
    """A file's path as a person would say it."""
    return path.relative_to(ROOT).as_posix()


def uses(source: str) -> Iterator[str]:
    """Every dotted name that a source imports or reads, from imports and from plain attribute access."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)
