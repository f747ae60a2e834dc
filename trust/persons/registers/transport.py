"""How a request leaves this machine, as a Protocol: the library asks, `api` decides what carries it.

A transport makes one attempt. It follows no redirect, reads no environment, and raises `NotAnswered` for
everything that is not an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from trust.persons.registers.answer import Failure


@dataclass(frozen=True, slots=True)
class Request:
    url: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str]
    timeout_seconds: float
    """From connecting to the last octet of the answer."""
    largest: int
    """Octets of the answer that are read at most."""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = field(repr=False)


class NotAnswered(Exception):
    """The register gave no answer. `failure`: unreachable, timeout, or too large."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.value)


class Fetch(Protocol):
    """POST once."""

    def __call__(self, request: Request) -> Response: ...
