"""The holder's proof of possession (持证人密钥证明): the key binding JWT of RFC 9901 §4.3, and choosing what
to show.

    header   {"alg", "typ": "kb+jwt"}
    payload  {"iat", "aud", "nonce", "sd_hash": base64url(SHA-256(everything up to and including the last ~))}

A presentation names its audience and carries its nonce, so a verifier that asked for both knows it is not a
replay. What is not checked: how old the proof may be; that is the verifier's policy.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from keys.algorithms import algorithm_of
from keys.encoding import b64url, canonical_json, parse_json
from keys.errors import XinzhengError
from keys.jwk import parse_jwk
from keys.jws import sign_compact, verify_compact
from keys.signer import Signer
from licenses.credential_reading import ParsedCredential
from licenses.errors import KeyBindingWrong
from licenses.sd_jwt import Path

TYP = "kb+jwt"
LARGEST_PROOF = 8 * 1024
_LATEST = 2**36


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """A proof whose signature holds under the credential's own `cnf` key."""

    audience: str
    nonce: str
    issued_at: datetime


def select_disclosures(parsed: ParsedCredential, show: Iterable[Path]) -> str:
    """The presentation that shows the claims at these paths and no others, without a proof.

    A nested claim needs its parents: they are shown as well.
    """
    wanted = {path[:length] for path in show for length in range(1, len(path) + 1)}
    shown = (text for text, path in parsed.disclosures.items() if path in wanted)
    return "~".join((parsed.jwt, *shown, ""))


def bind_key(presentation: str, *, audience: str, nonce: str, signer: Signer, now: datetime) -> str:
    """Sign a presentation (ending in `~`) with the holder's key, as a wallet does."""
    payload = {
        "iat": int(now.timestamp()),
        "aud": audience,
        "nonce": nonce,
        "sd_hash": _hash(presentation),
    }
    return presentation + sign_compact(canonical_json(payload), signer=signer, typ=TYP)


def verify_key_binding(
    parsed: ParsedCredential, *, audience: str | None = None, nonce: str | None = None
) -> KeyBinding:
    """Check the proof against the key in the credential's `cnf`.

    Call only after the issuer's signature holds: the key is the issuer's word. audience, nonce: what the
    verifier asked for; None when it asked for nothing, and then the proof may be a replay. Raises:
    KeyBindingWrong.
    """
    try:
        public_key = parse_jwk(_confirmation(parsed))
        verified = verify_compact(
            parsed.key_binding or "",
            public_key=public_key,
            algorithm=algorithm_of(public_key),
            typ=TYP,
            max_bytes=LARGEST_PROOF,
        )
        payload = parse_json(verified.payload, max_bytes=LARGEST_PROOF, max_depth=4)
    except KeyBindingWrong:
        raise
    except XinzhengError as error:
        raise KeyBindingWrong(log_only=error.detail) from error
    binding = _read(payload, parsed.presented)
    if audience not in (None, binding.audience) or nonce not in (None, binding.nonce):
        raise KeyBindingWrong(
            "The proof was made for someone else or before", "该证明是出示给他人的，或是重放的"
        )
    return binding


def _confirmation(parsed: ParsedCredential) -> Any:
    confirmation = parsed.claims.get("cnf")
    if not isinstance(confirmation, dict) or set(confirmation) != {"jwk"}:
        raise KeyBindingWrong("The credential names no key of the holder", "电子凭证没有绑定持证人密钥")
    return confirmation["jwk"]


def _read(payload: Any, presented: str) -> KeyBinding:
    if not isinstance(payload, dict):
        raise KeyBindingWrong()
    iat, audience, nonce = payload.get("iat"), payload.get("aud"), payload.get("nonce")
    if type(iat) is not int or not 0 <= iat < _LATEST:
        raise KeyBindingWrong("The proof does not say when it was made", "证明没有说明生成时间")
    if not isinstance(audience, str) or not isinstance(nonce, str) or not audience or not nonce:
        raise KeyBindingWrong("The proof names no audience or nonce", "证明没有说明出示对象或随机数")
    if payload.get("sd_hash") != _hash(presented):
        raise KeyBindingWrong("The proof belongs to another presentation", "该证明属于另一次出示")
    return KeyBinding(audience, nonce, datetime.fromtimestamp(iat, UTC))


def _hash(presentation: str) -> str:
    return b64url(hashlib.sha256(presentation.encode("ascii")).digest())
