"""verified_claims (OpenID Connect for Identity Assurance 1.0): claims together with how they were proven.

A request names a trust framework and claims; constraints are {value}, {values} and, for times, {max_age}.
§6: a constraint that is not met, or a claim we do not have, is left out without an error, and nothing
unverified ever stands in its place; only what was asked for is given. Our framework is `cn_zwfw_realname`
(政务服务实名).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

from trust.oauth_errors import InvalidRequest
from trust.oidc.people import Subject, VerifiedRequest

TRUST_FRAMEWORK = "cn_zwfw_realname"
MOST_REQUESTS = 8
_CONSTRAINTS = frozenset({"value", "values", "max_age", "essential"})


def check_verified_request(wish: Any) -> None:
    """Raises: InvalidRequest without a trust_framework or with empty claims (§5.1)."""
    held = wish if isinstance(wish, list) else [wish]
    if not 0 < len(held) <= MOST_REQUESTS:
        _refuse()
    for one in held:
        if not isinstance(one, dict):
            _refuse()
        verification, claims = one.get("verification"), one.get("claims")
        if not isinstance(verification, dict) or "trust_framework" not in verification:
            _refuse()
        if not isinstance(claims, dict) or not claims:
            _refuse()


def select_verified(subject: Subject, request: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """The best object of the subject that fulfils one request, cut down to what was asked; None without
    one."""
    wanted = request["verification"]["trust_framework"]
    framework = wanted.get("value") if isinstance(wanted, Mapping) else None
    asked = VerifiedRequest(framework, tuple(request["claims"]))
    for held in subject.verified_claims(asked):
        verification = held.get("verification", {})
        if not _fulfils(request["verification"], verification, now):
            continue
        claims = {
            name: held["claims"][name]
            for name, wish in request["claims"].items()
            if name in held.get("claims", {}) and _fulfils(wish, held["claims"][name], now)
        }
        if claims:
            return {"verification": _cut(request["verification"], verification), "claims": claims}
    return None


def _fulfils(wish: Any, found: Any, now: datetime) -> bool:
    if wish is None:
        return True
    if isinstance(wish, list):
        return isinstance(found, Sequence) and all(
            any(_fulfils(one, element, now) for element in found) for one in wish
        )
    if not isinstance(wish, Mapping):
        return bool(wish == found)
    if _CONSTRAINTS & wish.keys():
        return _meets(wish, found, now)
    if not isinstance(found, Mapping):
        return False
    return all(name in found and _fulfils(part, found[name], now) for name, part in wish.items())


def _meets(wish: Mapping[str, Any], found: Any, now: datetime) -> bool:
    if "value" in wish and wish["value"] != found:
        return False
    if "values" in wish and found not in wish["values"]:
        return False
    return "max_age" not in wish or _is_younger(found, wish["max_age"], now)


def _is_younger(found: Any, seconds: Any, now: datetime) -> bool:
    try:
        return (now - datetime.fromisoformat(found)).total_seconds() <= int(seconds)
    except (TypeError, ValueError):
        return False


def _cut(wish: Any, found: Any) -> Any:
    """Only the members that were asked for; the framework is always told."""
    if isinstance(wish, list):
        return [
            _cut(one, element)
            for element in found
            for one in wish
            if isinstance(element, Mapping) and _shape_fits(one, element)
        ]
    if not isinstance(wish, Mapping) or _CONSTRAINTS & wish.keys() or not isinstance(found, Mapping):
        return found
    return {name: _cut(part, found[name]) for name, part in wish.items() if name in found}


def _shape_fits(wish: Any, element: Mapping[str, Any]) -> bool:
    kind = wish.get("type") if isinstance(wish, Mapping) else None
    named = kind.get("value") if isinstance(kind, Mapping) else None
    return named is None or element.get("type") == named


def _refuse() -> NoReturn:
    raise InvalidRequest(
        "A verified_claims request needs a trust_framework and claims.",
        "verified_claims 请求须指明 trust_framework 与 claims。",
    )
