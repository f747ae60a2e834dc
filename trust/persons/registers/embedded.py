"""The embedded register (内置登记库): a JSON file of made-up or local people that answers like a channel.

For demonstrations and for an office that keeps its own list. The operator gives the file; it is read whole
and kept in memory by keyed digests only, so that a memory dump shows no list of people. Not for millions of
entries.

    {"version": 1, "channel": "population", "people": [
        {"name": "…", "document_type": "citizen_number", "number": "…", "phone": "…"?, "bank_card": "…"?}],
     "organizations": [
        {"credit_code": "…", "name": "…", "representative_name": "…", "representative_number": "…"}]}
"""

import hmac
import secrets
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from keys.encoding import parse_json
from keys.errors import XinzhengError
from trust.persons.documents import parse_document
from trust.persons.errors import PersonRefused, RegisterFileWrong
from trust.persons.organization import make_organization
from trust.persons.person import parse_contact, parse_name
from trust.persons.registers.answer import Outcome, RegisterAnswer
from trust.persons.registers.channel import Channel
from trust.persons.registers.question import Question

LARGEST_FILE = 32 * 1024 * 1024
_PERSON = {"name", "document_type", "number"}
_PERSON_MORE = {"issuing_state", "phone", "bank_card"}
_ORGANIZATION = {"credit_code", "name", "representative_name", "representative_number"}


class EmbeddedRegister:
    """Answers one channel from a file. The same particulars as the channel's `send` are compared."""

    def __init__(self, channel: Channel, data: bytes) -> None:
        """Raises: RegisterFileWrong naming the entry, never its content."""
        self.channel = channel
        self._key = secrets.token_bytes(32)
        self._held = {
            self._digest(subject): {name: self._digest(value) for name, value in fields.items()}
            for subject, fields in _read(data, channel)
        }
        self._nobody = {name: secrets.token_bytes(32) for name in channel.send}

    def ask(self, question: Question, query_id: UUID) -> RegisterAnswer:
        """A match when every field that the channel sends agrees. Unknown people take the same work."""
        subject = question.subject if isinstance(question.subject, str) else question.subject.key
        known = self._held.get(self._digest(subject))
        held = self._nobody if known is None else known
        agreed = [
            hmac.compare_digest(self._digest(question.fields.get(name, "")), held.get(name, b""))
            for name in self.channel.send
        ]
        outcome = Outcome.ABSENT if known is None else Outcome.MATCHED if all(agreed) else Outcome.MISMATCH
        return RegisterAnswer(outcome, reference=f"embedded:{query_id}")

    def __len__(self) -> int:
        return len(self._held)

    def _digest(self, value: str) -> bytes:
        return hmac.digest(self._key, value.encode(), "sha256")


def _read(data: bytes, channel: Channel) -> Iterable[tuple[str, Mapping[str, str]]]:
    try:
        value = parse_json(data, max_bytes=LARGEST_FILE, max_depth=4)
    except XinzhengError as error:
        raise RegisterFileWrong(error.detail, error.detail_zh) from None
    known = {"version", "channel", "people", "organizations"}
    if not isinstance(value, dict) or set(value) - known or value.get("version") != 1:
        raise RegisterFileWrong("It is not a register file of version 1.", "不是第 1 版登记库文件。")
    if value.get("channel") != channel.name:
        raise RegisterFileWrong("It belongs to another channel.", "文件所属渠道不符。")
    name, read = ("people", _person) if channel.kind == "person" else ("organizations", _organization)
    entries = value.get(name)
    if not isinstance(entries, list) or not entries:
        raise RegisterFileWrong(f"It has no list of {name}.", "文件中没有登记条目。")
    found = [_entry(read, entry, number) for number, entry in enumerate(entries, 1)]
    if len({subject for subject, _fields in found}) != len(found):
        raise RegisterFileWrong("Somebody is in it twice.", "存在重复的登记条目。")
    return found


def _entry(read: Any, entry: Any, number: int) -> tuple[str, Mapping[str, str]]:
    try:
        if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
            raise PersonRefused()
        found: tuple[str, Mapping[str, str]] = read(entry)
    except XinzhengError:
        raise RegisterFileWrong(f"Entry {number} is wrong.", f"第 {number} 条有误。") from None
    return found


def _person(entry: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    _require(entry, _PERSON, _PERSON_MORE)
    document = parse_document(
        entry["document_type"], entry["number"], issuing_state=entry.get("issuing_state", "CHN")
    )
    fields = {
        "name": parse_name(entry["name"]),
        "document_type": document.document_type.value,
        "number": document.number,
        "issuing_state": document.issuing_state,
    }
    if document.birthday is not None:
        fields["birthday"] = document.birthday.isoformat()
    if "phone" in entry:
        fields["phone"] = parse_contact(entry["phone"]).phone or ""
    if "bank_card" in entry:
        fields["bank_card"] = entry["bank_card"]
    return document.key, fields


def _organization(entry: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    _require(entry, _ORGANIZATION, set())
    organization = make_organization(entry["credit_code"], entry["name"])
    code = organization.credit_code.value
    return code, {
        "credit_code": code,
        "organization_name": organization.name,
        "representative_name": parse_name(entry["representative_name"]),
        "representative_number": entry["representative_number"].strip().upper(),
    }


def _require(entry: Mapping[str, str], needed: set[str], more: set[str]) -> None:
    if needed - set(entry) or set(entry) - needed - more:
        raise PersonRefused()
