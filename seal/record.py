"""The seal itself 电子印章: a record signed by its maker (GB/T 38540-2020, GM/T 0031-2014 and 2025).

It binds name, picture, period and the certificates that may apply it. `parse_record` reads, `check_maker`
checks the maker's signature. Neither judges the maker's certificate, the period or the state of the seal.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import core
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from keys.errors import XinzhengError
from seal import record_asn1 as asn1
from seal.errors import MalformedSeal, SealAlgorithmUnknown, SealMakerWrong
from seal.oids import ARTWORK_DIGEST, DEMONSTRATION, ECDSA_SHA256, USE_NEEDS_APPROVAL

LARGEST_RECORD = 1 << 20
CERTIFICATES, DIGESTS = 1, 2


@dataclass(frozen=True, slots=True)
class SealPicture:
    """The picture in the record; `kind` is GIF, BMP, JPG, PNG, OFD or what its maker wrote; size in mm."""

    kind: str
    data: bytes
    width_mm: int
    height_mm: int


@dataclass(frozen=True, slots=True)
class SealExtension:
    oid: str
    critical: bool
    value: bytes


@dataclass(frozen=True, slots=True)
class SealRecord:
    """A seal as read. Times are aware UTC; certificates are DER."""

    version: int
    vendor: str
    seal_id: str
    kind: int
    """1 unit, 2 person; vendors use further numbers."""
    name: str
    certificates: tuple[bytes, ...]
    """The signing certificates the seal may be applied with; empty when only their digests are given."""
    certificate_digests: tuple[tuple[str, bytes], ...]
    created_at: datetime
    valid_from: datetime
    valid_until: datetime
    picture: SealPicture
    extensions: tuple[SealExtension, ...]
    maker_certificate: bytes
    signature_algorithm: str
    signature: bytes
    signed: bytes
    """The very bytes the maker signed."""
    timestamp: bytes | None
    der: bytes

    def extension(self, oid: str) -> bytes | None:
        return next((each.value for each in self.extensions if each.oid == oid), None)

    @property
    def demonstration(self) -> bool:
        return self.extension(DEMONSTRATION) is not None

    @property
    def needs_approval(self) -> bool:
        """Whether each use needs a second operator's approval (T21)."""
        return self.extension(USE_NEEDS_APPROVAL) is not None

    @property
    def artwork_digest(self) -> bytes | None:
        """SHA-256 of the vector picture stamped with this seal; None in seals of other makers."""
        return self.extension(ARTWORK_DIGEST)

    def names_certificate(self, certificate_der: bytes) -> bool:
        """Whether this very certificate may apply the seal (byte-equal, GM/T 0031 §6.2.2).

        Digest lists of other makers name SM3 or SHA-256.
        """
        if certificate_der in self.certificates:
            return True
        return any(_digest(kind, certificate_der) == value for kind, value in self.certificate_digests)


def parse_record(der: bytes) -> SealRecord:
    """Read a seal of version 1, 4 or 5. Raises MalformedSeal."""
    if len(der) > LARGEST_RECORD:
        raise MalformedSeal("The seal record is larger than 1 MiB.", "印章数据超过 1 MiB。")
    with _malformed():
        parts = len(core.Sequence.load(der, strict=True))
        if parts == 2:
            return _read_v1(der)
        if parts in (4, 5):
            return _read_v4(der)
    raise MalformedSeal(
        f"A seal has 2, 4 or 5 parts, not {parts}.", f"印章数据应由 2、4 或 5 部分组成，实际为 {parts}。"
    )


