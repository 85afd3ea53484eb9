"""The import contract that keeps each table behind its own store; ``.importlinter`` names it."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output


class OwnStoreContract(Contract):
    """A table is imported by the store of the same name, and by tables whose rows build on its own.

    ``credit.table.imports`` belongs to ``credit.store.imports``, ``cases.table`` to ``cases.store``.
    The contracts that import-linter brings cannot say this, so they would let one store read another's table.
    """

    type_name = "own_store"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - the caller's signature
        """Find the imports that go round a store."""
        strangers = sorted(
            f"{importer} -> {table}"
            for table in graph.modules
            if "table" in table.split(".")
            for importer in graph.find_modules_that_directly_import(table)
            if importer != table.replace(".table", ".store") and "table" not in importer.split(".")
        )
        return ContractCheck(kept=not strangers, metadata={"strangers": strangers})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each importer; what to do is the contract's name."""
        for stranger in check.metadata["strangers"]:
            output.print_error(f"{stranger} goes round the store", bold=False)
