"""Grants in the database: name, confirm, decline, end, expire. The rules are in `trust.persons.agency`.

Errors mean that nothing was changed. A caller that is neither side of a grant gets `GrantNotFound`, as if
there were none. Not checked here: who the callers are (their login session says so).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from keys.encoding import uuid7
from trust.persons.agency import (
    USUAL_TERM,
    EndReason,
    Grant,
    GrantState,
    Kind,
    Naming,
    Step,
    check_naming,
    depth_of,
)
from trust.persons.errors import GrantConflict, GrantNotFound, GrantRefused, OrganizationNotFound
from trust.persons.levels import assurance
from trust.persons.matters import Matter, highest_level
from trust.persons.store import agency as store
from trust.persons.store import organizations, people

CONFIRM_LEVEL = 2
"""Who acts for somebody is matched against a register at least."""
EXPIRE_BATCH = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What a namer asks for."""

    delegate_id: UUID
    matters: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    may_subdelegate: bool = False


def name_agent(
    session: Session,
    organization_id: UUID,
    named_by: UUID,
    wish: Wish,
    matters: Mapping[str, Matter],
    now: datetime,
) -> Grant:
    """The representative names an agent (经办人). Raises: OrganizationNotFound, GrantRefused."""
    organization = organizations.by_id(session, organization_id)
    if organization is None or organization.state != organizations.ACTIVE:
        raise OrganizationNotFound()
    entitled = organization.representative_id
    return _name(session, Kind.ORGANIZATION, organization_id, entitled, named_by, wish, matters, now, None)


def name_relative(
    session: Session, person_id: UUID, wish: Wish, matters: Mapping[str, Matter], now: datetime
) -> Grant:
    """A person lets a relative or friend act for them (亲友代办). Raises: GrantRefused."""
    store.ensure_principal(session, person_id, Kind.PERSON)
    return _name(session, Kind.PERSON, person_id, person_id, person_id, wish, matters, now, None)


def pass_on(
    session: Session,
    parent_id: UUID,
    named_by: UUID,
    wish: Wish,
    matters: Mapping[str, Matter],
    now: datetime,
) -> Grant:
    """An agent passes a grant on (下级授权). Raises: GrantNotFound, GrantRefused."""
    parent = store.read(session, parent_id)
    if parent is None or parent.delegate_id != named_by:
        raise GrantNotFound()
    entitled = _entitled(session, parent)
    return _name(session, parent.kind, parent.principal_id, entitled, named_by, wish, matters, now, parent)


def confirm(
    session: Session, grant_id: UUID, delegate_id: UUID, matters: Mapping[str, Matter], now: datetime
) -> Grant:
    """The delegate agrees. Takes one of the principal's places, atomically, in the grant's epoch.

    Raises: GrantNotFound, GrantRefused (assurance too low), GrantConflict (no place, over, or changed
    meanwhile).
    """
    grant = _mine(session, grant_id, delegate_id)
    needed = max(CONFIRM_LEVEL, highest_level(matters, grant.matters))
    if assurance(session, delegate_id, now) < needed:
        raise GrantRefused(
            f"Your identity must be proven to level L{needed} first.", f"请先将身份核验提升至 L{needed}。"
        )
    if grant.valid_until <= now or grant.state is not GrantState.NAMED:
        raise GrantConflict()
    if grant.parent_id is not None:
        parent = store.read(session, grant.parent_id)
        if parent is None or not parent.holds(now):
            raise GrantConflict()
    expire(session, now, principal_id=grant.principal_id)
    if not store.take_place(session, grant.principal_id, grant.epoch):
        raise GrantConflict(
            "There is no place for another agent, or the representative has changed.",
            "授权名额已满，或法定代表人已变更。",
        )
    if not store.move(session, grant, Step.CONFIRM, now):
        store.give_place_back(session, grant.principal_id, grant.epoch)
        raise GrantConflict()
    return _reread(session, grant_id)


def decline(session: Session, grant_id: UUID, delegate_id: UUID, now: datetime) -> Grant:
    """The delegate says no. Raises: GrantNotFound, GrantConflict."""
    grant = _mine(session, grant_id, delegate_id)
    if not store.move(session, grant, Step.DECLINE, now, by=str(delegate_id), reason=EndReason.DELEGATE):
        raise GrantConflict()
    return _reread(session, grant_id)


