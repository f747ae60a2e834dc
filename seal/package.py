"""A seal's public side 印章公开数据: all a department needs to prepare a document for a seal kept elsewhere.

Record, certificate, chain and artwork; no key. Read with the same questions as a seal taken in hand: the
maker's signature holds, the certificate is one the seal was made for, the artwork is the one the record
names. Does not check chains or the seal's state: the node that signs does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keys.algorithms import algorithm_of
from keys.encoding import b64url, canonical_json, parse_json, unb64url
from keys.errors import MalformedInput
from seal import cms
from seal.errors import SealUnusable
from seal.in_use import SealInUse
from seal.record import check_maker, parse_record

_LARGEST = 4 * 1024 * 1024
_MEMBERS = {"v", "seal", "name", "record", "certificates", "artwork"}


@dataclass(frozen=True, slots=True)
class SealPackage:
    """The public side of one seal, checked."""

    number: str
    name: str
    record_der: bytes
    certificates: tuple[x509.Certificate, ...]
    """The seal's own, then what leads to the anchor."""
    artwork: bytes

    @classmethod
    def of(cls, in_use: SealInUse) -> "SealPackage":
        """From a seal in force."""
        certificates = (in_use.certificate, *in_use.chain)
        return cls(in_use.number, in_use.name, in_use.record_der, certificates, in_use.appearance_pdf)

    def template(self) -> cms.Template:
        """The signature container's fixed parts. Raises SealingFailed."""
        own, *chain = self.certificates
        return cms.template_for(algorithm_of(own.public_key()), own, chain)

    def to_json(self) -> bytes:
        """Canonical JSON."""
        ders = [each.public_bytes(Encoding.DER) for each in self.certificates]
        return canonical_json(
            {
                "v": 1,
                "seal": self.number,
                "name": self.name,
                "record": b64url(self.record_der),
                "certificates": [b64url(each) for each in ders],
                "artwork": b64url(self.artwork),
            }
        )

    @classmethod
    def from_json(cls, data: bytes) -> "SealPackage":
        """Read and check a package. Raises MalformedInput, InputTooLarge, MalformedSeal, SealMakerWrong,
        SealUnusable.
        """
        members: Any = parse_json(data, max_bytes=_LARGEST, max_depth=3)
        if not isinstance(members, dict) or set(members) != _MEMBERS or members["v"] != 1:
            raise _malformed()
        texts = (members["seal"], members["name"], members["record"], members["artwork"])
        if not all(isinstance(text, str) for text in texts) or not isinstance(members["certificates"], list):
            raise _malformed()
        made = cls(
            members["seal"],
            members["name"],
            unb64url(members["record"]),
            tuple(_certificates(members["certificates"])),
            unb64url(members["artwork"]),
        )
        made._check()
        return made

    def _check(self) -> None:
        record = parse_record(self.record_der)
        check_maker(record)
        own = self.certificates[0].public_bytes(Encoding.DER) if self.certificates else b""
        if record.seal_id != self.number or not record.names_certificate(own):
            raise SealUnusable("The package's parts do not belong together.", "印章数据包内容不一致。")
        if record.artwork_digest != sha256(self.artwork).digest():
            raise SealUnusable("The picture is not the one in the seal's record.", "印模与印章数据不一致。")


def _certificates(items: Iterable[Any]) -> Iterable[x509.Certificate]:
    for item in items:
        if not isinstance(item, str):
            raise _malformed()
        try:
            yield x509.load_der_x509_certificate(unb64url(item))
        except ValueError:
            raise _malformed() from None


def _malformed() -> MalformedInput:
    return MalformedInput("Not the public package of a seal.", "不是印章公开数据包。")
