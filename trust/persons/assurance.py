"""Assurance levels (可信等级) as data: which method proves which level, for how long.

The table is `assurance.toml`; code knows levels as numbers 1–4 and methods by name only where it records a
proof. A level is the highest of the proofs that stand at a moment; it falls by itself when they expire.
"""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from uuid import UUID

from keys.errors import MalformedInput


class Level(IntEnum):
    NONE = 0
    """No proof stands: every proof was withdrawn or has expired."""
    L1 = 1
    L2 = 2
    L3 = 3
    L4 = 4


@dataclass(frozen=True, slots=True)
class LevelName:
    level: Level
    acr: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Method:
    """A way of proving."""

    name: str
    level: Level
    term: timedelta
    evidence: str
    """Evidence type of OIDC Identity Assurance §5.4.4."""
    check: str
    """Check method of its predefined values, such as `pvp`: physical verification in person."""


@dataclass(frozen=True, slots=True)
class Table:
    levels: Mapping[Level, LevelName]
    methods: Mapping[str, Method]

    def level_of(self, acr: str) -> Level | None:
        return next((entry.level for entry in self.levels.values() if entry.acr == acr), None)


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof as stored: who, how, when, by which evidence, until when."""

    id: UUID
    subject_id: UUID
    subject_kind: str
    level: Level
    method: str
    source: str
    evidence: str
    proven_by: str
    confirmed_by: str | None
    state: str
    at: datetime
    expires_at: datetime
    closed_at: datetime | None = None

    def stands(self, at: datetime) -> bool:
        return self.state == STANDING and self.at <= at < self.expires_at


PROPOSED, STANDING, WITHDRAWN, DECLINED = "proposed", "standing", "withdrawn", "declined"


def parse_table(text: str) -> Table:
    """Raises: MalformedInput."""
    try:
        read: dict[str, Any] = tomllib.loads(text)
        levels = [
            LevelName(Level(row["level"]), row["acr"], row["name"], row["name_en"]) for row in read["level"]
        ]
        methods = [
            Method(
                row["name"], Level(row["level"]), timedelta(days=row["days"]), row["evidence"], row["check"]
            )
            for row in read["method"]
        ]
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError, OverflowError):
        raise MalformedInput("The table of assurance levels is wrong.", "可信等级表有误。") from None
    table = Table(
        MappingProxyType({entry.level: entry for entry in levels}),
        MappingProxyType({entry.name: entry for entry in methods}),
    )
    complete = set(table.levels) == {Level.L1, Level.L2, Level.L3, Level.L4}
    if not complete or len(levels) != 4 or len(table.methods) != len(methods) or not methods:
        raise MalformedInput("The table of assurance levels is not complete.", "可信等级表不完整。")
    return table


@functools.cache
def built_in_table() -> Table:
    """The table that comes with us."""
    return parse_table(files("trust.persons").joinpath("assurance.toml").read_text(encoding="utf-8"))
