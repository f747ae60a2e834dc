"""Reading what a browser sends after a passkey ceremony, before anything of it is believed.

The answer is the JSON of `PublicKeyCredential.toJSON()` (WebAuthn level 3 §5.1). Read here: size, nesting,
which challenge it answers, from which kind of page. The rest is the business of the `webauthn` library.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keys.encoding import parse_json, unb64url
from keys.errors import MalformedInput

LARGEST_ANSWER = 64 * 1024
_LARGEST_CLIENT_DATA = 8 * 1024


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """An answer that is well formed; nothing in it is verified."""

    body: Mapping[str, Any]
    credential_id: bytes
    challenge: bytes
    """The challenge it says it answers; find it with `challenges.use_challenge`."""
    user_handle: bytes | None
    embedded: bool
    """Made inside a frame of another site; never accepted."""


def read_answer(text: bytes | str) -> PasskeyAnswer:
    """Raises: MalformedInput, InputTooLarge."""
    body = parse_json(text, max_bytes=LARGEST_ANSWER, max_depth=8)
    try:
        response = body["response"]
        client_data = parse_json(
            unb64url(_text(response["clientDataJSON"])), max_bytes=_LARGEST_CLIENT_DATA, max_depth=4
        )
        handle = response.get("userHandle")
        answer = PasskeyAnswer(
            body=body,
            credential_id=unb64url(_text(body["rawId"])),
            challenge=unb64url(_text(client_data["challenge"])),
            user_handle=None if handle is None else unb64url(_text(handle)),
            embedded=bool(client_data.get("crossOrigin")) or "topOrigin" in client_data,
        )
    except (KeyError, TypeError, AttributeError):
        raise MalformedInput("Not the answer of a passkey.", "不是通行密钥的应答。") from None
    if not 1 <= len(answer.credential_id) <= 1023:
        raise MalformedInput("Not the answer of a passkey.", "不是通行密钥的应答。")
    return answer


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
