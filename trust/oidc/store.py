"""SQL of the provider's durable tables. Changes are compare-and-swap on the version; nothing commits."""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CursorResult, Row, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.encoding import canonical_json, parse_json, uuid7
from trust.errors import ClientConflict
from trust.oidc import models
from trust.oidc.clients import Client, check_client, client_from_json, client_to_json

_CLIENT = SQLModel.metadata.tables[str(models.OidcClient.__tablename__)]
_INITIAL = SQLModel.metadata.tables[str(models.OidcInitialAccess.__tablename__)]
_FIND = select(_CLIENT).where(_CLIENT.c.client_id == bindparam("wanted"))
_LARGEST_DESCRIPTION = 256 * 1024
ACTIVE, DISABLED = "active", "disabled"


class InitialAccess(NamedTuple):
    """What an initial access token allows."""

    owner: str
    policy: str
    scopes: frozenset[str]


def new_client_id() -> str:
    return f"c-{secrets.token_hex(12)}"


def insert_client(session: Session, client: Client, now: datetime, *, local_names: bool = False) -> None:
    """Raises: ClientRefused (it contradicts its policy), ClientConflict (the client_id is taken)."""
    check_client(client, local_names=local_names)
    row = {
        "id": uuid7(now),
        "client_id": client.client_id,
        "version": 1,
        "created_at": now,
        **_values(client, now),
    }
    try:
        session.connection().execute(insert(_CLIENT), [row])
    except IntegrityError:
        raise ClientConflict("There is an application of this name already.", "该应用标识已存在。") from None


def change_client(session: Session, client: Client, now: datetime, *, local_names: bool = False) -> Client:
    """Write a changed snapshot over the version it was made from; return the next one.

    Raises: ClientRefused, ClientConflict when somebody else changed it in between.
    """
    check_client(client, local_names=local_names)
    statement = (
        update(_CLIENT)
        .where(_CLIENT.c.client_id == client.client_id, _CLIENT.c.version == client.version)
        .values(version=client.version + 1, **_values(client, now))
    )
    result: CursorResult[tuple[()]] = session.connection().execute(statement)
    if result.rowcount != 1:
        raise ClientConflict()
    return replace(client, version=client.version + 1)


def delete_client(session: Session, client_id: str) -> bool:
    result: CursorResult[tuple[()]] = session.connection().execute(
        delete(_CLIENT).where(_CLIENT.c.client_id == client_id)
    )
    return result.rowcount == 1


def read_client(session: Session, client_id: str) -> Client | None:
    """The present snapshot, disabled ones too."""
    row = session.connection().execute(_FIND, {"wanted": client_id}).one_or_none()
    return None if row is None else _client_of(row)


def list_clients(session: Session, owner: str | None = None) -> list[Client]:
    """All clients, or those of one owner, by client_id."""
    query = select(_CLIENT).order_by(_CLIENT.c.client_id)
    if owner is not None:
        query = query.where(_CLIENT.c.owner == owner)
    return [_client_of(row) for row in session.connection().execute(query)]


def client_row_id(session: Session, client_id: str) -> UUID | None:
    found: UUID | None = session.connection().scalar(
        select(_CLIENT.c.id).where(_CLIENT.c.client_id == client_id)
    )
    return found


def client_id_of_row(session: Session, row_id: UUID) -> str | None:
    found: str | None = session.connection().scalar(select(_CLIENT.c.client_id).where(_CLIENT.c.id == row_id))
    return found


def insert_initial_access(
    session: Session,
    *,
    owner: str,
    policy: str,
    scopes: Iterable[str],
    uses: int,
    life: timedelta,
    now: datetime,
) -> UUID:
    """Permission to register `uses` clients; its token is `secret.mint(HandleKind.INITIAL, row id)`."""
    row_id = uuid7(now)
    row = {
        "id": row_id,
        "owner": owner,
        "policy": policy,
        "scopes": " ".join(sorted(scopes)),
        "uses_left": uses,
        "created_at": now,
        "expires_at": now + life,
    }
    session.connection().execute(insert(_INITIAL), [row])
    return row_id


def use_initial_access(session: Session, row_id: UUID, now: datetime) -> InitialAccess | None:
    """Take one use; None when it is unknown, expired or used up."""
    statement = (
        update(_INITIAL)
        .where(_INITIAL.c.id == row_id, _INITIAL.c.uses_left > 0, _INITIAL.c.expires_at > now)
        .values(uses_left=_INITIAL.c.uses_left - 1)
        .returning(_INITIAL.c.owner, _INITIAL.c.policy, _INITIAL.c.scopes)
    )
    row = session.connection().execute(statement).one_or_none()
    return None if row is None else InitialAccess(row.owner, row.policy, frozenset(row.scopes.split()))


def _values(client: Client, now: datetime) -> dict[str, object]:
    return {
        "state": ACTIVE if client.active else DISABLED,
        "policy": client.policy.name,
        "owner": client.owner,
        "description": canonical_json(client_to_json(client)).decode("utf-8"),
        "secret_digests": " ".join(digest.hex() for digest in client.secret_digests),
        "changed_at": now,
    }


def _client_of(row: Row[tuple[object, ...]]) -> Client:
    return client_from_json(
        parse_json(row.description, max_bytes=_LARGEST_DESCRIPTION),
        client_id=row.client_id,
        owner=row.owner,
        policy=row.policy,
        active=row.state == ACTIVE,
        version=row.version,
        secret_digests=tuple(bytes.fromhex(text) for text in row.secret_digests.split()),
    )
