"""The one path of every act that creates trust (DESIGN §2), as types.

    parse and check -> prepare (a Draft) -> intent + log leaf + checkpoint, commit -> sign -> store, commit

An `Action` says what to do at each station; `api/perform.py` is the only place that walks the path and the
only place that commits. A key handle yields a signer only for a `Committed[Intent]`, and a `Committed`
comes only from `keys.intents.committed`, which reads the intent back from the database outside the
transaction that wrote it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable
from uuid import UUID

from sqlalchemy.orm import Session

from keys.log.receipt import Receipt

T = TypeVar("T", covariant=True)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is about to be signed, before it is logged."""

    kind: str
    """Dotted name of the act: `license.issue`, `certificate.issue`, `seal.make`, `seal.use`,
    `license.status`."""
    record: bytes
    """Canonical bytes of the record. Only its salted digest is logged, so it may hold personal data."""
    kids: frozenset[str]
    """The keys this act may use; no other key will sign under its intent."""
    requested_by: str
    """Identifier of the operator or client who asked; not a name."""
    reason: str


@dataclass(frozen=True, slots=True)
class Intent:
    """A draft that has its place in the log."""

    id: UUID
    kind: str
    record_digest: bytes
    """SHA-256 over salt and record, 32 octets: the log's entry."""
    kids: frozenset[str]
    declared_at: datetime
    log_index: int


_WITNESS = object()


class Committed(Generic[T]):
    """A value that is known to be on disk. Only `keys.intents.committed` makes one."""

    __slots__ = ("value",)

    def __init__(self, value: T, witness: object) -> None:
        if witness is not _WITNESS:
            raise TypeError("Committed is made by keys.intents.committed alone")
        self.value = value


class Action(Protocol[R]):
    """One act that creates trust. Construction parses and checks; no method commits."""

    def prepare(self, session: Session, *, now: datetime) -> Draft:
        """Write what must be found after a crash (a row in state `pending`) and say what will be signed."""
        ...

    def sign(self, intent: Committed[Intent], receipt: Receipt, *, now: datetime) -> R:
        """Sign. Touches no database and may be repeated after a crash while the intent is open."""
        ...

    def store(self, session: Session, signed: R, *, now: datetime) -> None:
        """Write the result, by compare-and-swap from `pending`."""
        ...


@runtime_checkable
class WrittenTogether(Protocol):
    """An action of which a batch is written with one statement each, instead of one by one.

    Both mean what `prepare` and `store` of every action mean, in order, and refuse all when they refuse one.
    """

    @classmethod
    def prepare_all(cls, session: Session, actions: Sequence[Any], *, now: datetime) -> list[Draft]:
        """`prepare` of each."""
        ...

    @classmethod
    def store_all(
        cls, session: Session, actions: Sequence[Any], signed: Sequence[Any], *, now: datetime
    ) -> None:
        """`store` of each."""
        ...
