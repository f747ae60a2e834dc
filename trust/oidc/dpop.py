"""DPoP (RFC 9449): a proof, with every request, that the sender holds the key a token is bound to.

The checks of §4.3 stand here in their order; the signature itself is `keys.foreign.verify_carried`. A jti
counts once for its key (T7), so a proof that was seen on the wire is worth nothing. Nonces are in
`dpop_nonce.py`.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from keys.encoding import b64url
from keys.errors import XinzhengError
from keys.foreign import CarriedProof, verify_carried
from trust.oauth_errors import InvalidDpopProof, UseDpopNonce
from trust.oidc.assertion import claims_of
from trust.oidc.dpop_nonce import is_fresh, make_nonce
from trust.oidc.once import first_use
from trust.oidc.policies import MODERN
from trust.oidc.provider import Provider

TYP = frozenset[str | None]({"dpop+jwt"})
PAST = timedelta(seconds=60)
AHEAD = timedelta(seconds=60)
LATE = timedelta(seconds=10)


def check_proof(
    provider: Provider,
    short: Session,
    proofs: tuple[str, ...],
    *,
    method: str,
    url: str,
    nonce_required: bool,
    now: datetime,
    access_token: str | None = None,
) -> str | None:
    """The thumbprint of the key whose possession is proven; None when there is no proof at all.

    url: the endpoint as we publish it. access_token: at a resource, the token that came along (`ath`).
    Raises: InvalidDpopProof; UseDpopNonce with a fresh nonce.
    """
    if not proofs:
        return None
    if len(proofs) != 1:
        _refuse("There must be exactly one DPoP header.")
    try:
        proof = verify_carried(proofs[0], accepted=MODERN, typ=TYP)
        claims = claims_of(proof.payload)
    except XinzhengError as error:
        raise InvalidDpopProof(log_only=error.detail) from None
    if claims.get("htm") != method or not _same_target(claims.get("htu"), url):
        _refuse("The proof is for another request.")
    _check_nonce(provider, claims.get("nonce"), required=nonce_required, now=now)
    _check_times(claims, now, nonced="nonce" in claims)
    if access_token is not None and not _hashes(access_token, claims.get("ath")):
        _refuse("The proof is for another access token.")
    _use_up(short, proof, claims.get("jti"), now)
    return proof.thumbprint


def _check_nonce(provider: Provider, nonce: Any, *, required: bool, now: datetime) -> None:
    if nonce is None and not required:
        return
    if not isinstance(nonce, str) or not is_fresh(provider.secret, nonce, now):
        error = UseDpopNonce()
        error.dpop_nonce = make_nonce(provider.secret, now)
        raise error


def _check_times(claims: Mapping[str, Any], now: datetime, *, nonced: bool) -> None:
    moments = {name: claims[name] for name in ("iat", "exp", "nbf") if name in claims}
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in moments.values()):
        _refuse("The times of the proof are not numbers.")
    instant = now.timestamp()
    if "iat" not in moments:
        _refuse("The proof has no iat.")
    # A fresh nonce of ours already proves the proof is new, whatever the client's clock says (§11.1).
    past = timedelta(hours=1) if nonced else PAST
    if not instant - past.total_seconds() <= moments["iat"] <= instant + AHEAD.total_seconds():
        _refuse("The proof is too old or comes from the future.")
    if moments.get("exp", instant) < instant - LATE.total_seconds():
        _refuse("The proof has expired.")
    if moments.get("nbf", instant) > instant + LATE.total_seconds():
        _refuse("The proof is not valid yet.")


def _same_target(htu: Any, url: str) -> bool:
    """RFC 9449 §4.3 step 9: without query and fragment, scheme and host without case, default port
    dropped."""
    if not isinstance(htu, str) or len(htu) > 2048:
        return False
    try:
        said, ours = urlsplit(htu), urlsplit(url)
        ports = [one.port or {"https": 443, "http": 80}.get(one.scheme) for one in (said, ours)]
    except ValueError:
        return False
    same_host = said.scheme == ours.scheme and said.hostname == ours.hostname and ports[0] == ports[1]
    return same_host and said.path == ours.path and "@" not in said.netloc


def _hashes(access_token: str, ath: Any) -> bool:
    expected = b64url(hashlib.sha256(access_token.encode("utf-8")).digest())
    return isinstance(ath, str) and hmac.compare_digest(expected.encode(), ath.encode("utf-8", "replace"))


def _use_up(short: Session, proof: CarriedProof, jti: Any, now: datetime) -> None:
    if not isinstance(jti, str) or not 0 < len(jti) <= 256:
        _refuse("The proof has no usable jti.")
    if not first_use(
        short, "dpop", proof.thumbprint, jti, expires_at=now + timedelta(hours=1) + AHEAD + LATE
    ):
        _refuse("The proof was used before.")


def _refuse(detail: str) -> NoReturn:
    raise InvalidDpopProof(detail, "持有证明不可接受。")
