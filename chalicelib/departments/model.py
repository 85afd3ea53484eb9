"""A department as people know it: its names, and how to reach it."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import StringConstraints

Words: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class InBothLanguages:
    """Words in Chinese and English."""

    zh: Words
    en: Words

    def read_in(self, language: Literal["zh", "en"]) -> str:
        """Return them in one of the two."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A department (部门): the short name that pages use, the full one for paper, and where it is when.

    ``counter`` is the address down to the counter (办事窗口), ``hours`` are when it is open (办公时间). ``telephone``
    is written as it is dialled.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]
    name: InBothLanguages
    full_name: InBothLanguages
    telephone: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9 ()-]{2,30}$")]
    counter: InBothLanguages
    hours: InBothLanguages
