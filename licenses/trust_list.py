"""The trust list (信任列表): what one node says about itself and about who may issue what in its region.

    header   {"alg", "typ": "trust-list+jwt", "kid", "x5c": [list signer]}
    payload  {"iss": url, "iat", "exp", "version", "node": {"name", "region"}, "authorities": [key id, …],
              "issuers": [{"credit_code", "name", "license_types", "region", "from", "until"}],
              "log": {"origin", "key"}, "anchors": [SHA-256 of the certificate, …]}

The signer's certificate comes from the root and names the region, so that a node cannot speak for another:
`bind_region` holds list, signer and every grant to one region. `authorities` are the key identifiers of the
node's issuing CAs; a license is judged by the list of the CA that certified its issuer, whatever its `iss`
says.

Does not check: that the signer's certificate leads to an anchor (see `licenses.snapshot`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from keys.algorithms import algorithm_of
from keys.codes.region import region_name
from keys.encoding import canonical_json, parse_json, unb64url
from keys.errors import XinzhengError
from keys.jws import sign_compact, verify_compact
from keys.log.checkpoint import CheckpointVerifier
from keys.signer import Signer
from licenses.accreditation import WHOLE_COUNTRY, Accreditation, region_within
from licenses.credential import x5c_header
from licenses.credential_reading import header_certificates
from licenses.errors import MalformedTrustList, TrustListWrong

TYP = "trust-list+jwt"
LARGEST_LIST = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class TrustList:
    """One version of one node's trust list."""

    url: str
    """Base URL of the node, without a slash at its end."""
    name: str
    region: str
    """GB/T 2260, six digits; `000000` for a ministry."""
    version: int
    issued_at: datetime
    expires_at: datetime
    authorities: frozenset[str]
    """subjectKeyIdentifier of each issuing CA, hexadecimal."""
    grants: tuple[Accreditation, ...]
    log: CheckpointVerifier
    anchors: tuple[str, ...]
    """SHA-256 of each anchor the node stands under, hexadecimal. For people to compare; never trusted."""


@dataclass(frozen=True, slots=True)
class SignedTrustList:
    """A list whose signature holds under the certificate it brought along; the path is still to be proven."""

    content: TrustList
    signer: x509.Certificate


def sign_trust_list(content: TrustList, *, signer: Signer, x5c: Sequence[x509.Certificate]) -> str:
    """The signed list. x5c: the list signer's certificate, without the anchor."""
    payload = {
        "iss": content.url,
        "iat": int(content.issued_at.timestamp()),
        "exp": int(content.expires_at.timestamp()),
        "version": content.version,
        "node": {"name": content.name, "region": content.region},
        "authorities": sorted(content.authorities),
        "issuers": [_grant_json(grant) for grant in content.grants],
        "log": {"origin": content.log.name, "key": content.log.vkey},
        "anchors": list(content.anchors),
    }
    return sign_compact(canonical_json(payload), signer=signer, typ=TYP, header={"x5c": x5c_header(x5c)})


def read_trust_list(token: str) -> SignedTrustList:
    """Check form, signature and region. Raises MalformedTrustList, TrustListWrong.

    Does not check: the path of the signer's certificate, nor whether the list is still current.
    """
    leaf = signer_of(token, LARGEST_LIST)
    try:
        public_key = leaf.public_key()
        verified = verify_compact(
            token,
            public_key=public_key,  # type: ignore[arg-type]  # algorithm_of refuses every other kind
            algorithm=algorithm_of(public_key),
            typ=TYP,
            max_bytes=LARGEST_LIST,
        )
        payload = parse_json(verified.payload, max_bytes=LARGEST_LIST, max_depth=6)
    except XinzhengError as error:
        raise TrustListWrong(log_only=error.detail) from error
    content = _read(payload)
    bind_region(content, leaf)
    return SignedTrustList(content, leaf)


