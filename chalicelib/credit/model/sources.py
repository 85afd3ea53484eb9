"""Which source of credit records belongs to which department (信息提供单位), and which of them are registers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from chalicelib.subjects.model.subjects import NameRank, SubjectKind

CREDIT_OFFICE = "credit"
"""The department that is the credit office (信用主管部门).

It takes matters that belong to no other department, and answers for what concerns them all: whose identities belong
together, and which measures are listed.
"""


class ListedSources(NamedTuple):
    """A place's own list, as it is packaged: each department's sources, and what else is said of them.

    ``registers`` says of whom a source keeps the register (登记机关), ``trusted`` to each kind of credit data which
    sources' own systems hand in such records as they were decided, so that nobody has to confirm them here.
    """

    departments: Mapping[str, list[str]]
    registers: Mapping[str, list[SubjectKind]] = {}
    trusted: Mapping[str, tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True)
class Sources:
    """The department of each source (来源归属); nobody else hands in or corrects its records.

    ``registers`` are the kinds of subjects of which a source keeps the register, ``trusted`` to each kind of data the
    sources that nobody has to confirm.
    """

    departments: Mapping[str, str]
    registers: Mapping[str, Collection[SubjectKind]] = field(default_factory=dict)
    trusted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, listed: ListedSources) -> Self:
        """Read the list; raises ``ValueError`` for a source listed twice, or a register or trusted one that is not."""
        departments: dict[str, str] = {}
        for department, sources in listed.departments.items():
            for source in sources:
                if departments.setdefault(source, department) != department:
                    message = f"the source {source} is listed for {departments[source]} and for {department}"
                    raise ValueError(message)
        said = listed.registers.keys() | {source for sources in listed.trusted.values() for source in sources}
        if unlisted := said - departments.keys():
            message = f"no department's source: {', '.join(sorted(unlisted))}"
            raise ValueError(message)
        return cls(departments, listed.registers, listed.trusted)

    def rank_of(self, source: str, kind: SubjectKind) -> NameRank:
        """Return what a source's word is worth on the name of a subject of this kind."""
        return NameRank.REGISTER if kind in self.registers.get(source, ()) else NameRank.OFFICE

    def belongs_to(self, source: str, department: str | None) -> bool:
        """Whether a source is this department's; one that is not listed is nobody's."""
        return department is not None and self.departments.get(source) == department

    def office_of(self, source: str) -> str:
        """Return the department that answers for a source's records, the credit office if it is nobody's."""
        return self.departments.get(source, CREDIT_OFFICE)
