"""A passkey authenticator of our own for tests: P-256, discoverable, with every detail open to misuse."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from keys.encoding import b64url, unb64url
from trust.authn.passkeys import RelyingParty

RP = RelyingParty("zj.example", "信证演示节点", ("https://zj.example",))
USER_PRESENT, USER_VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class Authenticator:
    """Holds one passkey. Fields are what an attacker, or a strange device, would change."""

    origin: str = "https://zj.example"
    rp_id: str = "zj.example"
    user_verified: bool = True
    synced: bool = False
    counts: bool = True
    embedded: bool = False
    curve: ec.EllipticCurve = field(default_factory=ec.SECP256R1)
    sign_count: int = 0
    user_handle: bytes = b""
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(self.curve)

    def register(self, options: dict[str, Any]) -> str:
        """Answer `navigator.credentials.create`."""
        self.user_handle = unb64url(options["user"]["id"])
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data = self._data(ATTESTED) + attested + self._cose_key()
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self._client_data("webauthn.create", options["challenge"])
        return self._answer(clientDataJSON=b64url(client_data), attestationObject=b64url(attestation))

    def use(self, options: dict[str, Any], *, user_handle: bytes | None = None) -> str:
        """Answer `navigator.credentials.get`."""
        self.sign_count += 1 if self.counts else 0
        data = self._data(0)
        client_data = self._client_data("webauthn.get", options["challenge"])
        message = data + hashlib.sha256(client_data).digest()
        return self._answer(
            clientDataJSON=b64url(client_data),
            authenticatorData=b64url(data),
            signature=b64url(self.key.sign(message, ec.ECDSA(hashes.SHA256()))),
            userHandle=b64url(self.user_handle if user_handle is None else user_handle),
        )

    def _data(self, more: int) -> bytes:
        flags = USER_PRESENT | more
        flags |= USER_VERIFIED if self.user_verified else 0
        flags |= ELIGIBLE | BACKED_UP if self.synced else 0
        return (
            hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.sign_count.to_bytes(4, "big")
        )

    def _client_data(self, ceremony: str, challenge: str) -> bytes:
        members = {"type": ceremony, "challenge": challenge, "origin": self.origin}
        return json.dumps({**members, "crossOrigin": self.embedded}).encode()

    def _cose_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        size = (self.curve.key_size + 7) // 8
        curve = 1 if isinstance(self.curve, ec.SECP256R1) else 2
        x, y = numbers.x.to_bytes(size, "big"), numbers.y.to_bytes(size, "big")
        return cbor2.dumps({1: 2, 3: -7, -1: curve, -2: x, -3: y})

    def _answer(self, **response: str) -> str:
        name = b64url(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
