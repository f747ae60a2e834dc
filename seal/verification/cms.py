"""Read and compute one CMS SignedData (RFC 5652; CAdES and PAdES profiles ETSI EN 319 122, 319 142).

Only arithmetic: what the structure says, and whether the numbers agree. Whom the certificate belongs to and
whether it is trusted is judged from `CmsFacts` elsewhere.
"""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms, core, pdf, tsp, x509

from seal.verification import arithmetic
from seal.verification.arithmetic import SignatureAlgorithm
from seal.verification.cms_algorithm import algorithm_of
from seal.verification.der_limits import refuse_slow
from seal.verification.errors import UnreadableSignature

_ASN1_ERRORS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_ADOBE_ARCHIVAL = "1.2.840.113583.1.1.8"
_OCSP_ANSWER = "1.3.6.1.5.5.7.16.2"
OTHER_DATA = ("the document is not the one that was signed", "文档内容与签名时不一致")
_TIMESTAMP_TOKEN = "1.2.840.113549.1.9.16.2.14"  # noqa: S105 - an object identifier


@dataclass(frozen=True, slots=True)
class CmsFacts:
    """What one SignedData says of itself. `intact` is arithmetic only: digest, signature and certificate
    binding."""

    intact: bool
    reason: str
    reason_zh: str
    signer: bytes = b""
    """DER of the signer's certificate, empty when it is not in the structure."""
    certificates: tuple[bytes, ...] = ()
    content: bytes = b""
    """The encapsulated content, when there is one."""
    content_type: str = "data"
    signing_time: datetime | None = None
    """signing-time attribute: the signer's own claim."""
    signature: bytes = b""
    timestamps: tuple[bytes, ...] = ()
    """DER of the time-stamp tokens over the signature value (unsigned attribute)."""
    attributes: tuple[tuple[str, bytes], ...] = ()
    """Signed attributes: (OID, DER of the first value)."""
    revocation: tuple[bytes, ...] = ()
    """CRLs carried in the structure or in Adobe's revocation attribute, DER."""
    ocsps: tuple[bytes, ...] = ()
    """OCSP answers carried there, DER (RFC 5940, ISO 32000-2 §12.8.3.3.2)."""
    weakness: str = ""
    binds_certificate: bool = False
    """Whether a signed signing-certificate attribute names the certificate (RFC 5035)."""
    digest: str = ""

    def attribute(self, oid: str) -> bytes | None:
        """DER of a signed attribute's first value."""
        return next((value for name, value in self.attributes if name == oid), None)


@dataclass(slots=True)
class _Reading:
    """A SignedData taken apart far enough to compute with."""

    data: Any
    signer_info: Any
    certificates: list[bytes] = field(default_factory=list)


def read_cms(
    der: bytes, pieces: Sequence[bytes | memoryview], *, detached_digest: bytes | None = None
) -> CmsFacts:
    """Compute a SignedData over the detached `pieces`, or over its own content when `pieces` is empty.

    `detached_digest` is what an encapsulated content must equal (adbe.pkcs7.sha1). Raises
    UnreadableSignature.
    """
    refuse_slow(der)
    try:
        reading = _open(der)
        return _compute(reading, pieces, detached_digest)
    except _ASN1_ERRORS as error:
        raise UnreadableSignature(
            "the signature value is not readable CMS", "签名值不是可读的 CMS 结构"
        ) from error


def _open(der: bytes) -> _Reading:
    info = cms.ContentInfo.load(der)
    if info["content_type"].native != "signed_data":
        raise UnreadableSignature("the signature value is not CMS SignedData", "签名值不是 CMS SignedData")
    data = info["content"]
    infos = data["signer_infos"]
    if len(infos) != 1:
        raise UnreadableSignature(
            f"the signature value names {len(infos)} signers where one is allowed",
            "签名值中的签名者不是恰好一个",
        )
    reading = _Reading(data, infos[0])
    for choice in data["certificates"] or ():
        if choice.name == "certificate":
            reading.certificates.append(choice.chosen.dump())
    return reading


