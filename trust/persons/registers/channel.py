"""A register channel (核验渠道) as data: where it is, how it is asked, what its answers mean. One TOML file
each.

```toml
name = "population"
title = "人口基础信息库"
title_en = "population register"
kind = "person"                     # person | organization
method = "register"                 # what a match proves, by assurance.toml
url = "https://register.example.cn/check"
corrections_url = "https://register.example.cn/disputes"   # optional: takes disputes over the same connection
purposes = ["account", "step-up"]   # nothing else may be asked here
timeout_seconds = 3.0               # for one attempt, from connecting to the last octet
attempts = 2                        # only for what was not answered at all
daily_per_subject = 5
daily_per_asker = 200
[breaker]
failures = 5
open_seconds = 30
[tls]                               # all optional, mutual TLS
authorities = "authorities.pem"
certificate = "node.pem"
key = "node.key"
[send]                              # ours = theirs
name = "xm"
number = "gmsfhm"
[answer]
outcome = "result.code"
matched = ["1"]
mismatch = ["0"]
absent = ["2"]
reference = "result.serial"
[answer.echo]                       # what the register must repeat
number = "gmsfhm"
```

Reading is strict: an unknown key is a mistake. Not checked: that the register is who it says (that is TLS).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NoReturn
from urllib.parse import urlsplit

from trust.persons.assurance import built_in_table
from trust.persons.errors import ChannelConfigurationWrong
from trust.persons.registers.question import FIELDS

LARGEST_FILE = 64 * 1024
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class BreakerRule:
    failures: int
    open_seconds: float


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Paths as written; whoever makes the connection reads them."""

    authorities: str | None = None
    certificate: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerShape:
    outcome: tuple[str, ...]
    reference: tuple[str, ...]
    matched: frozenset[str]
    mismatch: frozenset[str]
    absent: frozenset[str]
    echo: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Channel:
    name: str
    title: str
    title_en: str
    kind: str
    method: str
    url: str
    purposes: frozenset[str]
    timeout_seconds: float
    attempts: int
    daily_per_subject: int
    daily_per_asker: int
    breaker: BreakerRule
    tls: TlsFiles
    send: Mapping[str, str]
    answer: AnswerShape
    corrections_url: str | None = None


_OPTIONAL = frozenset({"tls", "corrections_url"})
_KEYS = frozenset(Channel.__slots__) - _OPTIONAL


def parse_channel(text: str, *, allow_loopback: bool = False) -> Channel:
    """allow_loopback: `http://127.0.0.1` is taken too, for tests and demonstrations.

    Raises: ChannelConfigurationWrong naming the key.
    """
    if len(text) > LARGEST_FILE:
        _wrong("file")
    try:
        read = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        _wrong("TOML")
    _only(read, _KEYS, _OPTIONAL, "channel")
    kind = _word(read, "kind")
    if kind not in FIELDS:
        _wrong("kind")
    method = _word(read, "method")
    if method not in built_in_table().methods:
        _wrong("method")
    return Channel(
        name=_matching(read, "name", _NAME),
        title=_word(read, "title"),
        title_en=_word(read, "title_en"),
        kind=kind,
        method=method,
        url=_url(_word(read, "url"), allow_loopback=allow_loopback),
        purposes=frozenset(_words(read, "purposes")),
        timeout_seconds=_number(read, "timeout_seconds", 0.05, 30),
        attempts=int(_number(read, "attempts", 1, 3, whole=True)),
        daily_per_subject=int(_number(read, "daily_per_subject", 1, 1000, whole=True)),
        daily_per_asker=int(_number(read, "daily_per_asker", 1, 10_000_000, whole=True)),
        breaker=_breaker(_table(read, "breaker")),
        tls=_tls(_table(read, "tls") if "tls" in read else {}),
        send=_send(_table(read, "send"), kind),
        answer=_answer(_table(read, "answer"), kind),
        corrections_url=(
            _url(_word(read, "corrections_url"), allow_loopback=allow_loopback)
            if "corrections_url" in read
            else None
        ),
    )


def _breaker(table: Mapping[str, Any]) -> BreakerRule:
    _only(table, {"failures", "open_seconds"}, set(), "breaker")
    failures = int(_number(table, "failures", 1, 100, whole=True))
    return BreakerRule(failures, _number(table, "open_seconds", 0.05, 3600))


def _tls(table: Mapping[str, Any]) -> TlsFiles:
    _only(table, set(), {"authorities", "certificate", "key"}, "tls")
    files = TlsFiles(**{name: _word(table, name) for name in table})
    if (files.certificate is None) != (files.key is None):
        _wrong("tls.key")
    return files


def _send(table: Mapping[str, Any], kind: str) -> Mapping[str, str]:
    _only(table, set(), FIELDS[kind], "send")
    sent = {name: _word(table, name) for name in table}
    if not sent or len(set(sent.values())) != len(sent):
        _wrong("send")
    return MappingProxyType(sent)


def _answer(table: Mapping[str, Any], kind: str) -> AnswerShape:
    _only(table, {"outcome", "reference", "matched", "mismatch", "absent"}, {"echo"}, "answer")
    echo = _table(table, "echo") if "echo" in table else {}
    _only(echo, set(), FIELDS[kind], "answer.echo")
    matched, mismatch, absent = (frozenset(_words(table, name)) for name in ("matched", "mismatch", "absent"))
    if len(matched | mismatch | absent) != len(matched) + len(mismatch) + len(absent):
        _wrong("answer: one word with two meanings")
    return AnswerShape(
        outcome=_path(table, "outcome"),
        reference=_path(table, "reference"),
        matched=matched,
        mismatch=mismatch,
        absent=absent,
        echo=MappingProxyType({name: _path(echo, name) for name in echo}),
    )


def _url(url: str, *, allow_loopback: bool) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        _wrong("url")
    plain = allow_loopback and parts.scheme == "http" and host in _LOOPBACK
    if not (parts.scheme == "https" or plain) or not host or "@" in parts.netloc or parts.fragment:
        _wrong("url")
    return url


def _only(
    table: Mapping[str, Any], needed: frozenset[str] | set[str], more: frozenset[str] | set[str], name: str
) -> None:
    unknown, missing = set(table) - needed - more, set(needed) - set(table)
    if unknown or missing:
        _wrong(f"{name}: {', '.join(sorted(unknown | missing))[:80]}")


def _table(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = table[name]
    if not isinstance(value, dict):
        _wrong(name)
    return value


def _word(table: Mapping[str, Any], name: str) -> str:
    value = table[name]
    if not isinstance(value, str) or not 1 <= len(value) <= 400 or not value.isprintable():
        _wrong(name)
    return value


def _matching(table: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = _word(table, name)
    if not form.fullmatch(value):
        _wrong(name)
    return value


def _words(table: Mapping[str, Any], name: str) -> list[str]:
    value = table[name]
    if not isinstance(value, list) or not value or len(set(map(str, value))) != len(value):
        _wrong(name)
    return [_word({name: word}, name) for word in value]


def _path(table: Mapping[str, Any], name: str) -> tuple[str, ...]:
    steps = tuple(_word(table, name).split("."))
    if not all(steps):
        _wrong(name)
    return steps


def _number(table: Mapping[str, Any], name: str, least: float, most: float, *, whole: bool = False) -> float:
    value = table[name]
    if (
        isinstance(value, bool)
        or not isinstance(value, int if whole else int | float)
        or not least <= value <= most
    ):
        _wrong(name)
    return float(value)


def _wrong(where: str) -> NoReturn:
    raise ChannelConfigurationWrong(f"Wrong or missing: {where}.", f"配置项有误或缺失：{where}。")
