"""Between the authorization endpoint and its pages: where a person is sent, and what was decided so far.

    /oidc/interaction?i=<request>&d=<decisions>&t=<token>

The token ties request and decisions to this browser (T15) and is the token of the page's form (T16): nobody
can send another person into the middle of a login, nor add a decision of his own.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from keys.encoding import b64url, canonical_json, parse_json, unb64url
from trust.authn.csrf import check_form_token, form_token
from trust.authn.secret import AuthnSecret
from trust.oidc.steps import Decision

PATH = "/oidc/interaction"
_LARGEST = 1024


@dataclass(frozen=True, slots=True)
class Visit:
    """One stop of a browser on its way through a request."""

    handle: str
    decision: Decision = Decision()  # noqa: RUF009 - frozen

    def decided(self, **changes: object) -> "Visit":
        return replace(self, decision=replace(self.decision, **changes))  # type: ignore[arg-type]

    def fields(self, secret: AuthnSecret, browser: str, now: datetime) -> dict[str, str]:
        """The hidden fields of its form, or the query of its address."""
        decided = encode(self.decision)
        purpose = _purpose(self.handle, decided)
        token = form_token(secret, binding=browser, purpose=purpose, now=now)
        return {"i": self.handle, "d": decided, "t": token}

    def address(self, secret: AuthnSecret, browser: str, now: datetime) -> str:
        return f"{PATH}?{urlencode(self.fields(secret, browser, now))}"


def read_visit(fields: dict[str, str], secret: AuthnSecret, browser: str, now: datetime) -> Visit:
    """Raises: FormRefused for another browser's, or an altered one; MalformedInput."""
    handle, decided = fields.get("i", ""), fields.get("d", "")
    purpose = _purpose(handle, decided)
    check_form_token(secret, fields.get("t", ""), binding=browser, purpose=purpose, now=now)
    return Visit(handle, decode(decided))


def encode(decision: Decision) -> str:
    members = {
        "agreed": decision.agreed,
        "account": decision.account_chosen,
        "agent": decision.agent_chosen,
        "for": decision.acting_for,
    }
    return b64url(canonical_json(members))


def decode(text: str) -> Decision:
    """Only what `encode` made comes here: a token stands before it."""
    members = parse_json(unb64url(text), max_bytes=_LARGEST)
    return Decision(members["agreed"], members["account"], members["agent"], members["for"])


def origin_of(uri: str) -> str:
    """What a content security policy calls the place: scheme and host, or the scheme of an application."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"


def _purpose(handle: str, decided: str) -> str:
    return f"interaction\x00{handle}\x00{decided}"
