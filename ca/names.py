"""Names in certificates (证书主体名称): RFC 5280 §4.1.2.6, GB/T 20518 order C, ST, O,
organizationIdentifier, CN.

The country is a PrintableString, everything else UTF8String. A node's CA and all it issues share the prefix
C=CN, ST=<region>, so that one directoryName constraint binds the node to its region. A ministry has no
region: there the prefix is C=CN, O=<ministry>.

Does not check: that the organisation exists, or that the region's name is one of GB/T 2260.
"""

import unicodedata
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from ca.errors import NameRefused
from keys.codes.credit import parse_credit_code

COUNTRY = "CN"
MAX_COMMON_NAME_OCTETS = 64
MAX_CHARACTERS = 64
"""ub-common-name and ub-organization-name, RFC 5280 appendix A.1, counted in characters."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a certificate is for (证书主体). Construction checks every string and raises NameRefused."""

    common_name: str
    organization: str
    """Legal name of the organ or company."""
    organization_identifier: str | None = None
    """统一社会信用代码 (GB 32100), 18 characters; X.520 organizationIdentifier 2.5.4.97."""
    region: str | None = None
    """Name of the region (浙江省) as the node's CA carries it; None for a ministry and for the root."""

    def __post_init__(self) -> None:
        check_name_text(self.common_name)
        check_name_text(self.organization)
        if self.region is not None:
            check_name_text(self.region)
        if self.organization_identifier is not None:
            parse_credit_code(self.organization_identifier)

    def to_name(self) -> x509.Name:
        """The distinguished name, in the order of the module's first line."""
        parts = list(self._prefix())
        if self.region is not None:
            parts.append(_part(NameOID.ORGANIZATION_NAME, self.organization))
        if self.organization_identifier is not None:
            parts.append(_part(NameOID.ORGANIZATION_IDENTIFIER, self.organization_identifier))
        parts.append(_part(NameOID.COMMON_NAME, shown_common_name(self.common_name)))
        return x509.Name(parts)

    def subtree(self) -> x509.Name:
        """The prefix all names under this node's CA must have: the base of its directoryName constraint."""
        return x509.Name(self._prefix())

    def _prefix(self) -> tuple[x509.NameAttribute[str], x509.NameAttribute[str]]:
        country = _part(NameOID.COUNTRY_NAME, COUNTRY)
        if self.region is not None:
            return country, _part(NameOID.STATE_OR_PROVINCE_NAME, self.region)
        return country, _part(NameOID.ORGANIZATION_NAME, self.organization)


def shown_common_name(text: str) -> str:
    """The common name as it stands in a certificate: longer than 64 octets it is cut and ends in `…`.

    RFC 5280 counts 64 characters; cryptography and others count octets, of which a Chinese character takes
    three. The organisation's own name is never cut: its bound is counted in characters everywhere.
    """
    if len(text.encode("utf-8")) <= MAX_COMMON_NAME_OCTETS:
        return text
    kept = text
    while len(kept.encode("utf-8")) > MAX_COMMON_NAME_OCTETS - len("…".encode()):
        kept = kept[:-1]
    return kept.rstrip() + "…"


def check_name_text(text: str) -> None:
    """Refuse a string no name may hold. Raises NameRefused.

    RFC 5280 §7.1 compares after stringprep, so we take only what stringprep leaves alone: NFC, no control,
    format, private or unassigned characters, no blanks at the ends, 1 to 64 characters.
    """
    if not 1 <= len(text) <= MAX_CHARACTERS:
        raise NameRefused(
            f"A name in a certificate has 1 to {MAX_CHARACTERS} characters.",
            f"证书中的名称应为 1 至 {MAX_CHARACTERS} 个字符。",
        )
    if text != text.strip() or not unicodedata.is_normalized("NFC", text):
        raise NameRefused(
            "A name in a certificate has no blanks at its ends and is in Unicode form NFC.",
            "证书中的名称首尾不得有空格，且须为 Unicode NFC 形式。",
        )
    if any(unicodedata.category(character).startswith(("C", "Zl", "Zp")) for character in text):
        raise NameRefused(
            "A name in a certificate has no control or invisible characters.",
            "证书中的名称不得含有控制字符或不可见字符。",
        )


def is_under(name: x509.Name, base: x509.Name) -> bool:
    """True when `name` begins with all parts of `base`, byte for byte (RFC 5280 §4.2.1.10, directoryName)."""
    held, wanted = list(name.rdns), list(base.rdns)
    return len(held) >= len(wanted) and held[: len(wanted)] == wanted


def _part(oid: x509.ObjectIdentifier, value: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(oid, value)
