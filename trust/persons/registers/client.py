"""The one client of all registers: a channel's description turns a question into a request and an answer
back.

Retries are bounded and only for what gave no answer (no connection, time over, 502–504); a register that
answered is not asked again. Between attempts `pause` is called with growing seconds. Nothing here touches the
database: breaker, limits and the query's record are `trust.persons.registers.query`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from keys.encoding import canonical_json
from trust.persons.errors import RegisterQueryRefused
from trust.persons.registers.answer import LARGEST_ANSWER, Failure, RegisterAnswer, failed, read_answer
from trust.persons.registers.channel import Channel
from trust.persons.registers.question import Question
from trust.persons.registers.transport import Fetch, NotAnswered, Request, Response

NOT_ANSWERED_STATUSES = frozenset({502, 503, 504})
FIRST_PAUSE = 0.2


class Register(Protocol):
    """Something that answers questions: a channel over HTTP, or the embedded register."""

    @property
    def channel(self) -> Channel: ...
    def ask(self, question: Question, query_id: UUID) -> RegisterAnswer:
        """Never raises; what cannot be answered is FAILED."""
        ...


@dataclass(frozen=True, slots=True)
class HttpRegister:
    """A register behind a channel."""

    channel: Channel
    fetch: Fetch
    pause: Callable[[float], None]

    def ask(self, question: Question, query_id: UUID) -> RegisterAnswer:
        """One question, at most `channel.attempts` requests with the same request id."""
        request = self._request(question, query_id)
        answer = failed(Failure.UNREACHABLE, attempts=0)
        for attempt in range(1, self.channel.attempts + 1):
            if attempt > 1:
                self.pause(FIRST_PAUSE * 2 ** (attempt - 2))
            try:
                response = self.fetch(request)
            except NotAnswered as missing:
                answer = failed(missing.failure, attempt)
                if missing.failure is Failure.TOO_LARGE:
                    break
                continue
            answer = replace(self._read(question, response), attempts=attempt)
            if response.status not in NOT_ANSWERED_STATUSES:
                break
        return answer

    def _request(self, question: Question, query_id: UUID) -> Request:
        body = {
            theirs: question.fields[ours]
            for ours, theirs in self.channel.send.items()
            if ours in question.fields
        }
        return Request(
            url=self.channel.url,
            body=canonical_json(body),
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Idempotency-Key": str(query_id),
            },
            timeout_seconds=self.channel.timeout_seconds,
            largest=LARGEST_ANSWER,
        )

    def _read(self, question: Question, response: Response) -> RegisterAnswer:
        if response.status != 200:
            return failed(Failure.STATUS)
        return read_answer(self.channel, question, response.body)


def require_askable(channel: Channel, question: Question, purpose: str) -> None:
    """Raises: RegisterQueryRefused for another kind, a foreign purpose, or a missing field."""
    if question.kind != channel.kind:
        raise RegisterQueryRefused("This register knows nothing of that kind.", "该渠道不支持此类核验。")
    if purpose not in channel.purposes:
        raise RegisterQueryRefused(
            "This register may not be asked for that purpose.", "不得以该目的发起核验。"
        )
    if set(channel.send) - set(question.fields):
        raise RegisterQueryRefused("This register needs more particulars.", "该渠道需要更多信息。")
