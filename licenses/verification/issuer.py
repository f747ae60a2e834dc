"""Whose license is it, and might they issue it (签发机关核验)? X.509 and the trust list, DESIGN §2.

The answers depend on the issuer, the type and the day of issue, not on the single license: they are
remembered in the snapshot, and the next license of the same issuer, type and day costs one look-up.

Time of signing: a document brings a verified time-stamp. A lone credential claims a day, and its key holder
could claim any day: when the certificate was revoked later, the claim proves nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography import x509

from ca.paths import PathFinding, check_path
from ca.profile import LICENSE_ISSUER, TRUST_LIST_SIGNER
from keys.algorithms import PublicKey, algorithm_of
from keys.errors import XinzhengError
from keys.report import Check, Trust
from licenses.accreditation import ONE_DAY, judge, region_within
from licenses.snapshot import NodeTrust, TrustSnapshot
from licenses.verification.certificates import addresses, authority_key_id, credit_code
from licenses.verification.rules import Question, ask, failed, passed, unknown

ONE_MINUTE_S = 60


class IssuerClaim(NamedTuple):
    """What a credential says about its issuer; nothing of it is believed yet. It is a memory's key."""

    x5c: tuple[bytes, ...]
    """DER certificates the credential brings along, leaf first."""
    iss: str
    code: str
    region: str
    license_type: str
    issued_at: int
    """`iat`, seconds: 00:00 of the day of issue in China."""
    signed_at: datetime | None
    """From a verified time-stamp; None for a lone credential."""


@dataclass(frozen=True, slots=True)
class IssuerCase:
    """One issuer's claim, with what the snapshot has on it."""

    claim: IssuerClaim
    certificate: x509.Certificate
    path: PathFinding
    node: NodeTrust | None
    node_path: PathFinding | None
    """Path of the trust list's own signer."""
    moment: datetime

    @property
    def issued_at(self) -> datetime:
        return datetime.fromtimestamp(self.claim.issued_at, UTC)


@dataclass(frozen=True, slots=True)
class IssuerAnswer:
    """What there is to say about an issuer, and the key to verify with (None: there is none we can use)."""

    checks: tuple[Check, ...]
    public_key: PublicKey | None = None
    node: NodeTrust | None = None
    authority: str = ""
    """Key identifier of the issuing CA."""
    code: str = ""
    """Credit code in the certificate."""