def end(session: Session, grant_id: UUID, by: UUID, now: datetime) -> list[Grant]:
    """Either side ends it, and with it everything passed on from it. Returns all that ended.

    Raises: GrantNotFound when `by` is neither side, GrantConflict when it is over already.
    """
    grant = store.read(session, grant_id)
    if grant is None:
        raise GrantNotFound()
    if by == grant.delegate_id:
        reason = EndReason.DELEGATE
    elif by in (grant.named_by, _entitled(session, grant)):
        reason = EndReason.GRANTOR
    else:
        raise GrantNotFound()
    if not store.move(session, grant, Step.END, now, by=str(by), reason=reason):
        raise GrantConflict()
    return [_reread(session, grant_id), *_end_below(session, grant, str(by), now)]


def end_all(session: Session, principal_id: UUID, by: str, reason: EndReason, now: datetime) -> list[Grant]:
    """Everything of a principal ends at once, also what is being confirmed in this moment."""
    store.next_epoch(session, principal_id)
    ended = store.of_principal(session, principal_id, open_only=True)
    for grant in ended:
        store.move(session, grant, Step.END, now, by=by, reason=reason)
    return [_reread(session, grant.id) for grant in ended]


def expire(session: Session, now: datetime, principal_id: UUID | None = None) -> int:
    """Close a batch of grants whose time is over; rights end with the time anyway. Returns how many."""
    over = store.overdue(session, now, EXPIRE_BATCH, principal_id)
    return sum(store.move(session, grant, Step.EXPIRE, now) for grant in over)


def _name(
    session: Session,
    kind: Kind,
    principal_id: UUID,
    entitled: UUID | None,
    named_by: UUID,
    wish: Wish,
    matters: Mapping[str, Matter],
    now: datetime,
    parent: Grant | None,
) -> Grant:
    start = wish.valid_from or now
    usual = start + USUAL_TERM
    naming = Naming(
        kind=kind,
        principal_id=principal_id,
        entitled=entitled,
        named_by=named_by,
        delegate_id=wish.delegate_id,
        matters=tuple(wish.matters),
        valid_from=start,
        valid_until=wish.valid_until or (min(usual, parent.valid_until) if parent else usual),
        may_subdelegate=wish.may_subdelegate,
        parent=parent,
    )
    check_naming(naming, matters, now)
    epoch = store.epoch_of(session, principal_id)
    delegate = people.read(session, wish.delegate_id)
    if epoch is None or (parent is not None and parent.epoch != epoch):
        raise GrantConflict()
    if delegate is None or delegate.state != people.ACTIVE:
        raise GrantRefused("The delegate has no account here.", "被授权人尚未在本平台注册。")
    grant = Grant(
        id=uuid7(now),
        principal_id=principal_id,
        kind=kind,
        epoch=epoch,
        parent_id=parent.id if parent else None,
        depth=depth_of(naming),
        named_by=named_by,
        delegate_id=naming.delegate_id,
        matters=naming.matters,
        may_subdelegate=naming.may_subdelegate,
        state=GrantState.NAMED,
        valid_from=naming.valid_from,
        valid_until=naming.valid_until,
        named_at=now,
    )
    store.insert_grant(session, grant)
    return grant


def _end_below(session: Session, grant: Grant, by: str, now: datetime) -> list[Grant]:
    ended: list[Grant] = []
    for child in store.children(session, grant.id):
        if store.move(session, child, Step.END, now, by=by, reason=EndReason.SUPERIOR):
            ended += [_reread(session, child.id), *_end_below(session, child, by, now)]
    return ended


def _entitled(session: Session, grant: Grant) -> UUID | None:
    """Who stands at the top: the present representative, or the person."""
    if grant.kind is Kind.PERSON:
        return grant.principal_id
    organization = organizations.by_id(session, grant.principal_id)
    return None if organization is None else organization.representative_id


def _mine(session: Session, grant_id: UUID, delegate_id: UUID) -> Grant:
    grant = store.read(session, grant_id)
    if grant is None or grant.delegate_id != delegate_id:
        raise GrantNotFound()
    return grant


def _reread(session: Session, grant_id: UUID) -> Grant:
    grant = store.read(session, grant_id)
    if grant is None:
        raise GrantNotFound()
    return grant
