"""The rules of authorities: what may be granted, how one stands, what it covers, and what may still become of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from chalicelib.authorities.model import Act, Authority, AuthorityAction, Grant, Matter, Party, Side, Standing
from chalicelib.clock import day_in_shanghai
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.subjects.model.subjects import SubjectKey


def standing_of(authority: Authority, *, at: datetime) -> Standing:
    """Return how an authority stands at an instant; its last day counts to its end in Shanghai."""
    today = day_in_shanghai(at)
    reasons = (
        (authority.ended is not None, Standing.ENDED),
        (authority.refused is not None, Standing.REFUSED),
        (authority.is_waiting, Standing.CLAIMED),
        (today < authority.grant.starts_on, Standing.COMING),
        (today > authority.grant.ends_on, Standing.EXPIRED),
    )
    return next((standing for holds, standing in reasons if holds), Standing.IN_FORCE)


def covers(authority: Authority, act: Act, matter: Matter, *, at: datetime) -> bool:
    """Return whether an authority covers an act in a matter of its two sides at an instant.

    Whoever filed a case as agent may look at it with any authority for its item. Cases that others filed take the act
    of looking at them, whatever else is granted.
    """
    grant, is_theirs = authority.grant, matter.agent == authority.agent.subject
    may_look = is_theirs or Act.VIEW in grant.acts
    return (
        standing_of(authority, at=at) is Standing.IN_FORCE
        and authority.principal.subject == matter.principal
        and (grant.items is None or matter.item_code in grant.items)
        and may_look
        and (act is Act.VIEW or act in grant.acts)
    )


def side_of(authority: Authority, subject: SubjectKey | None) -> Side | None:
    """Return which side of an authority somebody is; None if neither."""
    if subject == authority.principal.subject:
        return Side.PRINCIPAL
    return Side.AGENT if subject == authority.agent.subject else None


def require_grantable(grant: Grant, *, principal: Party, agent: Party, pointer: str, today: date) -> None:
    """Raise ``INVALID_BODY`` with every fault: a last day before the first or over, an act twice, or one's own agent.

    ``pointer`` is where the other side stands.
    """
    faults = tuple(_faults_of(grant, is_oneself=principal.subject == agent.subject, pointer=pointer, today=today))
    if faults:
        raise DomainError(ErrorCode.INVALID_BODY, faults=faults)


def _faults_of(grant: Grant, *, is_oneself: bool, pointer: str, today: date) -> Iterator[FieldError]:
    if is_oneself:
        yield FieldError(pointer=pointer, detail="委托人和受托人不能是同一人。", english="Nobody is their own agent.")
    for name, given in (("acts", grant.acts), ("items", grant.items or ())):
        for index, one in enumerate(given):
            if one in given[:index]:
                yield FieldError(pointer=f"/{name}/{index}", detail="重复。", english="This is there twice.")
    if grant.ends_on < grant.starts_on:
        yield FieldError(
            pointer="/until",
            detail="最后一天早于第一天。",
            english="The last day is before the first.",
            code="ENDS_BEFORE_START",
        )
    elif grant.ends_on < today:
        yield FieldError(pointer="/until", detail="这一天已经过去。", english="This day is over.", code="DAY_IS_OVER")


def confirm(authority: Authority, action: AuthorityAction, *, principal: Party) -> Authority:
    """Return a claim confirmed, with the principal as an officer read them in the document.

    ``INVALID_BODY`` if that is somebody else than the agent named, and ``STEP_NOT_ALLOWED`` if it is decided already.
    """
    _require_waiting(authority)
    if principal.subject != authority.principal.subject:
        fault = FieldError(
            pointer="/principal/number",
            detail="与受托人申报的委托人不是同一人，请对照委托书核对证件种类和号码；确实不符的，不予确认并说明原因。",
            english=(
                "This is not the principal whom the agent named. Compare kind and number with the document; if they "
                "differ there too, refuse the claim and say so."
            ),
        )
        raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))
    return replace(authority, principal=principal, confirmed=action)


def refuse(authority: Authority, action: AuthorityAction) -> Authority:
    """Return a claim refused; ``STEP_NOT_ALLOWED`` if it is decided already."""
    _require_waiting(authority)
    return replace(authority, refused=action)


def _require_waiting(authority: Authority) -> None:
    if not authority.is_waiting:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)


def end(authority: Authority, action: AuthorityAction) -> Authority:
    """Return an authority ended: by its principal, or given back by its agent, claimed or in force; once only."""
    return authority if authority.ended is not None else replace(authority, ended=action)
