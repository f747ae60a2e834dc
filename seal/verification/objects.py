"""PDF values (ISO 32000-2 §7.3) as plain Python values.

null, booleans, numbers, dictionaries and arrays are Python's own; strings are `bytes`. Names, references,
long hexadecimal strings and streams need a type of their own.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

Dictionary: TypeAlias = dict[str, Any]
Value: TypeAlias = Any
"""One of: None, bool, int, float, bytes, Name, Ref, list, dict, Stream."""


class Name(str):
    """A name object such as /Sig, without its slash; octets beyond ASCII are kept as Latin-1."""

    __slots__ = ()


class Ref(NamedTuple):
    """An indirect reference `num gen R`."""

    num: int
    gen: int


class LongHex(bytes):
    """A long hexadecimal string that remembers where in the buffer it stood: the gate compares that with the
    gap."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """A stream: its dictionary, and where its octets stand. They are not copied before somebody asks for
    them."""

    head: Dictionary
    source: bytes
    start: int
    stop: int

    @property
    def raw(self) -> bytes:
        """The octets, still encoded."""
        return self.source[self.start : self.stop]

    def __len__(self) -> int:
        return self.stop - self.start


def number(value: Value) -> int | None:
    """An integer that is not a boolean, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def text(value: Value) -> str:
    """A PDF text string (ISO 32000-2 §7.9.2.2) as str: UTF-16 with a byte order mark, UTF-8 with one, else
    Latin-1."""
    if isinstance(value, str):
        return str(value)
    if not isinstance(value, bytes):
        return ""
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", "replace")
    if value.startswith(b"\xff\xfe"):
        return value[2:].decode("utf-16-le", "replace")
    if value.startswith(b"\xef\xbb\xbf"):
        return value[3:].decode("utf-8", "replace")
    return value.decode("latin-1")
