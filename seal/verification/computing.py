"""The arithmetic of one signature, whichever /SubFilter it uses (ISO 32000-2 §12.8.3)."""

import contextlib
from dataclasses import dataclass

from keys.report import Cryptography
from seal.verification import arithmetic
from seal.verification.byterange import SignedRange
from seal.verification.cms import CmsFacts, read_cms
from seal.verification.document import Revision
from seal.verification.errors import UnreadablePdf, UnreadableSignature
from seal.verification.fields import FoundSignature, is_document_timestamp
from seal.verification.objects import Value
from seal.verification.timestamp import TimestampFacts, read_timestamp

_MOST_TIMESTAMPS = 8


@dataclass(frozen=True, slots=True)
class Computed:
    """Whether the numbers agree, and why not."""

    cryptography: Cryptography
    reason: str
    reason_zh: str
    cms: CmsFacts | None = None
    timestamps: tuple[TimestampFacts, ...] = ()


def compute(
    data: bytes, latest: Revision | None, found: FoundSignature, signed: SignedRange | None
) -> Computed:
    """Compute one signature over its range. Never raises for a bad one."""
    contents: Value = found.dictionary.get("Contents")
    with contextlib.suppress(UnreadablePdf):
        contents = latest.resolve(contents) if latest is not None else contents
    if signed is None or not isinstance(contents, bytes) or not contents.strip(b"\x00"):
        return Computed(
            Cryptography.BROKEN, "there is no signature value over this document", "没有针对本文档的签名值"
        )
    pieces = signed.pieces(data)
    try:
        if is_document_timestamp(found.dictionary):
            return _document_timestamp(bytes(contents), pieces)
        return _signature(bytes(contents), found, pieces)
    except UnreadableSignature as error:
        return Computed(Cryptography.UNKNOWN, error.detail, error.detail_zh)


def _document_timestamp(token: bytes, pieces: tuple[memoryview, memoryview]) -> Computed:
    stamp = read_timestamp(token, pieces)
    outcome = Cryptography.INTACT if stamp.intact else Cryptography.BROKEN
    return Computed(outcome, stamp.reason, stamp.reason_zh, stamp.cms, (stamp,))


def _signature(der: bytes, found: FoundSignature, pieces: tuple[memoryview, memoryview]) -> Computed:
    subfilter = found.dictionary.get("SubFilter")
    if subfilter == "adbe.x509.rsa_sha1":
        return _bare_rsa(der, found, pieces)
    wanted = None
    if subfilter == "adbe.pkcs7.sha1":
        wanted = arithmetic.digest_of("sha1", *pieces)
    facts = read_cms(der, pieces, detached_digest=wanted)
    stamps: list[TimestampFacts] = []
    for token in facts.timestamps[:_MOST_TIMESTAMPS]:
        with contextlib.suppress(UnreadableSignature):
            stamps.append(read_timestamp(token, (facts.signature,)))
    outcome = Cryptography.INTACT if facts.intact else Cryptography.BROKEN
    if not facts.intact and not facts.signer:
        outcome = Cryptography.UNKNOWN
    return Computed(outcome, facts.reason, facts.reason_zh, facts, tuple(stamps))


def _bare_rsa(der: bytes, found: FoundSignature, pieces: tuple[memoryview, memoryview]) -> Computed:
    """PKCS #1 value in an OCTET STRING, certificate in /Cert (§12.8.3.2, deprecated)."""
    certificate: Value = found.dictionary.get("Cert")
    if isinstance(certificate, list):
        certificate = certificate[0] if certificate else None
    if not isinstance(certificate, bytes):
        raise UnreadableSignature("the signer's certificate is not in the file", "文件中没有签名者证书")
    value = _octet_string(der)
    holds, weak = arithmetic.verify_bare_rsa(certificate, value, pieces)
    facts = CmsFacts(
        holds,
        "digest and signature agree" if holds else "the document is not the one that was signed",
        "摘要与签名一致" if holds else "文档内容与签名时不一致",
        signer=bytes(certificate),
        certificates=(bytes(certificate),),
        signature=value,
        weakness=weak,
        digest="sha1",
    )
    return Computed(
        Cryptography.INTACT if holds else Cryptography.BROKEN, facts.reason, facts.reason_zh, facts
    )


def _octet_string(der: bytes) -> bytes:
    if len(der) < 4 or der[0] != 0x04:
        raise UnreadableSignature("the signature value cannot be read", "无法读取签名值")
    size, start = der[1], 2
    if size & 0x80:
        start = 2 + (size & 0x7F)
        size = int.from_bytes(der[2:start])
    return der[start : start + size]
