"""The client of registers against a real HTTP server: right, down, slow, lying."""

import gzip
import socket
from collections.abc import Iterator
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest

from tests.unit.trust.persons.registers.server import (
    CHANNEL,
    Behaviour,
    Handler,
    RegisterServer,
    right,
    saying,
    serving,
)
from trust.persons.person import NaturalPerson
from trust.persons.registers.answer import LARGEST_ANSWER, Failure, Outcome
from trust.persons.registers.channel import parse_channel
from trust.persons.registers.client import HttpRegister
from trust.persons.registers.http import HttpFetch
from trust.persons.registers.question import Question, person_question

TIMEOUT = 0.3


class Pauses(list[float]):
    """Takes the pauses between attempts without waiting."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def question(zhang: NaturalPerson) -> Question:
    return person_question(zhang)


@pytest.fixture
def server(zhang: NaturalPerson) -> Iterator[RegisterServer]:
    with serving(right({zhang.document.number: zhang.name})) as running:
        yield running


def register_at(url: str, pauses: Pauses | None = None) -> HttpRegister:
    channel = parse_channel(CHANNEL.format(url=url, timeout=TIMEOUT), allow_loopback=True)
    return HttpRegister(channel, HttpFetch(channel, monotonic), pauses if pauses is not None else Pauses())


def ask(behaviour: Behaviour, question: Question) -> tuple[Any, RegisterServer]:
    with serving(behaviour) as running:
        answer = register_at(f"http://127.0.0.1:{running.port}/check").ask(question, uuid4())
    return answer, running


def echoing(question: Question, **result: Any) -> dict[str, Any]:
    return {"result": {"code": "1", "serial": "S-1", **result}, "gmsfhm": question.fields["number"]}


def test_an_honest_register_tells_match_mismatch_and_absence(
    server: RegisterServer, zhang: NaturalPerson, question: Question
) -> None:
    register = register_at(f"http://127.0.0.1:{server.port}/check")
    wrong = Question("person", {**question.fields, "name": "张三"}, zhang.document)
    unknown = Question("person", {**question.fields, "number": "11010519491231002X"}, zhang.document)
    outcomes = [register.ask(each, uuid4()).outcome for each in (question, wrong, unknown)]
    assert outcomes == [Outcome.MATCHED, Outcome.MISMATCH, Outcome.ABSENT]


def test_only_the_mapped_fields_are_sent_under_the_registers_own_names(
    server: RegisterServer, zhang: NaturalPerson, question: Question
) -> None:
    register_at(f"http://127.0.0.1:{server.port}/check").ask(question, uuid4())
    assert server.seen == [{"xm": zhang.name, "gmsfhm": zhang.document.number}]


def test_a_register_that_is_down_is_asked_again_a_bounded_number_of_times(question: Question) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        pauses = Pauses()
        answer = register_at(f"http://127.0.0.1:{taken.getsockname()[1]}/", pauses).ask(question, uuid4())
    assert (answer.outcome, answer.failure, answer.attempts) == (Outcome.FAILED, Failure.UNREACHABLE, 2)
    assert pauses == [0.2]


def test_a_repeated_attempt_names_the_same_query(question: Question) -> None:
    answer, running = ask(saying({}, status=503), question)
    assert answer.failure is Failure.STATUS
    assert len(running.keys) == 2
    assert len(set(running.keys)) == 1


def test_a_register_that_recovers_is_believed(question: Question) -> None:
    def behave(handler: Handler, asked: dict[str, Any]) -> None:
        first = len(handler.server.seen) == 1
        handler.answer({} if first else echoing(question), status=502 if first else 200)

    answer, _running = ask(behave, question)
    assert (answer.outcome, answer.attempts) == (Outcome.MATCHED, 2)


def silent(handler: Handler, _question: dict[str, Any]) -> None:
    handler.server.stop.wait(5)


def dripping_headers(handler: Handler, _question: dict[str, Any]) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.server.stop.wait(0.05):
        handler.wfile.write(b"X-More: 1\r\n")


def dripping_body(handler: Handler, _question: dict[str, Any]) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not handler.server.stop.wait(0.05):
        handler.wfile.write(b" ")


@pytest.mark.parametrize("behaviour", [silent, dripping_headers, dripping_body])
def test_a_slow_register_is_given_up_at_the_deadline(behaviour: Behaviour, question: Question) -> None:
    begun = monotonic()
    answer, _running = ask(behaviour, question)
    assert answer.failure is Failure.TIMEOUT
    assert monotonic() - begun < TIMEOUT * 2 + 2


LIES: dict[str, tuple[Any, Failure]] = {
    "not json": (b"<html>OK</html>", Failure.NOT_JSON),
    "nothing": (b"", Failure.NOT_JSON),
    "two results": (b'{"result":{"code":"0"},"result":{"code":"1"}}', Failure.NOT_JSON),
    "deep": (b"[" * 5000, Failure.NOT_JSON),
    "a list": ([], Failure.SHAPE),
    "no outcome": ({"result": {}}, Failure.SHAPE),
    "true": ({"result": {"code": True}}, Failure.SHAPE),
    "an object": ({"result": {"code": {"1": 1}}}, Failure.SHAPE),
    "a new outcome": ({"result": {"code": "9", "serial": "S"}}, Failure.UNKNOWN_OUTCOME),
    "about somebody else": (
        {"result": {"code": "1", "serial": "S"}, "gmsfhm": "11010519491231002X"},
        Failure.ECHO,
    ),
    "about nobody": ({"result": {"code": "1", "serial": "S"}}, Failure.ECHO),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_cannot_be_true_is_neither_yes_nor_no(lie: str, question: Question) -> None:
    told, failure = LIES[lie]
    answer, running = ask(saying(told), question)
    assert (answer.outcome, answer.failure) == (Outcome.FAILED, failure)
    assert len(running.seen) == 1  # it answered, so it is not asked again


def test_a_match_without_a_serial_number_proves_nothing(question: Question) -> None:
    for serial in (None, "", 7, "x" * 65, "S 1", question.fields["number"], f"S-{question.fields['name']}"):
        answer, _running = ask(saying(echoing(question, serial=serial)), question)
        assert answer.failure is Failure.REFERENCE


def test_a_huge_answer_is_cut_off_and_not_asked_for_again(question: Question) -> None:
    answer, running = ask(saying(b" " * (LARGEST_ANSWER + 1)), question)
    assert answer.failure is Failure.TOO_LARGE
    assert len(running.seen) == 1


def test_a_compressed_answer_is_not_unpacked(question: Question) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    answer, _running = ask(saying(bomb, headers=(("Content-Encoding", "gzip"),)), question)
    assert answer.failure is Failure.NOT_JSON


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 429, 500])
def test_redirects_and_errors_are_no_answer(status: int, question: Question) -> None:
    with serving(saying(echoing(question))) as target:
        away = (("Location", f"http://127.0.0.1:{target.port}/"),)
        answer, _running = ask(saying(echoing(question), status=status, headers=away), question)
        assert target.seen == []
    assert answer.failure is Failure.STATUS


def test_nonsense_instead_of_http_is_no_answer(question: Question) -> None:
    answer, _running = ask(lambda handler, _question: void(handler.wfile.write(b"\x00\xff" * 99)), question)
    assert answer.outcome is Outcome.FAILED


def void(_written: object) -> None:
    """Bytes written by a lambda."""
