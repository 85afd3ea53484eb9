"""Everybody in the story, and what has come of it so far."""

from dataclasses import dataclass, field
from functools import cached_property

from infra.local.demo.person import Person
from infra.local.demo.receiving import Receiver
from infra.local.demo.signing import Pen


@dataclass(kw_only=True)
class Drafted:
    """A draft as it was answered: its id, the exact text to sign, and the conditions to confirm one by one."""

    draft_id: str
    payload: str
    conditions: list[str]


@dataclass(kw_only=True)
class Town:
    """The people of the story, their pens, and the cases that later steps come back to."""

    people: dict[str, Person] = field(default_factory=dict)
    filed: list[Drafted] = field(default_factory=list)
    kept_back: list[Drafted] = field(default_factory=list)
    plate_case: str = ""
    address_case: str = ""
    flag_id: str = ""
    late_case: str = ""
    subscription_id: str = ""
    road_case: str = ""
    photo: str = ""

    def who(self, name: str) -> Person:
        """Return a persona; everybody logs in once."""
        return self.people.setdefault(name, Person(name))

    @cached_property
    def applicants_pen(self) -> Pen:
        """The applicant's own signing key."""
        return Pen(self.who("applicant"))

    @cached_property
    def companys_pen(self) -> Pen:
        """The company's own signing key."""
        return Pen(self.who("company"))

    @cached_property
    def agents_pen(self) -> Pen:
        """The agent's own signing key."""
        return Pen(self.who("agent"))

    @cached_property
    def markets_receiver(self) -> Receiver:
        """Where the market department's own system listens."""
        return Receiver()

    def put_pens_away(self) -> None:
        """Revoke every key that was enrolled, and stop listening."""
        for name in ("applicants_pen", "companys_pen", "agents_pen"):
            if name in self.__dict__:
                self.__dict__[name].put_away()
        if "markets_receiver" in self.__dict__:
            self.markets_receiver.close()
