"""Verifying a time-stamp token (时间戳验证), RFC 3161 §2.2 and §2.4.2, from any authority. Never raises.

    1  it parses: SignedData version 3 over a TSTInfo version 1, one SignerInfo 2  the imprint is that of
    what was stamped 3  the signed attributes: contentType, messageDigest, and a signing certificate
    identifier that names the signer 4  the signature holds 5  the signer's certificate is for time-stamping
    only and was trusted at genTime (`ca/paths.py`)

Steps 1 to 4 are `cryptography`, step 5 is `trust`; they are kept apart. Does not check: the policy, the
accuracy, or the nonce; a caller that asked for them compares them itself.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from ca.errors import MalformedCertificate, MalformedTimeStamp
from ca.parse import parse_certificate
from ca.paths import X509Snapshot, check_path
from ca.profile import TIMESTAMP
from keys.report import Cryptography, Trust

MAX_TOKEN_BYTES = 128 * 1024
MAX_CERTIFICATES = 16
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_IMPRINT_HASHES: dict[str, hashes.HashAlgorithm] = {**_HASHES, "1.2.156.10197.1.401": hashes.SM3()}
_FOREIGN = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class TimeStampFinding:
    """The answer. `code` is stable: intact, malformed, imprint_unknown, imprint_wrong, signer_missing,
    attributes_wrong, algorithm_unknown, signature_wrong."""

    cryptography: Cryptography
    trust: Trust
    code: str
    reason: str
    reason_zh: str
    time: datetime | None = None
    """genTime, aware UTC; to be believed only when intact and trusted."""
    serial: int | None = None
    policy: str | None = None
    signer: x509.Certificate | None = None
    trust_code: str = "no_anchor"
    """`ca.paths.PathFinding.code` of the signer."""
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ParsedToken:
    """A token taken apart; nothing verified."""

    tst_info: Any
    content: bytes
    """TSTInfo, DER."""
    signer_info: Any
    signed: bytes
    """What the signature is over: the signed attributes as a SET, not under their tag [0] (RFC 5652 §5.4)."""
    attributes: dict[str, Any]
    """Signed attributes that stand there exactly once with exactly one value."""
    certificates: tuple[x509.Certificate, ...]
    time: datetime
    imprint_hash: str
    """Name or OID."""
    imprint: bytes


def parse_token(token_der: bytes) -> ParsedToken:
    """Take a token apart: ContentInfo, DER, at most 128 KiB. Raises: MalformedTimeStamp."""
    if len(token_der) > MAX_TOKEN_BYTES:
        raise MalformedTimeStamp("The time-stamp is larger than 128 KiB.", "时间戳超过 128 KiB。")
    try:
        return _taken_apart(token_der)
    except (*_FOREIGN, MalformedCertificate) as error:
        raise MalformedTimeStamp(log_only=str(error)) from None


def imprint_hash_of(token_der: bytes) -> str:
    """The hash the stamped digest must be made with: sha256, sha384, sha512, or an OID. Raises:
    MalformedTimeStamp.
    """
    return parse_token(token_der).imprint_hash


def verify_token(
    token_der: bytes,
    digest: bytes | None,
    snapshot: X509Snapshot,
    now: datetime,
    *,
    message: bytes | None = None,
) -> TimeStampFinding:
    """Verify a token over `digest`, or over `message`, which is then hashed with the token's own hash.

    Without either nothing was stamped that we know of, and the answer is imprint_wrong.
    """
    try:
        token = parse_token(token_der)
    except MalformedTimeStamp:
        return _finding("malformed")
    try:
        signer = _signer_of(token)
        code = _verified(token, signer, digest, message)
    except (*_FOREIGN, UnsupportedAlgorithm, x509.DuplicateExtension):
        return _finding("malformed")
    if signer is None or code != "intact":
        return _finding(code, token, signer)
    path = check_path(
        signer, snapshot, at=token.time, now=now, profile=TIMESTAMP, extra_intermediates=token.certificates
    )
    return _finding(code, token, signer, trust=path.outcome, trust_code=path.code, revoked_at=path.revoked_at)


def _taken_apart(token_der: bytes) -> ParsedToken:
    info = cms.ContentInfo.load(token_der, strict=True)
    data = info["content"]
    content_info = data["encap_content_info"]
    if (
        info["content_type"].native != "signed_data"
        or data["version"].native != "v3"
        or content_info["content_type"].native != "tst_info"
        or len(data["signer_infos"]) != 1
        or len(data["certificates"]) > MAX_CERTIFICATES
    ):
        raise ValueError("not a time-stamp token with one signer")
    content = bytes(content_info["content"].contents)
    tst_info = tsp.TSTInfo.load(content, strict=True)
    _ = tst_info.native  # asn1crypto parses late: every field is read here, where its errors are caught
    if tst_info["version"].native != "v1":
        raise ValueError("not version 1")
    signer_info = data["signer_infos"][0]
    # Taken before anything looks inside: asn1crypto writes defaults into what it reads and encodes it anew.
    signed = b"\x31" + signer_info["signed_attrs"].dump()[1:]
    algorithm = tst_info["message_imprint"]["hash_algorithm"]["algorithm"]
    return ParsedToken(
        tst_info,
        content,
        signer_info,
        signed,
        _single_attributes(signer_info["signed_attrs"]),
        tuple(
            parse_certificate(one.chosen.dump()) for one in data["certificates"] if one.name == "certificate"
        ),
        tst_info["gen_time"].native.astimezone(UTC),
        str(algorithm.native),
        bytes(tst_info["message_imprint"]["hashed_message"].native),
    )


def _single_attributes(attributes: Any) -> dict[str, Any]:
    names = [attribute["type"].native for attribute in attributes]
    return {
        name: attribute["values"][0]
        for name, attribute in zip(names, attributes, strict=True)
        if names.count(name) == 1 and len(attribute["values"]) == 1
    }


def _signer_of(token: ParsedToken) -> x509.Certificate | None:
    identifier = token.signer_info["sid"]
    if identifier.name != "issuer_and_serial_number":
        return None
    issuer, serial = identifier.chosen["issuer"].dump(), identifier.chosen["serial_number"].native
    for certificate in token.certificates:
        if certificate.serial_number == serial and certificate.issuer.public_bytes() == issuer:
            return certificate
    return None


def _verified(
    token: ParsedToken, signer: x509.Certificate | None, digest: bytes | None, message: bytes | None
) -> str:
    imprint_hash = _IMPRINT_HASHES.get(token.imprint_hash)
    if imprint_hash is None:
        return "imprint_unknown"
    if message is not None:
        hasher = hashes.Hash(imprint_hash)
        hasher.update(message)
        digest = hasher.finalize()
    if digest != token.imprint:
        return "imprint_wrong"
    if signer is None:
        return "signer_missing"
    return _attributes_problem(token, signer) or _signature_problem(token, signer) or "intact"


def _attributes_problem(token: ParsedToken, signer: x509.Certificate) -> str | None:
    digest_name = token.signer_info["digest_algorithm"]["algorithm"].native
    if digest_name not in _HASHES:
        return "algorithm_unknown"
    content_type, message_digest = (
        token.attributes.get("content_type"),
        token.attributes.get("message_digest"),
    )
    if content_type is None or content_type.native != "tst_info" or message_digest is None:
        return "attributes_wrong"
    if message_digest.native != hashlib.new(digest_name, token.content).digest():
        return "attributes_wrong"
    named = [
        _names(token.attributes[attribute], signer)
        for attribute in ("signing_certificate_v2", "signing_certificate")
        if attribute in token.attributes
    ]
    return None if named and all(named) else "attributes_wrong"


def _names(attribute: Any, signer: x509.Certificate) -> bool:
    # The first identifier is the signer's (RFC 5035 §5.4); the version-1 attribute is SHA-1 by definition.
    first = attribute["certs"][0]
    is_second = isinstance(first, tsp.ESSCertIDv2)
    name = first["hash_algorithm"]["algorithm"].native if is_second else "sha1"
    return bool(first["cert_hash"].native == hashlib.new(name, signer.public_bytes(Encoding.DER)).digest())


def _signature_problem(token: ParsedToken, signer: x509.Certificate) -> str | None:
    algorithm = token.signer_info["signature_algorithm"]
    key = signer.public_key()
    name = (
        token.signer_info["digest_algorithm"]["algorithm"].native
        if algorithm["algorithm"].native == "rsassa_pkcs1v15"
        else algorithm.hash_algo
    )
    chosen = _HASHES.get(name)
    signature = token.signer_info["signature"].native
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm.signature_algo == "ecdsa" and chosen:
            key.verify(signature, token.signed, ec.ECDSA(chosen))
        elif isinstance(key, rsa.RSAPublicKey) and algorithm.signature_algo == "rsassa_pkcs1v15" and chosen:
            key.verify(signature, token.signed, padding.PKCS1v15(), chosen)
        else:
            return "algorithm_unknown"
    except InvalidSignature:
        return "signature_wrong"
    return None


def _finding(
    code: str,
    token: ParsedToken | None = None,
    signer: x509.Certificate | None = None,
    *,
    trust: Trust = Trust.UNKNOWN,
    trust_code: str = "no_anchor",
    revoked_at: datetime | None = None,
) -> TimeStampFinding:
    cryptography, reason, reason_zh = _MEANING[code]
    return TimeStampFinding(
        cryptography,
        trust,
        code,
        reason,
        reason_zh,
        time=None if token is None else token.time,
        serial=None if token is None else int(token.tst_info["serial_number"].native),
        policy=None if token is None else str(token.tst_info["policy"].dotted),
        signer=signer,
        trust_code=trust_code,
        revoked_at=revoked_at,
    )


_MEANING: dict[str, tuple[Cryptography, str, str]] = {
    "intact": (Cryptography.INTACT, "The time-stamp is intact.", "时间戳完好。"),
    "malformed": (
        Cryptography.UNKNOWN,
        "The time-stamp cannot be read.",
        "时间戳无法读取。",
    ),
    "imprint_unknown": (
        Cryptography.UNKNOWN,
        "The time-stamp is made over a hash we do not accept.",
        "时间戳所用杂凑算法不被接受。",
    ),
    "imprint_wrong": (
        Cryptography.BROKEN,
        "The time-stamp belongs to other data.",
        "时间戳与数据不符。",
    ),
    "signer_missing": (
        Cryptography.UNKNOWN,
        "The time-stamp does not contain its signer's certificate.",
        "时间戳中缺少签发者证书。",
    ),
    "attributes_wrong": (
        Cryptography.BROKEN,
        "The time-stamp's signed attributes do not fit its content or its signer.",
        "时间戳的签名属性与内容或签发者不符。",
    ),
    "algorithm_unknown": (
        Cryptography.UNKNOWN,
        "The time-stamp is signed with an algorithm we do not accept.",
        "时间戳的签名算法不被接受。",
    ),
    "signature_wrong": (
        Cryptography.BROKEN,
        "The time-stamp's signature does not hold.",
        "时间戳的签名无效。",
    ),
}
