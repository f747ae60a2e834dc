"""What every live method must do, as one ordered list that any implementation is run against before it is
used.

A provider's adapter comes with a `Bench`: the same adapter beside a test service of its provider that can
produce the answers named here. `findings` says which conditions do not hold; an empty answer is a pass.
`xinzheng` itself ships no adapter and therefore no bench but the one of its own tests.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

from trust.persons.live import (
    CHALLENGE_LIVES,
    LARGEST_RESPONSE,
    LiveChallenge,
    LiveFinding,
    LiveKind,
    LiveOutcome,
    LiveProof,
    LiveSubject,
)


class Bench(Protocol):
    """An adapter and a test service that plays the visitor."""

    @property
    def method(self) -> LiveProof: ...
    def somebody(self) -> LiveSubject:
        """A subject the test service knows."""
        ...

    def somebody_else(self) -> LiveSubject: ...
    def succeed(self, challenge: LiveChallenge) -> bytes:
        """The answer when exactly this subject is there."""
        ...

    def fail(self, challenge: LiveChallenge) -> bytes:
        """The answer when somebody else, a picture or a mask was before the camera."""
        ...

    def stop_service(self) -> None:
        """From now on the provider cannot be reached."""
        ...


Condition = Callable[[Bench, datetime], bool]


def findings(bench: Callable[[], Bench], now: datetime) -> tuple[str, ...]:
    """Names of the conditions that do not hold; each gets a bench of its own. An exception does not hold
    either.
    """
    return tuple(name for name, condition in CONDITIONS if not _holds(condition, bench(), now))


def _holds(condition: Condition, bench: Bench, now: datetime) -> bool:
    try:
        return condition(bench, now)
    except Exception:  # noqa: BLE001  an adapter that raises anything at all has failed the condition
        return False


def _begin(bench: Bench, now: datetime, subject: LiveSubject | None = None) -> LiveChallenge:
    return bench.method.begin(subject or bench.somebody(), uuid4(), uuid4().bytes * 2, now)


def _good(bench: Bench, now: datetime) -> tuple[LiveChallenge, LiveFinding]:
    challenge = _begin(bench, now)
    return challenge, bench.method.finish(challenge, bench.succeed(challenge), now)


def _names_itself(bench: Bench, _now: datetime) -> bool:
    provider = bench.method.provider
    return bench.method.kind in tuple(LiveKind) and provider.isascii() and 1 <= len(provider) <= 64


def _keeps_the_challenge(bench: Bench, now: datetime) -> bool:
    challenge_id, nonce, subject = uuid4(), uuid4().bytes * 2, bench.somebody()
    made = bench.method.begin(subject, challenge_id, nonce, now)
    return (made.challenge_id, made.nonce, made.subject, made.begun_at) == (challenge_id, nonce, subject, now)


def _hands_over_no_person(bench: Bench, now: datetime) -> bool:
    challenge = _begin(bench, now)
    held = challenge.subject
    return bool(challenge.hand_over) and not any(
        secret in challenge.hand_over for secret in (held.name, held.document.number)
    )


def _recognises_the_person(bench: Bench, now: datetime) -> bool:
    challenge, finding = _good(bench, now)
    return finding.outcome is LiveOutcome.PRESENT and finding.challenge_id == challenge.challenge_id


def _says_when_and_under_which_number(bench: Bench, now: datetime) -> bool:
    challenge, finding = _good(bench, now)
    held = challenge.subject
    if finding.at is None or not finding.reference or finding.at.tzinfo is None:
        return False
    return held.document.number not in finding.reference and held.name not in finding.reference


def _gives_every_check_its_own_number(bench: Bench, now: datetime) -> bool:
    return _good(bench, now)[1].reference != _good(bench, now)[1].reference


def _refuses_another_face(bench: Bench, now: datetime) -> bool:
    challenge = _begin(bench, now)
    return bench.method.finish(challenge, bench.fail(challenge), now).outcome is LiveOutcome.NOT_PRESENT


def _refuses_the_answer_of_another_challenge(bench: Bench, now: datetime) -> bool:
    first, second = _begin(bench, now), _begin(bench, now)
    return bench.method.finish(second, bench.succeed(first), now).outcome is not LiveOutcome.PRESENT


def _refuses_the_answer_of_another_person(bench: Bench, now: datetime) -> bool:
    mine, other = _begin(bench, now), _begin(bench, now, bench.somebody_else())
    return bench.method.finish(mine, bench.succeed(other), now).outcome is not LiveOutcome.PRESENT


def _refuses_a_late_answer(bench: Bench, now: datetime) -> bool:
    challenge = _begin(bench, now)
    later = now + CHALLENGE_LIVES + timedelta(seconds=1)
    return bench.method.finish(challenge, bench.succeed(challenge), later).outcome is not LiveOutcome.PRESENT


def _refuses_a_changed_answer(bench: Bench, now: datetime) -> bool:
    challenge = _begin(bench, now)
    answer = bench.succeed(challenge)
    places = range(0, len(answer), max(1, len(answer) // 32))
    changed = [answer[:at] + bytes([answer[at] ^ 1]) + answer[at + 1 :] for at in places]
    outcomes = [bench.method.finish(challenge, each, now).outcome for each in changed]
    return LiveOutcome.PRESENT not in outcomes


def _survives_garbage(bench: Bench, now: datetime) -> bool:
    challenge = _begin(bench, now)
    garbage = (b"", b"\x00" * 64, b"{}", b"[" * 4000, "真".encode(), b"\xff" * LARGEST_RESPONSE)
    outcomes = [bench.method.finish(challenge, each, now).outcome for each in garbage]
    return LiveOutcome.PRESENT not in outcomes


def _takes_no_silence_for_a_yes(bench: Bench, now: datetime) -> bool:
    challenge = _begin(bench, now)
    bench.stop_service()
    return bench.method.finish(challenge, b"", now).outcome is not LiveOutcome.PRESENT


def _shows_a_network_number_only_as_ctid(bench: Bench, now: datetime) -> bool:
    number = _good(bench, now)[1].network_number
    return (number is not None) == (bench.method.kind is LiveKind.CTID)


CONDITIONS: tuple[tuple[str, Condition], ...] = (
    ("names_itself", _names_itself),
    ("keeps_the_challenge", _keeps_the_challenge),
    ("hands_over_no_person", _hands_over_no_person),
    ("recognises_the_person", _recognises_the_person),
    ("says_when_and_under_which_number", _says_when_and_under_which_number),
    ("gives_every_check_its_own_number", _gives_every_check_its_own_number),
    ("refuses_another_face", _refuses_another_face),
    ("refuses_the_answer_of_another_challenge", _refuses_the_answer_of_another_challenge),
    ("refuses_the_answer_of_another_person", _refuses_the_answer_of_another_person),
    ("refuses_a_late_answer", _refuses_a_late_answer),
    ("refuses_a_changed_answer", _refuses_a_changed_answer),
    ("survives_garbage", _survives_garbage),
    ("takes_no_silence_for_a_yes", _takes_no_silence_for_a_yes),
    ("shows_a_network_number_only_as_ctid", _shows_a_network_number_only_as_ctid),
)
