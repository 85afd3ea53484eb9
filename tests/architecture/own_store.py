"""The import contract that keeps each table behind its own store; ``.importlinter`` names it."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output


class OwnStoreContract(Contract):
    """A module called ``table`` is imported by the ``store`` beside it, and by tables whose rows build on its own.

    The contracts that import-linter brings cannot say "beside it", so they would let one store read another's table.
    """

    type_name = "own_store"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - the caller's signature
        """Find the imports that go round a store."""
        strangers = sorted(
            f"{importer} -> {table}"
            for table in graph.modules
            if table.endswith(".table")
            for importer in graph.find_modules_that_directly_import(table)
            if importer != f"{table.removesuffix('.table')}.store" and not importer.endswith(".table")
        )
        return ContractCheck(kept=not strangers, metadata={"strangers": strangers})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each importer; what to do is the contract's name."""
        for stranger in check.metadata["strangers"]:
            output.print_error(f"{stranger} goes round the store", bold=False)
