"""Certificate profiles (证书模板) as data: RFC 5280 §4.2, RFC 3161 §2.3, RFC 9336, GB/T 20518.

A profile says everything that does not depend on the subject: usages, lifetime, who issues it, which names
it must carry. `ca/build.py` builds from it and `ca/lint.py` checks against it, so a new profile is one
value here. Lifetimes are whole days. Nothing is dated back more than `BACKDATING`: verifiers' clocks differ
by minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from cryptography import x509

from ca.oids import (
    DOCUMENT_SIGNING,
    LICENSE_ISSUING,
    SEAL_MAKING,
    STATUS_LIST_SIGNING,
    TIME_STAMPING,
    TRUST_LIST_SIGNING,
)

BACKDATING = timedelta(minutes=5)
"""`notBefore` lies at most this far before the moment of issue."""

_BITS = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


class IssuedBy(StrEnum):
    """Which authority may issue a profile."""

    ITSELF = "itself"
    ROOT = "root"
    NODE = "node"


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of certificate. Every certificate we issue has exactly one."""

    name: str
    title_zh: str
    issued_by: IssuedBy
    key_usage: frozenset[str]
    """Names of `x509.KeyUsage` bits, RFC 5280 §4.2.1.3; content_commitment is nonRepudiation. Always
    critical.
    """
    longest: timedelta
    """Longest lifetime, and the usual one."""
    purposes: tuple[x509.ObjectIdentifier, ...] = ()
    """Extended key usages, RFC 5280 §4.2.1.12; empty for authorities."""
    purposes_critical: bool = False
    is_authority: bool = False
    path_length: int | None = None
    """pathLenConstraint; None: not limited (root) or not an authority."""
    binds_region: bool = False
    """Carries a critical directoryName constraint for its own region."""
    names_issuer_uri: bool = False
    """Carries exactly one https URI as subjectAltName: the `iss` of its credentials (SD-JWT VC)."""
    needs_credit_code: bool = False

    def to_key_usage(self) -> x509.KeyUsage:
        return x509.KeyUsage(**{bit: bit in self.key_usage for bit in _BITS})


_SIGNS = frozenset({"digital_signature"})
_COMMITS = frozenset({"digital_signature", "content_commitment"})
_AUTHORITY = frozenset({"key_cert_sign", "crl_sign"})


def _years(count: int) -> timedelta:
    return timedelta(days=365 * count + count // 4)


ROOT = Profile("root", "国家根证书", IssuedBy.ITSELF, _AUTHORITY, _years(30), is_authority=True)
NODE_CA = Profile(
    "node_ca",
    "节点签发机构证书",
    IssuedBy.ROOT,
    _AUTHORITY,
    _years(15),
    is_authority=True,
    path_length=0,
    binds_region=True,
)
SEAL = Profile(
    "seal",
    "电子印章证书",
    IssuedBy.NODE,
    _COMMITS,
    _years(5),
    purposes=(DOCUMENT_SIGNING,),
    needs_credit_code=True,
)
SEAL_MAKER = Profile(
    "seal_maker", "印章制作者证书", IssuedBy.NODE, _COMMITS, _years(5), purposes=(SEAL_MAKING,)
)
LICENSE_ISSUER = Profile(
    "license_issuer",
    "证照签发者证书",
    IssuedBy.NODE,
    _SIGNS,
    _years(5),
    purposes=(LICENSE_ISSUING,),
    names_issuer_uri=True,
    needs_credit_code=True,
)
STATUS_SIGNER = Profile(
    "status_signer", "状态列表签发者证书", IssuedBy.NODE, _SIGNS, _years(2), purposes=(STATUS_LIST_SIGNING,)
)
TIMESTAMP = Profile(
    "timestamp",
    "时间戳证书",
    IssuedBy.NODE,
    _SIGNS,
    _years(10),
    purposes=(TIME_STAMPING,),
    purposes_critical=True,
)
TRUST_LIST_SIGNER = Profile(
    "trust_list_signer",
    "信任列表签发者证书",
    IssuedBy.ROOT,
    _SIGNS,
    _years(5),
    purposes=(TRUST_LIST_SIGNING,),
)

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            ROOT,
            NODE_CA,
            SEAL,
            SEAL_MAKER,
            LICENSE_ISSUER,
            STATUS_SIGNER,
            TIMESTAMP,
            TRUST_LIST_SIGNER,
        )
    }
)
