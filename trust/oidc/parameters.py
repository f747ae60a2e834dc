"""Request parameters of OAuth endpoints: each at most once, of bounded size, or the request is refused.

RFC 6749 §3.1 and §3.2: parameters must not be included more than once, and one without a value is treated as
left out. Two components that pick different copies of a repeated parameter see two requests (T3,
CVE-2026-9689), so any repetition is refused, also between the query and the body, also of unknown names.
The one exception is `resource`, which RFC 8707 §2 lets a client repeat. Does not check: what the values mean.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NoReturn
from urllib.parse import parse_qsl

from trust.oauth_errors import InvalidRequest

REPEATABLE = frozenset({"resource"})
LONG = frozenset({"request", "claims", "client_assertion", "id_token_hint", "state", "logout_token", "token"})
MAX_VALUE = 2 * 1024
MAX_LONG_VALUE = 16 * 1024
MAX_TOTAL = 64 * 1024
MAX_PARAMETERS = 64
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")

Pairs = Iterable[tuple[str, str]]


class Parameters(Mapping[str, str]):
    """Parameters that passed the rules of this module; frozen."""

    __slots__ = ("_held", "_repeated")

    def __init__(
        self, held: Mapping[str, str], repeated: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self._held = MappingProxyType(dict(held))
        self._repeated = MappingProxyType(dict(repeated or {}))

    def __getitem__(self, name: str) -> str:
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a parameter that may be repeated; none when it is absent."""
        return self._repeated.get(name) or ((self._held[name],) if name in self._held else ())

    def required(self, name: str) -> str:
        """Raises: InvalidRequest when it is absent."""
        if name not in self._held:
            raise InvalidRequest(f"The parameter {name} is missing.", f"缺少参数 {name}。")
        return self._held[name]

    def words(self, name: str) -> tuple[str, ...]:
        """A space-separated list without repetitions (scope, prompt, acr_values), in order."""
        return tuple(dict.fromkeys(self._held.get(name, "").split()))

    def without(self, *names: str) -> "Parameters":
        kept = {name: value for name, value in self._held.items() if name not in names}
        return Parameters(kept, {name: many for name, many in self._repeated.items() if name not in names})

    def to_json(self) -> dict[str, str | list[str]]:
        """For storing; `from_json` reads it back."""
        return {**self._held, **{name: list(many) for name, many in self._repeated.items()}}

    @classmethod
    def from_json(cls, members: Mapping[str, str | list[str]]) -> "Parameters":
        held = {name: value if isinstance(value, str) else value[0] for name, value in members.items()}
        return cls(held, {name: tuple(v) for name, v in members.items() if isinstance(v, list)})

    def __repr__(self) -> str:
        return f"<parameters {' '.join(self._held)}>"  # names only: values may be secrets


def read_parameters(query: Pairs, body: Pairs = ()) -> Parameters:
    """Parameters from decoded pairs, those of the query and those of the form body.

    Raises: InvalidRequest for a repeated name, a value too long, too many parameters, a control character.
    """
    held: dict[str, str] = {}
    repeated: dict[str, list[str]] = {}
    total = 0
    for count, (name, value) in enumerate((*query, *body)):
        total += len(name) + len(value)
        if count >= MAX_PARAMETERS or total > MAX_TOTAL:
            _refuse("The request has too many parameters.", "请求参数过多。")
        _check_value(name, value)
        if name not in held:
            held[name] = value
        elif name in REPEATABLE:
            repeated.setdefault(name, [held[name]]).append(value)
        else:
            _refuse("A parameter is given more than once.", "请求参数重复。")
    return Parameters(
        {name: value for name, value in held.items() if value},
        {name: tuple(filter(None, many)) for name, many in repeated.items()},
    )


def read_form(encoded: bytes) -> list[tuple[str, str]]:
    """The pairs of an application/x-www-form-urlencoded body or of a query string.

    Raises: InvalidRequest for bytes that are not UTF-8, for too much of it, or too many fields.
    """
    if len(encoded) > MAX_TOTAL:
        _refuse("The request is too large.", "请求过大。")
    try:
        text = encoded.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except ValueError:
        _refuse("The parameters cannot be read.", "请求参数无法读取。")


def _check_value(name: str, value: str) -> None:
    if not name or len(name) > 64:
        _refuse("A parameter has no acceptable name.", "请求参数名称不可接受。")
    if len(value) > (MAX_LONG_VALUE if name in LONG else MAX_VALUE):
        _refuse("A parameter is too long.", "请求参数过长。")
    if _CONTROL.search(name) or _CONTROL.search(value):
        _refuse("A parameter holds a control character.", "请求参数含有控制字符。")


def _refuse(detail: str, detail_zh: str) -> NoReturn:
    raise InvalidRequest(detail, detail_zh)