def check_maker(record: SealRecord) -> None:
    """Check the maker's signature with the maker's certificate inside the record.

    Raises SealMakerWrong when it does not hold, SealAlgorithmUnknown when this node cannot tell (SM2).
    Whether the maker's certificate is trusted, in its period and meant for making seals is not checked here.
    """
    if record.signature_algorithm != ECDSA_SHA256:
        raise SealAlgorithmUnknown(
            f"The seal is signed with algorithm {record.signature_algorithm}, which this node cannot verify.",
            f"印章签名算法 {record.signature_algorithm} 本节点暂不支持验证。",
        )
    try:
        public_key = x509.load_der_x509_certificate(record.maker_certificate).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SealMakerWrong("The seal maker's certificate cannot be read.", "制章人证书无法读取。") from None
    if not isinstance(public_key, ec.EllipticCurvePublicKey):
        raise SealMakerWrong("The seal maker's key does not fit the algorithm.", "制章人密钥与签名算法不符。")
    try:
        public_key.verify(record.signature, record.signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise SealMakerWrong() from None


def _read_v1(der: bytes) -> SealRecord:
    seal_value = asn1.SealV1.load(der, strict=True)
    info, maker = seal_value["seal_info"], seal_value["sign_info"]
    # v1 is signed together with the maker's certificate and the algorithm (measured on real seals).
    body = info.dump() + maker["cert"].dump() + maker["signature_algorithm"].dump()
    return _record(
        der,
        info,
        certificates=tuple(info["property"]["cert_list"].native),
        digests=(),
        maker=(maker["cert"].native, maker["signature_algorithm"].dotted, maker["sign_data"].native),
        signed=core.Sequence(contents=body).dump(),
        timestamp=None,
        version=1,
    )


def _read_v4(der: bytes) -> SealRecord:
    seal_value = asn1.SealV4.load(der, strict=True)
    info = seal_value["seal_info"]
    version = 5 if int(info["header"]["version"].native) == 5 else 4
    listed, how = info["property"]["cert_list"], int(info["property"]["cert_list_type"].native)
    certificates: tuple[bytes, ...] = ()
    digests: tuple[tuple[str, bytes], ...] = ()
    if how == CERTIFICATES:
        certificates = tuple(listed.parse(asn1.Certificates).native)
    elif how == DIGESTS:
        digests = tuple(
            (each["type"].native, each["value"].native) for each in listed.parse(asn1.CertificateDigests)
        )
    else:
        raise ValueError("certListType is neither 1 nor 2")
    return _record(
        der,
        info,
        certificates=certificates,
        digests=digests,
        maker=(
            seal_value["cert"].native,
            seal_value["sign_alg_id"].dotted,
            seal_value["signed_value"].native,
        ),
        signed=info.dump(),
        timestamp=seal_value["time_stamp"].native,
        version=version,
    )


def _record(
    der: bytes,
    info: Any,
    *,
    certificates: tuple[bytes, ...],
    digests: tuple[tuple[str, bytes], ...],
    maker: tuple[bytes, str, bytes],
    signed: bytes,
    timestamp: bytes | None,
    version: int,
) -> SealRecord:
    head, shape, picture = info["header"], info["property"], info["picture"]
    if head["id"].native != "ES":
        raise ValueError("header ID is not ES")
    return SealRecord(
        version=version,
        vendor=head["vid"].native,
        seal_id=info["es_id"].native,
        kind=int(shape["type"].native),
        name=shape["name"].native,
        certificates=certificates,
        certificate_digests=digests,
        created_at=_utc(shape["create_date"].native),
        valid_from=_utc(shape["valid_start"].native),
        valid_until=_utc(shape["valid_end"].native),
        picture=SealPicture(
            picture["type"].native,
            picture["data"].native,
            int(picture["width"].native),
            int(picture["height"].native),
        ),
        extensions=_extensions(info["ext_datas"]),
        maker_certificate=maker[0],
        signature_algorithm=maker[1],
        signature=maker[2],
        signed=signed,
        timestamp=timestamp,
        der=der,
    )


def _extensions(found: Any) -> tuple[SealExtension, ...]:
    if isinstance(found, core.Void):
        return ()
    return tuple(
        SealExtension(each["extn_id"].dotted, bool(each["critical"].native), each["extn_value"].native)
        for each in found.chosen
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _digest(kind: str, data: bytes) -> bytes | None:
    named = {"SM3": hashes.SM3(), "SHA256": hashes.SHA256(), "SHA-256": hashes.SHA256()}.get(kind.upper())
    if named is None:
        return None
    state = hashes.Hash(named)
    state.update(data)
    return state.finalize()


@contextmanager
def _malformed() -> Iterator[None]:
    try:
        yield
    except XinzhengError:
        raise
    except Exception as reason:  # noqa: BLE001 - the decoder meets hostile bytes and has no error family of its own
        raise MalformedSeal(log_only=f"{type(reason).__name__}: {reason}") from None
