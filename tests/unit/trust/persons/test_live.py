"""Live proof: the conditions find every careless adapter, and nothing an adapter says is believed without
ours.
"""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from keys.codes.citizen import make_citizen_number
from keys.fields import FieldCipher
from tests.unit.trust.persons.conftest import MakePerson
from trust.persons.accounts import read_particulars
from trust.persons.assurance import Level
from trust.persons.documents import parse_document
from trust.persons.errors import ProofConflict, ProofNotMatched, ProofRefused, RegisterUnavailable
from trust.persons.levels import assurance
from trust.persons.live import (
    CHALLENGE_LIVES,
    LiveChallenge,
    LiveFinding,
    LiveKind,
    LiveOutcome,
    LiveSubject,
    prove_live,
    subject_of,
)
from trust.persons.live_conformance import CONDITIONS, findings

KEY = b"a test service, and nothing else"
NOW = datetime(2026, 11, 22, 1, 41, tzinfo=UTC)


@dataclass
class Scripted:
    """A test adapter that judges by an HMAC of its test service. It sees no face: it exists in tests only."""

    kind: LiveKind = LiveKind.FACE
    provider: str = "test-service"
    running: bool = True

    def begin(self, subject: LiveSubject, challenge_id: UUID, nonce: bytes, now: datetime) -> LiveChallenge:
        return LiveChallenge(challenge_id, nonce, subject, now, f"https://live.example.cn/{challenge_id}")

    def finish(self, challenge: LiveChallenge, response: bytes, now: datetime) -> LiveFinding:
        tag, body = response[:32], response[32:]
        if not self.running or not challenge.open_at(now) or not hmac.compare_digest(tag, _tag(body)):
            return LiveFinding(LiveOutcome.UNKNOWN)
        told = json.loads(body)
        if told["nonce"] != challenge.nonce.hex() or told["number"] != challenge.subject.document.number:
            return LiveFinding(LiveOutcome.NOT_PRESENT)
        outcome = LiveOutcome.PRESENT if told["present"] else LiveOutcome.NOT_PRESENT
        number = "网号-1" if self.kind is LiveKind.CTID else None
        return LiveFinding(outcome, challenge.challenge_id, told["reference"], now, number)


def _tag(body: bytes) -> bytes:
    return hmac.digest(KEY, body, "sha256")


class ScriptedBench:
    def __init__(self, method: Scripted) -> None:
        self.method = method

    def somebody(self) -> LiveSubject:
        number = make_citizen_number("330106", datetime(1990, 1, 1, tzinfo=UTC).date(), 7)
        return LiveSubject("张三", parse_document("citizen_number", number))

    def somebody_else(self) -> LiveSubject:
        return LiveSubject("李四", parse_document("passport", "E12345678"))

    def succeed(self, challenge: LiveChallenge) -> bytes:
        return _answer(challenge, present=True)

    def fail(self, challenge: LiveChallenge) -> bytes:
        return _answer(challenge, present=False)

    def stop_service(self) -> None:
        self.method.running = False


def _answer(challenge: LiveChallenge, *, present: bool) -> bytes:
    told = {
        "nonce": challenge.nonce.hex(),
        "number": challenge.subject.document.number,
        "present": present,
        "reference": f"R-{uuid4()}",
    }
    body = json.dumps(told).encode()
    return _tag(body) + body


Finish = Callable[[Scripted, LiveChallenge, bytes, datetime], LiveFinding]


def careless(**parts: object) -> type[Scripted]:
    """The scripted adapter with one thing done wrong."""
    return type("Careless", (Scripted,), parts)


def believing(_self: Scripted, challenge: LiveChallenge, response: bytes, now: datetime) -> LiveFinding:
    return LiveFinding(LiveOutcome.PRESENT, challenge.challenge_id, f"R-{uuid4()}", now)


def changing(**changes: object) -> Finish:
    def finish(self: Scripted, challenge: LiveChallenge, response: bytes, now: datetime) -> LiveFinding:
        return replace(Scripted.finish(self, challenge, response, now), **changes)  # type: ignore[arg-type]

    return finish


def unsigned(self: Scripted, challenge: LiveChallenge, response: bytes, now: datetime) -> LiveFinding:
    return Scripted.finish(self, challenge, _tag(response[32:]) + response[32:], now)


def late(self: Scripted, challenge: LiveChallenge, response: bytes, now: datetime) -> LiveFinding:
    return replace(Scripted.finish(self, challenge, response, challenge.begun_at), at=now)


def telling(
    _self: Scripted, subject: LiveSubject, challenge_id: UUID, nonce: bytes, now: datetime
) -> LiveChallenge:
    return LiveChallenge(
        challenge_id, nonce, subject, now, f"https://live.example.cn/?n={subject.document.number}"
    )


