"""The claims (信息项) a person's account can release, each with where it comes from and how careful it is.

Standard names of OIDC Core §5.1 and OIDC Identity Assurance §4; three of our own for the document. Family and
given name are not offered: a Chinese name has no safe place to cut. Sensitive (敏感个人信息, PIPL art. 28)
means: a consent of its own. What is not there is left out, never empty.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from trust.persons.assurance import Method, Proof
from trust.persons.person import Contact, NaturalPerson

TRUST_FRAMEWORK = "cn_zwfw_realname"


@dataclass(frozen=True, slots=True)
class Particulars:
    """One person's data, opened; lives as long as a request."""

    person: NaturalPerson
    contact: Contact
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    title: str
    title_en: str
    value: Callable[[Particulars], Any]
    """None: not there."""
    sensitive: bool = False
    proven: bool = False
    """Follows from the document, so that a proof of identity proves it too."""


CLAIMS: Mapping[str, Claim] = MappingProxyType(
    {
        "name": Claim("姓名", "name", lambda held: held.person.name, proven=True),
        "gender": Claim(
            "性别", "sex", lambda held: held.person.sex.value if held.person.sex else None, proven=True
        ),
        "birthdate": Claim(
            "出生日期",
            "birthday",
            lambda held: held.person.birthday.isoformat() if held.person.birthday else None,
            proven=True,
        ),
        "nationalities": Claim("国籍", "nationality", lambda held: [held.person.nationality], proven=True),
        "identity_document_type": Claim(
            "证件类型",
            "type of identity document",
            lambda held: held.person.document.document_type.value,
            proven=True,
        ),
        "identity_document_number": Claim(
            "证件号码",
            "number of the identity document",
            lambda held: held.person.document.number,
            sensitive=True,
            proven=True,
        ),
        "identity_document_masked": Claim(
            "证件号码（部分隐藏）",
            "number of the identity document, masked",
            lambda held: held.person.document.masked(),
        ),
        "phone_number": Claim("电话号码", "telephone number", lambda held: held.contact.phone),
        "phone_number_verified": Claim(
            "电话是否已验证",
            "telephone number verified",
            lambda held: held.contact.phone_verified if held.contact.phone else None,
        ),
        "email": Claim("电子邮箱", "e-mail address", lambda held: held.contact.email),
        "email_verified": Claim(
            "邮箱是否已验证",
            "e-mail address verified",
            lambda held: held.contact.email_verified if held.contact.email else None,
        ),
        "updated_at": Claim(
            "更新时间", "time of the last change", lambda held: int(held.changed_at.timestamp())
        ),
    }
)
SENSITIVE = frozenset(name for name, claim in CLAIMS.items() if claim.sensitive)


def release(held: Particulars, requested: Collection[str]) -> dict[str, Any]:
    """Those of the requested claims that exist, in our order."""
    values = ((name, claim.value(held)) for name, claim in CLAIMS.items() if name in requested)
    return {name: value for name, value in values if value is not None}


def verified(
    held: Particulars, proof: Proof, method: Method, acr: str, requested: Collection[str]
) -> dict[str, Any] | None:
    """One `verified_claims` object for one proof (OIDC Identity Assurance §5); None when nothing is left in
    it.
    """
    proven = [name for name in requested if name in CLAIMS and CLAIMS[name].proven]
    claims = release(held, proven)
    if not claims:
        return None
    return {
        "verification": {
            "trust_framework": TRUST_FRAMEWORK,
            "assurance_level": acr,
            "time": _rfc3339(proof.at),
            "verification_process": str(proof.id),
            "evidence": [_evidence(held, proof, method)],
        },
        "claims": claims,
    }


def _evidence(held: Particulars, proof: Proof, method: Method) -> dict[str, Any]:
    """What was looked at; never a number, never a reference that leads to the person elsewhere."""
    evidence: dict[str, Any] = {
        "type": method.evidence,
        "check_details": [
            {"check_method": method.check, "organization": proof.source, "time": _rfc3339(proof.at)}
        ],
    }
    if method.evidence == "document":
        evidence["document_details"] = {"type": held.person.document.document_type.value}
    elif method.evidence == "electronic_record":
        evidence["record"] = {"type": proof.source}
    elif method.evidence == "electronic_signature":
        evidence |= {"signature_type": "x509", "issuer": proof.source, "serial_number": proof.evidence}
    return evidence


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