def _compute(reading: _Reading, pieces: Sequence[bytes | memoryview], wanted: bytes | None) -> CmsFacts:
    info, content = reading.signer_info, reading.data["encap_content_info"]
    algorithm = algorithm_of(info)
    inner = content["content"]
    encapsulated = b"" if isinstance(inner, core.Void) or inner.native is None else _octets(inner)
    signer = _find_signer(info, reading.certificates)
    facts: dict[str, Any] = {
        "certificates": tuple(reading.certificates),
        "content": encapsulated,
        "content_type": content["content_type"].native,
        "signature": info["signature"].native,
        "timestamps": _timestamps(info),
        "attributes": _attributes(info),
        "signing_time": _signing_time(info),
        **_revocation(reading.data, info),
        "digest": algorithm.digest,
        "signer": signer or b"",
    }
    if wanted is not None and not hmac.compare_digest(encapsulated, wanted):
        return CmsFacts(False, *OTHER_DATA, **facts)
    subject = list(pieces) if pieces and wanted is None else [encapsulated]
    digest = arithmetic.digest_of(info["digest_algorithm"]["algorithm"].native, *subject)
    if signer is None:
        return CmsFacts(False, "the signer's certificate is not in the file", "文件中没有签名者证书", **facts)
    key = arithmetic.public_key_of(_spki(signer))
    facts["weakness"] = arithmetic.weakness(
        key, algorithm.digest, arithmetic.digest_name(info["digest_algorithm"]["algorithm"].native)
    )
    wrong = _disagreement(info, digest, content["content_type"].dump(), signer)
    if wrong is not None:
        return CmsFacts(False, *wrong, **facts)
    facts["binds_certificate"] = _bound_certificate(info, signer) is True
    if not _signature_holds(key, info, algorithm, digest, subject):
        return CmsFacts(
            False, "the signature was not made by this certificate's key", "签名与证书公钥不符", **facts
        )
    return CmsFacts(True, "digest and signature agree", "摘要与签名一致", **facts)


def _octets(inner: Any) -> bytes:
    parsed = inner.parsed if isinstance(inner, core.ParsableOctetString) else inner
    return bytes(inner.native) if isinstance(inner.native, bytes) else bytes(parsed.dump())


def _spki(certificate: bytes) -> bytes:
    spki: bytes = x509.Certificate.load(certificate).public_key.dump()
    return spki


def _find_signer(info: Any, certificates: list[bytes]) -> bytes | None:
    sid = info["sid"]
    for der in certificates:
        certificate = x509.Certificate.load(der)
        if sid.name == "issuer_and_serial_number":
            wanted = sid.chosen
            if certificate.serial_number == wanted["serial_number"].native and (
                certificate.issuer.dump() == wanted["issuer"].dump() or certificate.issuer == wanted["issuer"]
            ):
                return der
        elif certificate.key_identifier is not None and certificate.key_identifier == sid.chosen.native:
            return der
    # Producers that re-encode names break the comparison above; a signed reference to the certificate repairs
    # it.
    return next((der for der in certificates if _bound_certificate(info, der) is True), None)


def _attribute(info: Any, oid: str, kind: str = "signed_attrs") -> Any:
    for attribute in info[kind] or ():
        if attribute["type"].dotted == oid and len(attribute["values"]) > 0:
            return attribute["values"]
    return None


def _disagreement(info: Any, digest: bytes, content_type: bytes, signer: bytes) -> tuple[str, str] | None:
    """What the signed attributes say wrongly, if anything (RFC 5652 §11, RFC 5035 §5)."""
    if not info["signed_attrs"]:
        return None
    stated = _attribute(info, "1.2.840.113549.1.9.4")
    if stated is None or len(stated) != 1:
        return "the signed attributes hold no message digest", "签名属性中缺少消息摘要"
    if not hmac.compare_digest(stated[0].native, digest):
        return OTHER_DATA
    named = _attribute(info, "1.2.840.113549.1.9.3")
    if named is not None and named[0].dump() != content_type:
        return "the signed attributes name another kind of content", "签名属性中的内容类型不符"
    if _bound_certificate(info, signer) is False:
        return "the signed attributes name another certificate", "签名属性指向另一张证书"
    return None