def forgetting(
    _self: Scripted, subject: LiveSubject, challenge_id: UUID, nonce: bytes, now: datetime
) -> LiveChallenge:
    return LiveChallenge(challenge_id, b"0" * 32, subject, now, "https://live.example.cn/")


def crashing(_self: Scripted, challenge: LiveChallenge, response: bytes, now: datetime) -> LiveFinding:
    raise ValueError(response[:4])


CARELESS: dict[str, tuple[type[Scripted], set[str]]] = {
    "believes everything": (
        careless(finish=believing),
        {
            "refuses_another_face",
            "refuses_the_answer_of_another_challenge",
            "refuses_the_answer_of_another_person",
            "refuses_a_late_answer",
            "refuses_a_changed_answer",
            "survives_garbage",
            "takes_no_silence_for_a_yes",
        },
    ),
    "does not check the tag": (careless(finish=unsigned), {"survives_garbage"}),
    "takes late answers": (careless(finish=late), {"refuses_a_late_answer"}),
    "one number for all": (careless(finish=changing(reference="R")), {"gives_every_check_its_own_number"}),
    "no time": (careless(finish=changing(at=None)), {"says_when_and_under_which_number"}),
    "shows a 网号 it should not have": (
        careless(finish=changing(network_number="1")),
        {"shows_a_network_number_only_as_ctid"},
    ),
    "answers for no challenge": (careless(finish=changing(challenge_id=None)), {"recognises_the_person"}),
    "puts the number into the address": (careless(begin=telling), {"hands_over_no_person"}),
    "forgets the nonce": (careless(begin=forgetting), {"keeps_the_challenge"}),
    "no name": (careless(provider=""), {"names_itself"}),
    "raises": (careless(finish=crashing), {name for name, _condition in CONDITIONS[3:]}),
}


@pytest.mark.parametrize("kind", LiveKind)
def test_an_adapter_that_does_everything_passes(kind: LiveKind) -> None:
    assert findings(lambda: ScriptedBench(Scripted(kind)), NOW) == ()


@pytest.mark.parametrize("carelessness", CARELESS)
def test_a_careless_adapter_is_found(carelessness: str) -> None:
    adapter, expected = CARELESS[carelessness]
    kinds = {"provider": ""} if carelessness == "no name" else {}
    found = set(findings(lambda: ScriptedBench(adapter(**kinds)), NOW))
    assert expected <= found


def test_every_condition_finds_somebody() -> None:
    found = {name for _adapter, names in CARELESS.values() for name in names}
    assert found == {name for name, _condition in CONDITIONS}


class Attempt:
    def __init__(self, session: Session, cipher: FieldCipher, person_id: UUID, now: datetime) -> None:
        self.session, self.cipher, self.person_id, self.now = session, cipher, person_id, now
        self.method = Scripted()
        subject = subject_of(read_particulars(session, cipher, person_id).person)
        self.challenge = self.method.begin(subject, uuid4(), uuid4().bytes * 2, now)

    def prove(self, response: bytes, later: timedelta = timedelta()) -> None:
        moment = self.now + later
        prove_live(self.session, self.cipher, self.method, self.person_id, self.challenge, response, moment)

    def level(self) -> Level:
        return assurance(self.session, self.person_id, self.now)


@pytest.fixture
def attempt(session: Session, cipher: FieldCipher, somebody: MakePerson, now: datetime) -> Attempt:
    return Attempt(session, cipher, somebody(), now)


def test_a_live_proof_is_level_three(attempt: Attempt) -> None:
    attempt.prove(_answer(attempt.challenge, present=True))
    assert attempt.level() is Level.L3


def test_an_answer_is_used_once(attempt: Attempt) -> None:
    answer = _answer(attempt.challenge, present=True)
    attempt.prove(answer)
    with pytest.raises(ProofConflict):
        attempt.prove(answer)


def test_another_face_silence_and_lateness_prove_nothing(attempt: Attempt) -> None:
    good = _answer(attempt.challenge, present=True)
    with pytest.raises(ProofNotMatched):
        attempt.prove(_answer(attempt.challenge, present=False))
    with pytest.raises(RegisterUnavailable):
        attempt.prove(b"")
    with pytest.raises(ProofRefused):
        attempt.prove(good, later=CHALLENGE_LIVES)
    with pytest.raises(ProofRefused):
        attempt.prove(b"x" * 300_000)
    assert attempt.level() is Level.L2


@pytest.mark.parametrize(
    "wrong",
    [
        {"challenge_id": uuid4()},
        {"at": NOW - timedelta(hours=1)},
        {"at": NOW + timedelta(hours=1)},
        {"reference": None},
    ],
)
def test_what_an_adapter_says_is_held_against_our_own_conditions(
    attempt: Attempt, wrong: dict[str, object]
) -> None:
    attempt.method = careless(finish=changing(**wrong))()
    with pytest.raises(ProofRefused):
        attempt.prove(_answer(attempt.challenge, present=True))
