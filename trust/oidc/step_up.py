"""Step-up for resource servers (RFC 9470): is the authentication behind a token strong and fresh enough?

A helper without state, for our own routes and for platforms that verify tokens offline: give it the
claims of a verified access token (or of an introspection answer). If it answers a `Challenge`, send 401 with
`WWW-Authenticate: {challenge.header}`; the client repeats its authorization request with those parameters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trust.oauth_errors import InsufficientUserAuthentication


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the client must ask the provider for."""

    acr_values: tuple[str, ...]
    max_age: int | None
    scheme: str = "Bearer"

    @property
    def header(self) -> str:
        """The value of WWW-Authenticate (§3)."""
        parts = [
            f'{self.scheme} error="{InsufficientUserAuthentication.code}"',
            f'error_description="{InsufficientUserAuthentication.title}"',
        ]
        if self.acr_values:
            parts.append(f'acr_values="{" ".join(self.acr_values)}"')
        if self.max_age is not None:
            parts.append(f"max_age={self.max_age}")
        return ", ".join(parts)


def challenge_for(
    claims: Mapping[str, Any],
    *,
    known: Sequence[str],
    acr: str | None = None,
    max_age: int | None = None,
    now: datetime,
) -> Challenge | None:
    """None when the token is good enough.

    known: all acr values, weakest first; one that is not in it counts as none. acr: the weakest that will do.
    max_age: seconds since the person authenticated. A token without a person (no auth_time) never satisfies.
    """
    if acr is None and max_age is None:
        return None
    rank = {value: place for place, value in enumerate(known)}
    strong = acr is None or rank.get(str(claims.get("acr")), -1) >= rank[acr]
    auth_time = claims.get("auth_time")
    timed = isinstance(auth_time, int) and not isinstance(auth_time, bool)
    fresh = timed and (max_age is None or now.timestamp() - int(auth_time or 0) <= max_age)
    if strong and fresh:
        return None
    scheme = "DPoP" if "cnf" in claims else "Bearer"
    return Challenge(tuple(known[rank[acr] :]) if acr else (), max_age, scheme)
