"""Questions about a credential (SD-JWT VC), alone or taken out of a document.

The numbered order is the order of the report: 1 signature, 2 issuer (see issuer.py), 3 identifier, 4 type,
5 validity, 6 status, 7 newer version, 8 holder's proof. What only a document can answer is in document.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from keys.report import Check
from licenses.content import end_of_day, start_of_day
from licenses.credential_reading import ParsedCredential, verify_issuer_signature
from licenses.errors import CredentialSignatureWrong, KeyBindingWrong, MalformedIdentifier, UnknownLicenseType
from licenses.identifier import IdentifierCheck, parse_identifier
from licenses.key_binding import verify_key_binding
from licenses.snapshot import TrustSnapshot
from licenses.status_list import LicenseStatus
from licenses.verification.issuer import IssuerAnswer, IssuerClaim, judge_issuer
from licenses.verification.lookup import Lookup
from licenses.verification.rules import Question, failed, not_applicable, passed, unknown
from licenses.verification.status import SKEW, StatusAnswer, read_status, superseded_check

PROOF_LIFETIME = timedelta(minutes=5)
"""A holder's proof older than this proves nothing about who is here now."""


@dataclass(slots=True)
class CredentialCase:
    """One credential with all that the snapshot knows about it. Not changed after it is made."""

    parsed: ParsedCredential
    claims: Mapping[str, Any]
    snapshot: TrustSnapshot
    moment: datetime
    issuer: IssuerAnswer
    status: StatusAnswer
    lookup: Lookup | None


def open_case(
    parsed: ParsedCredential,
    snapshot: TrustSnapshot,
    moment: datetime,
    *,
    lookup: Lookup | None = None,
    signed_at: datetime | None = None,
) -> CredentialCase:
    """Gather the evidence. signed_at: from a verified time-stamp on the document the credential lies in."""
    claims = parsed.claims
    issuer = judge_issuer(_claim(parsed, signed_at), snapshot, moment)
    status = read_status(claims.get("status"), issuer.authority, snapshot, moment)
    return CredentialCase(parsed, claims, snapshot, moment, issuer, status, lookup)


def _claim(parsed: ParsedCredential, signed_at: datetime | None) -> IssuerClaim:
    claims = parsed.claims
    named = claims.get("issuer")
    issuer = named if isinstance(named, dict) else {}
    return IssuerClaim(
        x5c=parsed.x5c,
        iss=_text(claims.get("iss")),
        code=_text(issuer.get("code")),
        region=_text(issuer.get("region")),
        license_type=_text(claims.get("license_type")),
        issued_at=_seconds(claims.get("iat")) or 0,
        signed_at=signed_at,
    )


def _signature(case: CredentialCase) -> Check:
    key = case.issuer.public_key
    if key is None:
        return _NO_KEY
    try:
        verify_issuer_signature(case.parsed, key)
    except CredentialSignatureWrong:
        return _FORGED
    return _SIGNED


def _identifier(case: CredentialCase) -> Check:
    return identifier_check(case.claims.get("identifier"), case.issuer.code)


def identifier_check(text: object, issuer_code: str) -> Check:
    """GB/T 36904: shape, check character (three-valued) and issuer."""
    if not isinstance(text, str):
        return _NO_IDENTIFIER
    try:
        identifier = parse_identifier(text)
    except MalformedIdentifier:
        return _NO_IDENTIFIER
    if identifier.check is IdentifierCheck.INVALID:
        return _WRONG_IDENTIFIER
    if issuer_code and identifier.issuer_code != issuer_code:
        return _FOREIGN_IDENTIFIER
    return _LEGACY_IDENTIFIER if identifier.check is IdentifierCheck.LEGACY_OFFSET_VARIANT else _IDENTIFIER


def _license_type(case: CredentialCase) -> Check:
    try:
        known = case.snapshot.catalogue.by_vct(case.claims["vct"])
    except UnknownLicenseType:
        return _UNKNOWN_TYPE
    return _TYPE if known.key == case.claims.get("license_type") else _WRONG_TYPE


def _validity(case: CredentialCase) -> Check:
    claims = case.claims
    iat, nbf, exp = _seconds(claims.get("iat")), _seconds(claims.get("nbf")), _seconds(claims.get("exp"))
    if iat is None or nbf is None or (exp is None and claims.get("exp") is not None):
        return _NO_DATES
    if not _same_days(claims, nbf, exp):
        return _DATES_DIFFER
    moment = case.moment.timestamp()
    if exp is not None and moment >= exp:
        return _EXPIRED
    if moment + SKEW.total_seconds() < max(nbf, iat):
        return _NOT_YET
    return _IN_TIME


def _same_days(claims: Mapping[str, Any], nbf: int, exp: int | None) -> bool:
    """Whether the days printed are the times signed: a reader looks at the days, a machine at the times."""
    try:
        return _times_of(claims["valid_from"], claims["valid_until"]) == (nbf, exp)
    except (KeyError, TypeError, ValueError, OverflowError):
        return False


@lru_cache(maxsize=4096)
def _times_of(valid_from: str, valid_until: str | None) -> tuple[int, int | None]:
    """First second, and first second after. Raises ValueError, OverflowError, TypeError."""
    ends = None if valid_until is None else end_of_day(date.fromisoformat(valid_until))
    return start_of_day(date.fromisoformat(valid_from)), ends


