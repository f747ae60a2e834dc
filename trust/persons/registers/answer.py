"""What a register answers (核验结果), read with suspicion.

An answer counts only when it is JSON of the described shape, names one of the described outcomes, and echoes
what was asked where the channel says it does. Everything else is FAILED: never a yes, never a no. A match of
particulars that were not asked (a register that answers the query of somebody else) is a lie and fails too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from keys.encoding import parse_json
from keys.errors import XinzhengError
from trust.persons.registers.channel import Channel
from trust.persons.registers.question import Question

LARGEST_ANSWER = 64 * 1024
_REFERENCE = re.compile(r"[A-Za-z0-9._:/-]{1,64}", re.ASCII)


class Outcome(StrEnum):
    MATCHED = "matched"
    MISMATCH = "mismatch"
    ABSENT = "absent"
    """The register does not know the subject."""
    FAILED = "failed"


class Failure(StrEnum):
    """Why nothing is known; for the log and the operator."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    STATUS = "status"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    SHAPE = "shape"
    UNKNOWN_OUTCOME = "unknown_outcome"
    ECHO = "echo"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    outcome: Outcome
    reference: str | None = None
    """The register's own serial number; must not hold personal data."""
    failure: Failure | None = None
    attempts: int = 1

    @property
    def matched(self) -> bool:
        return self.outcome is Outcome.MATCHED


def read_answer(channel: Channel, question: Question, body: bytes) -> RegisterAnswer:
    """Never raises: what cannot be read is FAILED."""
    if len(body) > LARGEST_ANSWER:
        return failed(Failure.TOO_LARGE)
    try:
        value = parse_json(body, max_bytes=LARGEST_ANSWER, max_depth=8)
    except XinzhengError:
        return failed(Failure.NOT_JSON)
    if not isinstance(value, dict):
        return failed(Failure.SHAPE)
    told = _at(value, channel.answer.outcome)
    if isinstance(told, bool) or not isinstance(told, str | int):
        return failed(Failure.SHAPE)
    outcome = _outcome(channel, str(told))
    if outcome is None:
        return failed(Failure.UNKNOWN_OUTCOME)
    for name, path in channel.answer.echo.items():
        if _at(value, path) != question.fields.get(name):
            return failed(Failure.ECHO)
    reference = _reference(channel, value, question)
    if outcome is Outcome.MATCHED and reference is None:
        return failed(Failure.REFERENCE)
    return RegisterAnswer(outcome, reference)


def failed(failure: Failure, attempts: int = 1) -> RegisterAnswer:
    return RegisterAnswer(Outcome.FAILED, failure=failure, attempts=attempts)


def _outcome(channel: Channel, told: str) -> Outcome | None:
    for outcome, words in (
        (Outcome.MATCHED, channel.answer.matched),
        (Outcome.MISMATCH, channel.answer.mismatch),
        (Outcome.ABSENT, channel.answer.absent),
    ):
        if told in words:
            return outcome
    return None


def _reference(channel: Channel, value: Mapping[str, Any], question: Question) -> str | None:
    """The serial number, unless it is made of what was asked: references go to the log in clear."""
    told = _at(value, channel.answer.reference)
    if not isinstance(told, str) or not _REFERENCE.fullmatch(told):
        return None
    secrets = (field for name, field in question.fields.items() if name in _PERSONAL)
    return None if any(secret.casefold() in told.casefold() for secret in secrets) else told


_PERSONAL = frozenset(
    {"name", "number", "phone", "bank_card", "representative_name", "representative_number"}
)


def _at(value: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = value
    for step in path:
        if not isinstance(found, dict):
            return None
        found = found.get(step)
    return found