def _bound_certificate(info: Any, certificate: bytes) -> bool | None:
    """Whether the signing-certificate attribute names this certificate; None when there is no such
    attribute."""
    found = _attribute(info, _SIGNING_CERTIFICATE_V2)
    if found is not None:
        entry = tsp.SigningCertificateV2.load(found[0].dump())["certs"][0]
        algorithm = entry["hash_algorithm"]["algorithm"].native
        return hmac.compare_digest(entry["cert_hash"].native, arithmetic.digest_of(algorithm, certificate))
    found = _attribute(info, _SIGNING_CERTIFICATE)
    if found is not None:
        entry = tsp.SigningCertificate.load(found[0].dump())["certs"][0]
        return hmac.compare_digest(entry["cert_hash"].native, arithmetic.digest_of("sha1", certificate))
    return None


def _signature_holds(
    key: Any, info: Any, algorithm: SignatureAlgorithm, digest: bytes, subject: Sequence[bytes | memoryview]
) -> bool:
    signature = info["signature"].native
    if not info["signed_attrs"]:
        return arithmetic.verify(key, signature, algorithm, digest, b"".join(subject))
    stored = info["signed_attrs"].dump()
    stated = arithmetic.digest_name(info["digest_algorithm"]["algorithm"].native)
    # Some producers name one digest in the signature algorithm and use the other one, which the SignerInfo
    # names.
    for spoken in dict.fromkeys((algorithm, replace(algorithm, digest=stated))):
        for message in _spellings(info, stored):
            computed = arithmetic.digest_of(spoken.digest, message)
            if arithmetic.verify(key, signature, spoken, computed, message):
                return True
    return False


def _spellings(info: Any, stored: bytes) -> Iterator[bytes]:
    yield b"\x31" + stored[1:]
    yield _sorted_set(info)  # costly, and only for producers that store another order than they sign


def _sorted_set(info: Any) -> bytes:
    """The attributes as DER SET OF, for producers that stored them in another order than they signed them."""
    made: bytes = cms.CMSAttributes(sorted(info["signed_attrs"], key=lambda item: bytes(item.dump()))).dump(
        force=True
    )
    return made


def _attributes(info: Any) -> tuple[tuple[str, bytes], ...]:
    return tuple(
        (attribute["type"].dotted, attribute["values"][0].dump())
        for attribute in info["signed_attrs"] or ()
        if len(attribute["values"]) > 0
    )


def _signing_time(info: Any) -> datetime | None:
    found = _attribute(info, "1.2.840.113549.1.9.5")
    native = found[0].native if found is not None else None
    return native.astimezone(UTC) if isinstance(native, datetime) and native.tzinfo is not None else None


def _timestamps(info: Any) -> tuple[bytes, ...]:
    found = _attribute(info, _TIMESTAMP_TOKEN, "unsigned_attrs")
    return tuple(value.dump() for value in found or ())


def _revocation(data: Any, info: Any) -> dict[str, tuple[bytes, ...]]:
    """Revocation data beside the signature: in the structure, and in Adobe's signed attribute."""
    lists, answers = list[bytes](), list[bytes]()
    for choice in data["crls"] or ():
        if choice.name == "certificate_list":
            lists.append(choice.chosen.dump())
        elif choice.chosen["other_rev_info_format"].dotted == _OCSP_ANSWER:
            answers.append(choice.chosen["other_rev_info"].dump())
    found = _attribute(info, _ADOBE_ARCHIVAL)
    if found is not None:
        held = pdf.RevocationInfoArchival.load(found[0].dump())
        lists += [each.dump() for each in held["crl"] or ()]
        answers += [each.dump() for each in held["ocsp"] or ()]
    return {"revocation": tuple(lists), "ocsps": tuple(answers)}
