"""The `claims` parameter (OIDC Core §5.5): which claims, where, how urgently.

A claim is asked for by null or by {essential, value, values}. What cannot be given is left out silently,
except `acr` and `sub`, which decide whether the login itself is good enough. Verified claims:
`verified_claims.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NoReturn

from keys.encoding import canonical_json, parse_json
from keys.errors import XinzhengError
from trust.oauth_errors import InvalidRequest
from trust.oidc.verified_claims import check_verified_request

LARGEST = 16 * 1024
PLACES = ("id_token", "userinfo")
MOST_CLAIMS = 64
_EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """A checked `claims` parameter."""

    id_token: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    userinfo: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)

    @property
    def names(self) -> frozenset[str]:
        """Every claim asked for anywhere, those inside verified_claims included."""
        plain = {name for place in (self.id_token, self.userinfo) for name in place}
        verified = {
            name
            for place in (self.id_token, self.userinfo)
            for one in verified_requests(place)
            for name in one["claims"]
        }
        return frozenset((plain - {"verified_claims"}) | verified)

    def demanded(self, name: str) -> tuple[str, ...]:
        """The values of an essential claim that must be met (`acr`, `sub`); empty when nothing is
        demanded."""
        for place in (self.id_token, self.userinfo):
            wish = place.get(name)
            if isinstance(wish, Mapping) and (wish.get("essential") is True or name == "sub"):
                values = wish.get("values", [wish["value"]] if "value" in wish else [])
                return tuple(value for value in values if isinstance(value, str))
        return ()

    def wished(self, name: str) -> tuple[str, ...]:
        """The values of a claim asked for in the ID token, essential or not."""
        wish = self.id_token.get(name)
        if not isinstance(wish, Mapping):
            return ()
        values = wish.get("values", [wish["value"]] if "value" in wish else [])
        return tuple(value for value in values if isinstance(value, str))

    def to_text(self) -> str | None:
        if not self.id_token and not self.userinfo:
            return None
        members = {"id_token": dict(self.id_token), "userinfo": dict(self.userinfo)}
        return canonical_json(members).decode("utf-8")


def parse_claims(text: str | None) -> ClaimsRequest:
    """Raises: InvalidRequest for anything §5.5 does not describe. Unknown members at the top are ignored."""
    if text is None:
        return ClaimsRequest()
    try:
        members = parse_json(text, max_bytes=LARGEST, max_depth=16)
    except XinzhengError as error:
        raise InvalidRequest(
            "The claims parameter is not acceptable JSON.",
            "claims 参数不是有效的 JSON。",
            log_only=error.detail,
        ) from None
    if not isinstance(members, dict):
        _refuse()
    places: dict[str, Mapping[str, Any]] = {}
    for place in PLACES:
        wishes = members.get(place)
        if wishes is None:
            continue
        if not isinstance(wishes, dict) or len(wishes) > MOST_CLAIMS:
            _refuse()
        for name, wish in wishes.items():
            if name == "verified_claims":
                check_verified_request(wish)
            else:
                _check_wish(wish)
        places[place] = MappingProxyType(wishes)
    return ClaimsRequest(**places)


def verified_requests(place: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The verified_claims requests of one place, one or several."""
    held = place.get("verified_claims")
    if held is None:
        return ()
    return tuple(held) if isinstance(held, list) else (held,)


def _check_wish(wish: Any) -> None:
    if wish is None:
        return
    if not isinstance(wish, dict) or not isinstance(wish.get("essential", False), bool):
        _refuse()
    if not isinstance(wish.get("values", []), list):
        _refuse()


def _refuse() -> NoReturn:
    raise InvalidRequest("The claims parameter is not understood.", "claims 参数无法理解。")
