"""Make a seal record 制章: version 4 of GB/T 38540-2020, signed by the seal maker.

Built with ECDSA P-256 and SHA-256 here; the algorithm identifier follows the signer's key, so SM2 is one line
in `_SIGNATURE_OIDS` once a signer offers it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from asn1crypto import core, x509

from keys.algorithms import Algorithm
from keys.clock import require_utc
from keys.signer import Signer
from seal import record_asn1 as asn1
from seal.errors import SealingFailed
from seal.oids import ARTWORK_DIGEST, DEMONSTRATION, ECDSA_SHA256, USE_NEEDS_APPROVAL
from seal.record import CERTIFICATES, SealPicture

VERSION = 4
VENDOR = "XINZHENG"
UNIT_SEAL = 1
_SIGNATURE_OIDS: Mapping[Algorithm, str] = MappingProxyType({Algorithm.ES256: ECDSA_SHA256})


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """Everything the maker puts his name to. Times are aware UTC and carry whole seconds."""

    seal_id: str
    name: str
    certificate: bytes
    """DER of the certificate that may apply this seal; a renewed certificate needs a new seal."""
    created_at: datetime
    valid_from: datetime
    valid_until: datetime
    picture: SealPicture
    artwork_digest: bytes
    demonstration: bool
    needs_approval: bool = False
    """Each use needs a second operator's approval."""


def seal_info(draft: RecordDraft) -> bytes:
    """DER of SES_SealInfo: what the maker signs, and what the log commits to."""
    extensions = [_extension(ARTWORK_DIGEST, draft.artwork_digest)]
    if draft.demonstration:
        extensions.append(_extension(DEMONSTRATION, b""))
    if draft.needs_approval:
        extensions.append(_extension(USE_NEEDS_APPROVAL, b""))
    info = asn1.SealInfoV4(
        {
            "header": {"id": "ES", "version": VERSION, "vid": VENDOR},
            "es_id": draft.seal_id,
            "property": {
                "type": UNIT_SEAL,
                "name": draft.name,
                "cert_list_type": CERTIFICATES,
                "cert_list": core.Any(asn1.Certificates([draft.certificate])),
                "create_date": _time(draft.created_at),
                "valid_start": _time(draft.valid_from),
                "valid_end": _time(draft.valid_until),
            },
            "picture": {
                "type": draft.picture.kind,
                "data": draft.picture.data,
                "width": draft.picture.width_mm,
                "height": draft.picture.height_mm,
            },
            "ext_datas": asn1.ExtensionsChoice("tagged", asn1.Extensions(extensions)),
        }
    )
    return bytes(info.dump())


def sign_seal(info: bytes, *, signer: Signer, maker_certificate: bytes) -> bytes:
    """DER of the finished seal. Raises SealingFailed for a key that makes no seals.

    Does not check that `maker_certificate` belongs to the signer's key; `seal.make` does.
    """
    oid = _SIGNATURE_OIDS.get(signer.algorithm)
    if oid is None:
        raise SealingFailed("This kind of key does not make seals.", "该类型的密钥不能用于制章。")
    parts = (
        info,
        core.OctetString(maker_certificate).dump(),
        core.ObjectIdentifier(oid).dump(),
        core.OctetBitString(signer.sign(info)).dump(),
    )
    return bytes(core.Sequence(contents=b"".join(parts)).dump())


def _extension(oid: str, value: bytes) -> asn1.Extension:
    return asn1.Extension({"extn_id": oid, "extn_value": value})


def _time(moment: datetime) -> x509.Time:
    return x509.Time({"general_time": require_utc(moment).replace(microsecond=0)})
