"""Which source of credit records belongs to which department (信息提供单位)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

CREDIT_OFFICE = "credit"
"""The department that is the credit office (信用主管部门).

It takes matters that belong to no other department, and answers for what concerns them all: whose identities belong
together, and which measures are listed.
"""


@dataclass(frozen=True, slots=True)
class Sources:
    """The department of each source (来源归属); nobody else hands in or corrects its records."""

    departments: Mapping[str, str]

    @classmethod
    def of(cls, listed: Mapping[str, list[str]]) -> Self:
        """Read the sources listed for each department; raises ``ValueError`` for one listed twice."""
        departments: dict[str, str] = {}
        for department, sources in listed.items():
            for source in sources:
                if departments.setdefault(source, department) != department:
                    message = f"the source {source} is listed for {departments[source]} and for {department}"
                    raise ValueError(message)
        return cls(departments)

    def belongs_to(self, source: str, department: str | None) -> bool:
        """Whether a source is this department's; one that is not listed is nobody's."""
        return department is not None and self.departments.get(source) == department

    def office_of(self, source: str) -> str:
        """Return the department that answers for a source's records, the credit office if it is nobody's."""
        return self.departments.get(source, CREDIT_OFFICE)
