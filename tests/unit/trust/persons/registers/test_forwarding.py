"""Disputes on their way to a register: forwarded only when the register says under which reference."""

from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest

from tests.unit.trust.persons.registers.server import CHANNEL, RegisterServer, saying, serving
from trust.persons.correction import Correction, CorrectionState
from trust.persons.errors import RegisterUnavailable
from trust.persons.person import NaturalPerson
from trust.persons.registers.channel import parse_channel
from trust.persons.registers.forwarding import forward_dispute
from trust.persons.registers.http import HttpFetch

FILED = Correction(
    uuid4(), uuid4(), "name", "population", CorrectionState.FILED, datetime(2026, 11, 22, tzinfo=UTC)
)


def forward(server: RegisterServer, person: NaturalPerson, dispute: Correction = FILED) -> str:
    url = f"http://127.0.0.1:{server.port}"
    text = CHANNEL.format(url=f"{url}/check", timeout=1.0)
    described = text.replace("purposes", f'corrections_url = "{url}/disputes"\npurposes')
    channel = parse_channel(described, allow_loopback=True)
    return forward_dispute(channel, HttpFetch(channel, monotonic), dispute, person, "姓名有误")


def test_a_dispute_is_handed_over_with_who_what_and_one_key(zhang: NaturalPerson) -> None:
    with serving(saying({"reference": "GA-2026-17"}, status=202)) as server:
        assert forward(server, zhang) == "GA-2026-17"
    [sent] = server.seen
    assert (sent["number"], sent["claim"], sent["statement"]) == (zhang.document.number, "name", "姓名有误")
    assert server.keys == [str(FILED.id)]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"reference": "GA-1"}, 500),
        ({"reference": "GA-1"}, 302),
        ({"reference": "two words"}, 200),
        ({"reference": None}, 200),
        ({}, 200),
        ([], 200),
        (b"<html>", 200),
        (b"[" * 5000, 200),
    ],
)
def test_without_a_usable_reference_nothing_was_forwarded(
    zhang: NaturalPerson, told: Any, status: int
) -> None:
    with serving(saying(told, status=status)) as server, pytest.raises(RegisterUnavailable):
        forward(server, zhang)


def test_a_reference_made_of_the_persons_number_is_not_taken(zhang: NaturalPerson) -> None:
    with serving(saying({"reference": f"D-{zhang.document.number}"})) as server:
        with pytest.raises(RegisterUnavailable):
            forward(server, zhang)


def test_a_dispute_goes_to_its_own_source_and_to_no_channel_that_takes_none(zhang: NaturalPerson) -> None:
    with serving(saying({"reference": "GA-1"})) as server:
        with pytest.raises(RegisterUnavailable):
            forward(server, zhang, replace(FILED, source="business"))
        channel = parse_channel(CHANNEL.format(url="https://register.example.cn/", timeout=1.0))
        with pytest.raises(RegisterUnavailable):
            forward_dispute(channel, HttpFetch(channel, monotonic), FILED, zhang, "x")
    assert server.seen == []


def test_a_register_that_is_down_takes_no_dispute(zhang: NaturalPerson) -> None:
    with serving(saying({})) as server:
        pass
    with pytest.raises(RegisterUnavailable):
        forward(server, zhang)
