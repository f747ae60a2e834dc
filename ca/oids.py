"""Object identifiers of our own (自有对象标识符), derived from one UUID.

A purpose of our own keeps keys apart: a seal's certificate (RFC 9336 document signing) can never pass for a
license issuer's. `id-kp-oauthStatusSigning` has no number yet (draft-ietf-oauth-status-list-21 §10 says `{
id-kp TBD }`); when IANA gives one it joins `STATUS_LIST_SIGNING` in the profile, the own one stays a while.

2.25.<UUID> (ITU-T X.667) would be the plain way, but its arc of 128 bits stops GnuTLS (64 bits an arc) and
pkilint (32). So the UUID stands in seven arcs of at most 24 bits under 1.2.840.113556.1.8000.2554, which
exists for this and needs no registration (CA-4). An operator with an arc of its own changes `_ROOT`.
"""

from uuid import UUID

from cryptography.x509 import ObjectIdentifier

_UUID = UUID("a7b6e234-a60f-4652-b3b3-95c135c8997f").hex
_CHUNKS = (4, 4, 4, 4, 4, 6, 6)
"""Hexadecimal digits in each arc."""
_ARCS = [
    str(int(_UUID[sum(_CHUNKS[:place]) : sum(_CHUNKS[: place + 1])], 16)) for place in range(len(_CHUNKS))
]
_ROOT = ".".join(["1.2.840.113556.1.8000.2554", *_ARCS])

DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""id-kp-documentSigning, RFC 9336."""
TIME_STAMPING = ObjectIdentifier("1.3.6.1.5.5.7.3.8")
"""id-kp-timeStamping, RFC 3161 §2.3."""

SEAL_MAKING = ObjectIdentifier(f"{_ROOT}.1.1")
"""Extended key usage: signs seal records (印章制作)."""
LICENSE_ISSUING = ObjectIdentifier(f"{_ROOT}.1.2")
"""Extended key usage: signs license credentials (证照签发)."""
STATUS_LIST_SIGNING = ObjectIdentifier(f"{_ROOT}.1.3")
"""Extended key usage: signs Token Status Lists (状态列表签发)."""
TRUST_LIST_SIGNING = ObjectIdentifier(f"{_ROOT}.1.4")
"""Extended key usage: signs the trust list (信任列表签发)."""

TIME_STAMP_POLICY = ObjectIdentifier(f"{_ROOT}.2.1")
"""TSA policy: time from the node's clock under its drift gate, accuracy one second, random serial numbers."""

EXPIRED_CERTS_ON_CRL = ObjectIdentifier("2.5.29.60")
"""id-ce-expiredCertsOnCRL, ITU-T X.509 §9.5.2.8: revoked certificates stay on the list after they expire."""
