"""Reading the rows of a table one by one, whatever a single one of them brings about."""

from collections.abc import Sequence
from typing import Any, Protocol

from chalicelib.credit.model.imports import LineCode, Row
from chalicelib.dynamo.failures import may_pass
from chalicelib.logging import logger


class Reading(Protocol):
    """Reads one row."""

    def __call__(self, line: int, cells: Sequence[Any], /, *, header: Sequence[str]) -> Row:
        """Return the row as a record, or with the reason why there is none."""


class RowReader:
    """Reads the rows of a file; one at which the reading itself fails is refused, and the others go on."""

    def __init__(self, read: Reading) -> None:
        """Take what reads one row."""
        self._read = read
        self._has_failed = False

    def row(self, line: int, cells: Sequence[Any], *, header: Sequence[str]) -> Row:
        """Return the row; the first failure of a file is in the log with its stack."""
        try:
            return self._read(line, cells, header=header)
        except Exception as error:
            if may_pass(error):
                raise
            if not self._has_failed:
                logger("ingest").exception("import_row_failed", line=line)
            self._has_failed = True
            return Row(line=line, code=LineCode.UNEXPECTED)
