"""Alternate ours and the peer in short rounds, so that a busy moment of the machine hits both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 7
ROUND_SECONDS = 0.6


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. Rates are per second; `bar` is a ratio, or a rate where no peer exists."""

    work: str
    peer: str
    peer_rate: float | None
    our_rate: float
    bar: str
    met: bool
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.our_rate / self.peer_rate if self.peer_rate else None


def rate(work: Callable[[], object], seconds: float = ROUND_SECONDS) -> float:
    """Calls per second of `work`, run for about `seconds`."""
    work()
    done, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < seconds:
        work()
        done += 1
    return done / spent


def beside(ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float]:
    """Median rates (ours, peer) over alternating rounds."""
    mine, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(rate(peer))
        mine.append(rate(ours))
    return statistics.median(mine), statistics.median(theirs)


def against(
    work: str, peer: str, ours: Callable[[], object], theirs: Callable[[], object], *, bar: float
) -> Row:
    """A row whose bar is a ratio to the peer."""
    our_rate, peer_rate = beside(ours, theirs)
    return Row(work, peer, peer_rate, our_rate, f"≥ {bar:g}×", our_rate >= bar * peer_rate)


def alone(work: str, ours: Callable[[], object], *, bar: float, note: str = "") -> Row:
    """A row whose bar is a rate."""
    our_rate = statistics.median(rate(ours) for _ in range(ROUNDS))
    return Row(work, "–", None, our_rate, f"≥ {bar:,.0f}/s", our_rate >= bar, note)
