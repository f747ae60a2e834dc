"""Passkeys (通行密钥), WebAuthn level 3: options and verification as values, by the library `webauthn`.

Always discoverable (no name is typed) and always with user verification (PIN or body), so that one gesture is
two factors. No attestation is asked for: it would say which telephone somebody bought, and we would not act
on it. Rows are in `passkey_store.py`; nothing here touches a database.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from cbor2 import CBORDecodeError
from cryptography.exceptions import UnsupportedAlgorithm
from OpenSSL.crypto import Error as OpenSslError
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json_dict,
    parse_attestation_object,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from keys.algorithms import algorithm_of
from keys.errors import UnacceptableKey
from trust.authn.challenges import LIFETIME, UsedChallenge
from trust.authn.errors import AuthenticatorRefused
from trust.authn.passkey_answers import PasskeyAnswer

ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
_FORMATS = frozenset({AttestationFormat.NONE, AttestationFormat.PACKED})
"""`packed` appears unasked as self-attestation (§5.1.3); others would only bring more parsers."""
_TIMEOUT_MS = int(LIFETIME.total_seconds() * 1000)
_FOREIGN = (
    WebAuthnException,
    OpenSslError,
    UnsupportedAlgorithm,
    UnacceptableKey,
    CBORDecodeError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    RecursionError,
    AssertionError,
)
"""What the library and its parsers raise for garbage."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Whom passkeys are bound to."""

    rp_id: str
    """Host name without port."""
    name: str
    origins: tuple[str, ...]
    """Exact origins, as `https://zj.example`."""


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that proved itself; to be stored."""

    credential_id: bytes
    public_key: bytes
    """COSE_Key."""
    sign_count: int
    synced: bool


@dataclass(frozen=True, slots=True)
class PasskeyUse:
    """A good signature of a known passkey."""

    sign_count: int
    synced: bool


def registration_options(
    rp: RelyingParty,
    *,
    user_handle: bytes,
    user_name: str,
    challenge: bytes,
    existing: Collection[bytes] = (),
) -> dict[str, Any]:
    """`PublicKeyCredentialCreationOptions` in JSON. user_name: what the person recognizes, masked."""
    return options_to_json_dict(
        generate_registration_options(
            rp_id=rp.rp_id,
            rp_name=rp.name,
            user_id=user_handle,
            user_name=user_name,
            user_display_name=user_name,
            challenge=challenge,
            timeout=_TIMEOUT_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                require_resident_key=True,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=known) for known in existing],
            supported_pub_key_algs=ALGORITHMS,
        )
    )


def authentication_options(
    rp: RelyingParty, *, challenge: bytes, allowed: Collection[bytes] = ()
) -> dict[str, Any]:
    """`PublicKeyCredentialRequestOptions` in JSON. `allowed` is empty at login: whoever has a passkey."""
    return options_to_json_dict(
        generate_authentication_options(
            rp_id=rp.rp_id,
            challenge=challenge,
            timeout=_TIMEOUT_MS,
            allow_credentials=[PublicKeyCredentialDescriptor(id=known) for known in allowed],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def verify_registration(rp: RelyingParty, answer: PasskeyAnswer, used: UsedChallenge | None) -> NewPasskey:
    """Check a registration against the challenge that was used up for it. Raises: AuthenticatorRefused."""
    if used is None or answer.embedded or answer.challenge != used.challenge:
        raise AuthenticatorRefused()
    try:
        attested = parse_attestation_object(base64url_to_bytes(answer.body["response"]["attestationObject"]))
        if attested.fmt not in _FORMATS:
            raise AuthenticatorRefused()
        done = verify_registration_response(
            credential=dict(answer.body),
            expected_challenge=used.challenge,
            expected_rp_id=rp.rp_id,
            expected_origin=list(rp.origins),
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
        _check_key(done.credential_public_key)
    except _FOREIGN as error:
        raise AuthenticatorRefused(log_only=type(error).__name__) from None
    return NewPasskey(
        done.credential_id,
        done.credential_public_key,
        done.sign_count,
        done.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
    )


def verify_use(
    rp: RelyingParty, answer: PasskeyAnswer, used: UsedChallenge | None, public_key: bytes
) -> PasskeyUse | None:
    """Check a signature against the challenge that was used up for it; None for every failure.

    Does not check: the counter, which `passkey_store.record_use` compares and moves in one statement.
    """
    if used is None or answer.embedded or answer.challenge != used.challenge:
        return None
    try:
        done = verify_authentication_response(
            credential=dict(answer.body),
            expected_challenge=used.challenge,
            expected_rp_id=rp.rp_id,
            expected_origin=list(rp.origins),
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _FOREIGN:
        return None
    return PasskeyUse(done.new_sign_count, done.credential_device_type is CredentialDeviceType.MULTI_DEVICE)


def _check_key(public_key: bytes) -> None:
    """Curve and size by the closed table of `keys.algorithms`. Raises: UnacceptableKey and the library's."""
    found: Any = decoded_public_key_to_cryptography(decode_credential_public_key(public_key))
    algorithm_of(found)