def _status(case: CredentialCase) -> Check:
    return case.status.check


def _superseded(case: CredentialCase) -> Check:
    successor = None
    if case.status.status is LicenseStatus.SUPERSEDED and case.lookup is not None:
        known = case.lookup.by_identifier(_text(case.claims.get("identifier")))
        successor = known.successor if known else None
    return superseded_check(case.status.status, successor)


def _holder_binding(case: CredentialCase) -> Check:
    bound = case.claims.get("cnf") is not None
    if case.parsed.key_binding is None:
        return _UNPROVEN if bound else _UNBOUND
    if not bound:
        return _STRAY_PROOF
    try:
        proof = verify_key_binding(case.parsed)
    except KeyBindingWrong:
        return _WRONG_PROOF
    if not -SKEW <= case.moment - proof.issued_at <= PROOF_LIFETIME:
        return _OLD_PROOF
    return passed(
        "holder_binding",
        f"The holder's key has just signed this presentation, for {proof.audience}.",
        f"持证人的密钥刚刚为本次出示签名（出示对象：{proof.audience}）。",
    )


QUESTIONS: tuple[Question[CredentialCase], ...] = (
    Question("signature", "RFC 9901 §7.1; RFC 7515 §5.2", _signature),
    Question("identifier", "GB/T 36904-2018", _identifier),
    Question("license_type", "SD-JWT VC §2.2.2.1", _license_type),
    Question("validity", "RFC 7519 §4.1.4-6; GB/T 36903-2018 有效期", _validity),
    Question("status", "Token Status List §8.3", _status),
    Question("superseded", "DESIGN §2", _superseded),
    Question("holder_binding", "RFC 9901 §7.3", _holder_binding),
)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _seconds(value: Any) -> int | None:
    """A NumericDate of a sane size, else None."""
    return value if type(value) is int and 0 <= value < 2**36 else None


_SIGNED = passed("signature", "The issuer signed exactly this data.", "数据由签发机关签名，签发后未被改动。")
_FORGED = failed(
    "signature",
    "The data is not what the issuer signed: it was changed or forged.",
    "数据与签发机关所签内容不符，已被改动或伪造。",
)
_NO_KEY = unknown(
    "signature",
    "There is no issuer's certificate to check the signature with.",
    "没有签发机关证书，无法验证签名。",
)
_IDENTIFIER = passed("identifier", "The license identifier is well formed.", "证照标识格式和校验位正确。")
_LEGACY_IDENTIFIER = passed(
    "identifier",
    "The check character follows an older program's arithmetic; the standard's would be another.",
    "证照标识的校验位按旧版程序的算法生成，与标准算法不同。",
)
_NO_IDENTIFIER = failed("identifier", "The license has no readable identifier.", "证照没有可读取的证照标识。")
_WRONG_IDENTIFIER = failed(
    "identifier", "The check character of the license identifier is wrong.", "证照标识的校验位不正确。"
)
_FOREIGN_IDENTIFIER = failed(
    "identifier", "The license identifier names another issuer.", "证照标识中的颁发机构与签发机关不一致。"
)
_TYPE = passed("license_type", "The license type is known.", "证照类型已在目录中登记。")
_UNKNOWN_TYPE = unknown(
    "license_type",
    "This license type is not in the catalogue at hand.",
    "证照目录中没有这个证照类型，无法判断。",
)
_WRONG_TYPE = failed(
    "license_type", "The license names two different types.", "证照自身所写的类型前后不一致。"
)
_IN_TIME = passed("validity", "The date lies within the license's validity.", "在有效期内。")
_NO_DATES = failed("validity", "The license does not say from when to when it holds.", "证照没有写明有效期。")
_DATES_DIFFER = failed(
    "validity",
    "The days of validity shown are not the ones that were signed as times.",
    "所写的有效期与签名中的有效时间不一致。",
)
_EXPIRED = failed("validity", "The license has expired.", "证照已超过有效期。")
_NOT_YET = failed(
    "validity", "The license is not in force yet at that time.", "在所验证的时间，证照尚未生效。"
)
_UNBOUND = not_applicable(
    "holder_binding",
    "absent: the license is not bound to a holder's key; compare the holder with an identity document.",
    "未绑定持证人密钥，请核对持证人身份证件。",
)
_UNPROVEN = not_applicable(
    "holder_binding",
    "unproven: the license is bound to a holder's key, and the holder has not used it here.",
    "证照已绑定持证人密钥，但本次出示没有持证人签名，请核对身份证件或请其在手机上出示。",
)
_OLD_PROOF = not_applicable(
    "holder_binding",
    "unproven: the holder's proof is from another time; ask the holder to show the license again.",
    "持证人的签名不是此刻作出的，请其重新出示。",
)
_STRAY_PROOF = failed(
    "holder_binding",
    "A proof was added to a license that is bound to no key.",
    "证照未绑定密钥，却附有持证人签名。",
)
_WRONG_PROOF = failed(
    "holder_binding",
    "The holder's proof does not hold: somebody else shows this license, or it was changed.",
    "持证人签名验证不通过，出示者可能不是持证人，或内容被改动。",
)