def signer_of(token: str, max_bytes: int) -> x509.Certificate:
    """The certificate a token claims to be signed with, its path unproven. Raises MalformedTrustList."""
    try:
        if len(token) > max_bytes:
            raise MalformedTrustList("The trust list is too large.", "信任列表过大。")
        header = parse_json(unb64url(token.partition(".")[0]), max_bytes=64 * 1024, max_depth=6)
        chain = header_certificates(header.get("x5c") if isinstance(header, dict) else None)
        if not chain:
            raise MalformedTrustList("The trust list names no signer.", "信任列表未附签发者证书。")
        return x509.load_der_x509_certificate(chain[0])
    except (XinzhengError, ValueError) as error:
        if isinstance(error, MalformedTrustList):
            raise
        raise MalformedTrustList(log_only=str(error)) from error


def bind_region(content: TrustList, signer: x509.Certificate) -> None:
    """Hold the list to the region its signer's certificate names. Raises TrustListWrong.

    A signer without a region (ST) belongs to a ministry, whose list is for the whole country.
    """
    provinces = signer.subject.get_attributes_for_oid(NameOID.STATE_OR_PROVINCE_NAME)
    if provinces:
        agrees = len(provinces) == 1 and _names(content.region) == provinces[0].value
    else:
        agrees = content.region == WHOLE_COUNTRY
    if not agrees:
        raise TrustListWrong(
            "The trust list speaks for another region than its signer's certificate.",
            "信任列表的地区与签发者证书的地区不一致。",
        )
    for grant in content.grants:
        if not region_within(grant.region, content.region):
            raise TrustListWrong(
                f"The trust list accredits {grant.name} in a region that is not its own.",
                f"信任列表把{grant.name}授权到了本地区以外。",
            )


def _names(region: str) -> str | None:
    try:
        return region_name(region)
    except XinzhengError:
        return None


def _grant_json(grant: Accreditation) -> dict[str, Any]:
    return {
        "credit_code": grant.credit_code,
        "name": grant.name,
        "license_types": sorted(grant.license_types),
        "region": grant.region,
        "from": int(grant.valid_from.timestamp()),
        "until": int(grant.valid_until.timestamp()),
    }


def _read(payload: Any) -> TrustList:
    try:
        node, log = payload["node"], payload["log"]
        content = TrustList(
            url=_text(payload["iss"]),
            name=_text(node["name"]),
            region=_text(node["region"]),
            version=_count(payload["version"]),
            issued_at=_moment(payload["iat"]),
            expires_at=_moment(payload["exp"]),
            authorities=frozenset(_text(one) for one in _rows(payload["authorities"])),
            grants=tuple(_read_grant(one) for one in _rows(payload["issuers"])),
            log=CheckpointVerifier.from_vkey(_text(log["key"])),
            anchors=tuple(_text(one) for one in _rows(payload["anchors"])),
        )
        if (
            content.url.endswith("/")
            or content.log.name != log["origin"]
            or not content.url.startswith(("https://", "http://"))
        ):
            raise MalformedTrustList()
    except (KeyError, TypeError, ValueError, XinzhengError) as error:
        if isinstance(error, MalformedTrustList):
            raise
        raise MalformedTrustList(log_only=repr(error)) from error
    return content


def _read_grant(raw: Any) -> Accreditation:
    return Accreditation(
        credit_code=_text(raw["credit_code"]),
        name=_text(raw["name"]),
        license_types=frozenset(_text(one) for one in _rows(raw["license_types"])),
        region=_text(raw["region"]),
        valid_from=_moment(raw["from"]),
        valid_until=_moment(raw["until"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 1024:
        raise MalformedTrustList()
    return value


def _rows(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > 100_000:
        raise MalformedTrustList()
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**53:
        raise MalformedTrustList()
    return value


def _moment(value: Any) -> datetime:
    return datetime.fromtimestamp(_count(value), UTC)