def judge_issuer(claim: IssuerClaim, snapshot: TrustSnapshot, moment: datetime) -> IssuerAnswer:
    """Ask `QUESTIONS` about an issuer, or remember the answer given within the same minute."""
    key = (claim, int(moment.timestamp()) // ONE_MINUTE_S)
    known = snapshot.memory.get(key)
    if not isinstance(known, IssuerAnswer):
        known = _judge(claim, snapshot, moment)
        snapshot.remember(key, known)
    return known


def _judge(claim: IssuerClaim, snapshot: TrustSnapshot, moment: datetime) -> IssuerAnswer:
    certificate, public_key = _read_leaf(claim.x5c)
    if certificate is None or public_key is None:
        return IssuerAnswer(_WITHOUT_CERTIFICATE)
    authority = authority_key_id(certificate)
    node = snapshot.nodes.get(authority)
    case = IssuerCase(
        claim=claim,
        certificate=certificate,
        path=check_path(
            certificate,
            snapshot.x509,
            at=_signing_time(claim, certificate),
            now=moment,
            profile=LICENSE_ISSUER,
            extra_intermediates=_read_rest(claim.x5c),
        ),
        node=node,
        node_path=check_path(node.signer, snapshot.x509, at=moment, now=moment, profile=TRUST_LIST_SIGNER)
        if node
        else None,
        moment=moment,
    )
    return IssuerAnswer(ask(QUESTIONS, case), public_key, node, authority, credit_code(certificate))


def _read_leaf(x5c: tuple[bytes, ...]) -> tuple[x509.Certificate | None, PublicKey | None]:
    if not x5c:
        return None, None
    try:
        certificate = x509.load_der_x509_certificate(x5c[0])
        public_key = certificate.public_key()
        algorithm_of(public_key)
    except (ValueError, TypeError, XinzhengError):
        return None, None
    return certificate, public_key  # type: ignore[return-value]  # algorithm_of refuses every other kind


def _read_rest(x5c: tuple[bytes, ...]) -> tuple[x509.Certificate, ...]:
    """Certificates that may help to build a path; one that cannot be read helps nothing."""
    try:
        return tuple(x509.load_der_x509_certificate(one) for one in x5c[1:])
    except ValueError:
        return ()


def _signing_time(claim: IssuerClaim, certificate: x509.Certificate) -> datetime:
    """When the issuer signed, as far as it matters to the certificate's lifetime.

    A credential tells only its day; a certificate that begins during that day may have signed on it.
    """
    if claim.signed_at is not None:
        return claim.signed_at
    begins = datetime.fromtimestamp(claim.issued_at, UTC)
    return max(begins, min(certificate.not_valid_before_utc, begins + ONE_DAY - timedelta(seconds=1)))


def _issuer_certificate(case: IssuerCase) -> Check:
    path, claim = case.path, case.claim
    if path.revoked_at is not None:
        signed_by = claim.signed_at or case.issued_at + ONE_DAY
        if path.revoked_at <= signed_by:
            return failed(
                "issuer_certificate",
                "The issuer's certificate had been revoked before it signed this.",
                "签发机关的证书在签发本证照之前已被撤销。",
            )
        if claim.signed_at is None:
            return unknown(
                "issuer_certificate",
                "The issuer's certificate was revoked later, and nothing proves that this was signed before.",
                "签发机关的证书后来被撤销，而没有时间戳证明本凭证签于撤销之前。",
            )
    if path.outcome is Trust.UNTRUSTED:
        return failed("issuer_certificate", path.reason, path.reason_zh)
    if path.outcome is Trust.UNKNOWN:
        return unknown("issuer_certificate", path.reason, path.reason_zh)
    return passed(
        "issuer_certificate",
        "The issuer's certificate leads to an authority you trust.",
        "签发机关的证书由可信的根机构逐级签发。",
    )


def _issuer_binding(case: IssuerCase) -> Check:
    claim, node = case.claim, case.node
    if node is None:
        return unknown(
            "issuer_binding",
            "There is no trust list that speaks for this issuer's region.",
            "没有签发机关所在地区的信任列表，无法核对其身份。",
        )
    names_itself = credit_code(case.certificate) == claim.code and claim.iss in addresses(case.certificate)
    stands_here = claim.iss == f"{node.content.url}/issuers/{claim.code}"
    if not names_itself or not stands_here or not region_within(claim.region, node.content.region):
        return failed(
            "issuer_binding",
            "The issuer named in the license is not the one in its certificate and its region's trust list.",
            "证照所写的签发机关与其证书、所在地区信任列表不一致。",
        )
    return passed(
        "issuer_binding",
        f"The issuer belongs to {node.content.name}.",
        f"签发机关属于{node.content.name}，与证书和信任列表一致。",
    )


def _accreditation(case: IssuerCase) -> Check:
    claim, node = case.claim, case.node
    if node is None or case.node_path is None:
        return unknown(
            "accreditation",
            "There is no trust list that says whether the issuer may issue this.",
            "没有信任列表可以核对签发机关是否有权签发。",
        )
    if case.node_path.outcome is not Trust.TRUSTED:
        return unknown(
            "accreditation",
            "The trust list of the issuer's region cannot be trusted now.",
            "签发机关所在地区的信任列表目前无法采信。",
        )
    if case.moment >= node.content.expires_at:
        return unknown(
            "accreditation",
            "The trust list of the issuer's region is out of date; fetch a new one.",
            "签发机关所在地区的信任列表已过期，请更新后再验证。",
        )
    code = credit_code(case.certificate)
    standing = judge(node.content.grants, code, claim.license_type, case.issued_at)
    if standing.grant is None:
        return failed("accreditation", standing.reason, standing.reason_zh)
    if standing.grant.region != claim.region:
        return failed(
            "accreditation",
            "The license names another region than the one its issuer may act in.",
            "证照所写地区不是签发机关有权签发的地区。",
        )
    return passed("accreditation", standing.reason, standing.reason_zh)


QUESTIONS: tuple[Question[IssuerCase], ...] = (
    Question("issuer_certificate", "RFC 5280 §6; SD-JWT VC §2.5", _issuer_certificate),
    Question("issuer_binding", "SD-JWT VC §2.5; DESIGN §4", _issuer_binding),
    Question("accreditation", "DESIGN §2", _accreditation),
)

_WITHOUT_CERTIFICATE = tuple(
    unknown(
        question.id,
        "The license brings no certificate of its issuer that can be read.",
        "凭证中没有可读取的签发机关证书。",
    )
    for question in QUESTIONS
)
