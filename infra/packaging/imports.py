"""Imports what the code in an unpacked package names, from that package alone: ``python -I -S imports.py FOLDER``.

That is each of our modules and each import in them, also those inside functions, which run only when they are needed.
It prints what cannot be imported, and by whom, and ends with 1 if there is any.
"""

import ast
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path


def main(folder: Path) -> int:
    """Try everything."""
    sys.path.insert(0, str(folder))
    missing = 0
    for path in [folder / "app.py", *sorted((folder / "chalicelib").rglob("*.py"))]:
        itself = ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
        for module, name in [(itself, ""), *imports_of(ast.parse(path.read_bytes()))]:
            try:
                found = import_module(module)
                if name and not hasattr(found, name):
                    import_module(f"{module}.{name}")
            except ImportError as error:
                print(f"{path.relative_to(folder)}: {error}")
                missing += 1
    return 1 if missing else 0


def imports_of(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each module that is imported, with the name that is taken from it, but for what only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.Import():
                yield from ((one.name, "") for one in node.names)
            case ast.ImportFrom(module=str(module)):
                yield from ((module, one.name) for one in node.names)
        yield from imports_of(node)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
