"""Carrying a dispute (更正申请) to the register it is about, over the register's own channel.

    statement = corrections.read_statement(…)        then end the transaction
    reference = forward_dispute(channel, fetch, …)   no database
    corrections.forward(session, …, reference=…)     then commit

The register answers `{"reference": "…"}`; only then is the dispute forwarded. The dispute's id is the
idempotency key, so that a crash between the two steps makes no second dispute there.
"""

import re

from keys.encoding import canonical_json, parse_json
from keys.errors import XinzhengError
from trust.persons.correction import Correction
from trust.persons.errors import RegisterUnavailable
from trust.persons.person import NaturalPerson
from trust.persons.registers.answer import LARGEST_ANSWER
from trust.persons.registers.channel import Channel
from trust.persons.registers.transport import Fetch, NotAnswered, Request, Response

_REFERENCE = re.compile(r"[A-Za-z0-9._:/-]{1,128}", re.ASCII)


def forward_dispute(
    channel: Channel, fetch: Fetch, correction: Correction, person: NaturalPerson, statement: str
) -> str:
    """Hand one dispute over; returns the register's reference.

    Raises: RegisterUnavailable when the channel takes no disputes, or gave no usable answer.
    """
    if channel.corrections_url is None or correction.source != channel.name:
        raise RegisterUnavailable("This register takes no disputes online.", "该来源单位不支持在线受理异议。")
    try:
        response = fetch(_request(channel, channel.corrections_url, correction, person, statement))
    except NotAnswered:
        raise RegisterUnavailable() from None
    reference = _reference(response)
    if reference is None or person.document.number in reference:
        raise RegisterUnavailable()
    return reference


def _request(
    channel: Channel, url: str, correction: Correction, person: NaturalPerson, statement: str
) -> Request:
    body = {
        "name": person.name,
        "document_type": person.document.document_type.value,
        "number": person.document.number,
        "claim": correction.claim,
        "statement": statement,
    }
    return Request(
        url=url,
        body=canonical_json(body),
        headers={
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Idempotency-Key": str(correction.id),
        },
        timeout_seconds=channel.timeout_seconds,
        largest=LARGEST_ANSWER,
    )


def _reference(response: Response) -> str | None:
    if response.status not in (200, 201, 202):
        return None
    try:
        value = parse_json(response.body, max_bytes=LARGEST_ANSWER, max_depth=8)
    except XinzhengError:
        return None
    told = value.get("reference") if isinstance(value, dict) else None
    return told if isinstance(told, str) and _REFERENCE.fullmatch(told) else None
