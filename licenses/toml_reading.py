"""Strict reading of a license type file: every key is asked for once, and what nobody asked for is an
error."""

import re
from collections.abc import Container, Mapping
from typing import Any

from licenses.claims import Bilingual, ClaimType, Disclosure, Kind, wrong_text

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST_LABEL = 80
_DEFAULT_LENGTH = 200
_DEFAULT_ITEMS = 16


class TypeFileError(Exception):
    """Which key of a type file is wrong, and why. Turned into CatalogueBroken where the file's name is
    known."""

    def __init__(self, key: str, reason: str) -> None:
        self.key, self.reason = key, reason
        super().__init__(f"{key}: {reason}")


class Table:
    """A TOML table that remembers which keys were read."""

    def __init__(self, raw: Mapping[str, Any], path: str) -> None:
        self._raw, self._path = raw, path
        self._read: set[str] = set()

    def _take(self, key: str) -> Any:
        self._read.add(key)
        if key not in self._raw:
            raise TypeFileError(self._at(key), "is missing")
        return self._raw[key]

    def _at(self, key: str) -> str:
        return f"{self._path}{key}"

    def has(self, key: str) -> bool:
        return key in self._raw

    def nothing_left(self) -> None:
        if unknown := sorted(set(self._raw) - self._read):
            raise TypeFileError(self._at(unknown[0]), "is not a known key")

    def table(self, key: str) -> "Table":
        value = self._take(key)
        if not isinstance(value, Mapping):
            raise TypeFileError(self._at(key), "must be a table")
        return Table(value, f"{self._at(key)}.")

    def tables(self, key: str) -> list["Table"]:
        value = self._take(key)
        if not isinstance(value, list) or not value or not all(isinstance(one, Mapping) for one in value):
            raise TypeFileError(self._at(key), "must be a non-empty list of tables")
        return [Table(one, f"{self._at(key)}[{index}].") for index, one in enumerate(value)]

    def text(
        self, key: str, pattern: re.Pattern[str] | None = None, *, one_of: Container[str] | None = None
    ) -> str:
        value = self._take(key)
        if wrong := wrong_text(value, _LONGEST_LABEL):
            raise TypeFileError(self._at(key), wrong.en)
        text = str(value)
        if pattern is not None and pattern.fullmatch(text) is None:
            raise TypeFileError(self._at(key), f"must have the form {pattern.pattern}")
        if one_of is not None and text not in one_of:
            raise TypeFileError(self._at(key), f"has no such value: {text}")
        return text

    def texts(self, key: str, *, one_of: Container[str] | None = None) -> tuple[str, ...]:
        value = self._take(key)
        if not isinstance(value, list) or not value:
            raise TypeFileError(self._at(key), "must be a non-empty list")
        row = Table({str(index): one for index, one in enumerate(value)}, f"{self._at(key)}.")
        texts = tuple(row.text(str(index), one_of=one_of) for index in range(len(value)))
        if len(set(texts)) != len(texts):
            raise TypeFileError(self._at(key), "has a value twice")
        return texts

    def truth(self, key: str) -> bool:
        value = self._take(key)
        if not isinstance(value, bool):
            raise TypeFileError(self._at(key), "must be true or false")
        return value

    def whole_number(self, key: str, least: int, most: int) -> int:
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise TypeFileError(self._at(key), f"must be a whole number from {least} to {most}")
        return value

    def bilingual(self, key: str) -> Bilingual:
        table = self.table(key)
        both = Bilingual(table.text("zh"), table.text("en"))
        table.nothing_left()
        return both


def read_claims(root: Table) -> tuple[ClaimType, ...]:
    """The claims of a type, in printed order. Raises TypeFileError."""
    claims = tuple(_claim(table) for table in root.tables("claims"))
    names = [claim.name for claim in claims]
    if len(set(names)) != len(names):
        raise TypeFileError("claims", "has a name twice")
    return claims


def _claim(table: Table) -> ClaimType:
    kind = Kind(table.text("kind", one_of=frozenset(Kind)))
    sized = kind in {Kind.TEXT, Kind.LIST}
    claim = ClaimType(
        name=table.text("name", _NAME),
        label=table.bilingual("label"),
        kind=kind,
        mandatory=table.truth("mandatory"),
        disclosure=Disclosure(table.text("disclosure", one_of=frozenset(Disclosure))),
        max_length=_optional_number(table, "max_length", 4000, _DEFAULT_LENGTH) if sized else _DEFAULT_LENGTH,
        max_items=_optional_number(table, "max_items", 64, _DEFAULT_ITEMS) if kind is Kind.LIST else 1,
        choices=table.texts("choices") if kind is Kind.CHOICE else (),
        pattern=_pattern(table) if sized and table.has("pattern") else None,
        pattern_hint=table.bilingual("pattern_hint") if sized and table.has("pattern") else None,
        personal=table.truth("personal") if table.has("personal") else False,
    )
    table.nothing_left()
    return claim


def _optional_number(table: Table, key: str, most: int, otherwise: int) -> int:
    return table.whole_number(key, 1, most) if table.has(key) else otherwise


def _pattern(table: Table) -> re.Pattern[str]:
    source = table.text("pattern")
    try:
        return re.compile(source)
    except re.error as error:
        raise TypeFileError("pattern", "is not a regular expression") from error
