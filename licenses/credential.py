"""The credential face: SD-JWT VC (RFC 9901; draft-ietf-oauth-sd-jwt-vc, the subset common to its versions).

    header   {"alg", "typ": "dc+sd-jwt", "kid", "x5c": [leaf, issuing CA]}           never the anchor
    payload  {"iss", "iat", "nbf", "exp"?, "vct", "status": {"status_list": {"idx", "uri"}}, "cnf"?,
    "_sd_alg",
              "identifier", "license_type", "name", "issuer": {…}, "issued_on", "valid_from", "valid_until",
              "holder": {"_sd": […]}, "claims": {"_sd": […], <always disclosed>}}

The draft is complete before anything is signed: its canonical JSON is the record that the log commits to, and
the very octets that are signed, so that any holder can have the receipt checked with the credential alone.
`iat` and `nbf` are whole days: a second would single out a holder. Reading is in credential_reading.py.
"""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keys.encoding import canonical_json
from keys.errors import XinzhengError
from keys.jwk import parse_jwk
from keys.jws import sign_compact
from keys.signer import Signer
from licenses.claims import Disclosure
from licenses.content import LicenseContent, end_of_day, start_of_day
from licenses.errors import MalformedCredential
from licenses.sd_jwt import SD_ALG, RandomBytes, hide

TYP = "dc+sd-jwt"
MEDIA_TYPE = "application/dc+sd-jwt"
_KEY_MEMBERS = frozenset({"kty", "crv", "x", "y", "n", "e"})


@dataclass(frozen=True, slots=True)
class CredentialDraft:
    """A credential before its signature."""

    payload: Mapping[str, Any]
    disclosures: tuple[str, ...]

    @property
    def record(self) -> bytes:
        """The octets that are logged and signed: canonical JSON of the payload."""
        return canonical_json(self.payload)

    def to_json(self) -> dict[str, Any]:
        """For keeping a draft between intent and signature. Holds personal data: encrypt it."""
        return {"payload": dict(self.payload), "disclosures": list(self.disclosures)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "CredentialDraft":
        return cls(value["payload"], tuple(value["disclosures"]))


def build_payload(
    content: LicenseContent,
    *,
    iss: str,
    status_uri: str,
    status_index: int,
    holder_jwk: Mapping[str, Any] | None = None,
    decoys: int = 0,
    random_bytes: RandomBytes = secrets.token_bytes,
) -> CredentialDraft:
    """The signed claims of a license and their disclosures.

    iss: URL of the issuer; must stand in the issuer certificate's SAN.
    holder_jwk: the holder's public key. Without one the payload has no `cnf`, and a verifier reports
        `holder_binding: absent`.
    decoys: digests without a claim, for each of holder and claims.
    Raises: MalformedCredential for a key that is not a public one.
    """
    plain = content.to_claims()
    disclosures: list[str] = []
    claims = plain["claims"]
    always = {
        claim.name: claims[claim.name]
        for claim in content.license_type.claims
        if claim.disclosure is Disclosure.ALWAYS and claim.name in claims
    }
    selective = {name: value for name, value in claims.items() if name not in always}
    holder = hide(plain["holder"], disclosures=disclosures, decoys=decoys, random_bytes=random_bytes)
    hidden = hide(selective, disclosures=disclosures, decoys=decoys, random_bytes=random_bytes)
    payload: dict[str, Any] = {
        **plain,
        "iss": iss,
        "iat": start_of_day(content.issued_on),
        "nbf": start_of_day(content.valid_from),
        "vct": content.license_type.vct,
        "status": {"status_list": {"idx": status_index, "uri": status_uri}},
        SD_ALG: "sha-256",
        "holder": holder,
        "claims": {**hidden, **always},
    }
    if content.valid_until is not None:
        payload["exp"] = end_of_day(content.valid_until)
    if holder_jwk is not None:
        payload["cnf"] = {"jwk": _public_jwk(holder_jwk)}
    return CredentialDraft(payload, tuple(disclosures))


def sign_credential(draft: CredentialDraft, signer: Signer, x5c: Sequence[x509.Certificate]) -> str:
    """The issued credential `<jwt>~<disclosure>~…~`.

    x5c: the issuer's certificate, then the authorities up to but without the anchor.
    Raises: ValueError for an empty or self-issued `x5c` (a bug of the caller); what the signer raises.
    """
    if not x5c or any(certificate.subject == certificate.issuer for certificate in x5c):
        raise ValueError("x5c starts at the leaf and leaves the anchor out")
    jwt = sign_compact(draft.record, signer=signer, typ=TYP, header={"x5c": x5c_header(x5c)})
    return "~".join((jwt, *draft.disclosures, ""))


def x5c_header(certificates: Sequence[x509.Certificate]) -> list[str]:
    """RFC 7515 §4.1.6: standard base64 of each DER, leaf first."""
    return [base64.b64encode(one.public_bytes(Encoding.DER)).decode("ascii") for one in certificates]


def _public_jwk(jwk: Mapping[str, Any]) -> dict[str, Any]:
    """Only the members that make the key: a `kid` or a certificate beside them would tell the holder
    apart."""
    try:
        parse_jwk(jwk)
    except XinzhengError as error:
        raise MalformedCredential("The holder's key is not a public key", "持证人密钥不是公钥") from error
    return {name: value for name, value in jwk.items() if name in _KEY_MEMBERS}
