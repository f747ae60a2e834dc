"""Verifying a printed QR code or a bare number (在线核验): the node that issued is asked, through a `Lookup`.

A QR code on paper proves nothing about the paper: the answer is what the node knows, and a clerk compares.
Only the node a license comes from can say that it does not exist; any other silence leaves the question
open.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from keys.report import ArtifactKind, Check, Report
from licenses.accreditation import judge
from licenses.content import end_of_day, start_of_day
from licenses.errors import MalformedIdentifier
from licenses.identifier import IdentifierCheck, parse_identifier
from licenses.snapshot import NodeTrust, TrustSnapshot
from licenses.verification.credential import identifier_check
from licenses.verification.lookup import Lookup, PublicLicense
from licenses.verification.rules import Question, ask, failed, not_applicable, passed, unknown
from licenses.verification.status import SKEW, STATUS_CHECKS, TOO_NEW, superseded_check
from licenses.verification.summary import summary_of_public

SECRET = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class OnlineCase:
    """One license as its node knows it."""

    found: PublicLicense
    node: NodeTrust | None
    moment: datetime
    now: datetime
    """When the node was asked: its answer is of now, whatever moment was asked about."""
    by_number: bool

    @property
    def issued_at(self) -> datetime:
        return datetime.fromtimestamp(start_of_day(self.found.issued_on), UTC)


def verify_url(
    url: str, snapshot: TrustSnapshot, *, moment: datetime, now: datetime, lookup: Lookup | None
) -> Report:
    """The address a printed QR code holds: `{node}/l/{secret}`."""
    base, _, secret = url.rpartition("/l/")
    known = bool(base) and SECRET.fullmatch(secret) is not None
    ours = lookup is not None and base == lookup.url
    if not known or (snapshot.node_at(base) is None and not ours):
        return Report.of(ArtifactKind.QR, (_STRANGE_ADDRESS,), as_of=snapshot.as_of)
    if lookup is None or not ours:
        return Report.of(ArtifactKind.QR, (_address(base), _OFFLINE), as_of=snapshot.as_of)
    found = lookup.by_secret(secret)
    if found is None:
        return Report.of(ArtifactKind.QR, (_address(base), _NO_SUCH_CODE), as_of=now)
    case = OnlineCase(found, _node_of(found, snapshot), moment, now, by_number=False)
    return _report(ArtifactKind.QR, case, snapshot, (_address(base),))


def verify_number(
    text: str, snapshot: TrustSnapshot, *, moment: datetime, now: datetime, lookup: Lookup | None
) -> Report:
    """A bare license identifier (证照标识)."""
    kind = ArtifactKind.NUMBER
    check = identifier_check(text, "")
    try:
        identifier = parse_identifier(text)
    except MalformedIdentifier:
        return Report.of(kind, (_NOT_A_NUMBER,), as_of=snapshot.as_of)
    if identifier.check is IdentifierCheck.INVALID:
        return Report.of(kind, (check,), as_of=snapshot.as_of)
    if lookup is None:
        return Report.of(kind, (check, _OFFLINE), as_of=snapshot.as_of)
    found = lookup.by_identifier(text)
    if found is not None:
        case = OnlineCase(found, _node_of(found, snapshot), moment, now, by_number=True)
        return _report(kind, case, snapshot, ())
    node = snapshot.node_at(lookup.url)
    own = node is not None and any(
        grant.credit_code == identifier.issuer_code for grant in node.content.grants
    )
    return Report.of(kind, (check, _NO_SUCH_NUMBER if own else _NOT_HERE), as_of=now)


def _report(
    kind: ArtifactKind, case: OnlineCase, snapshot: TrustSnapshot, first: tuple[Check, ...]
) -> Report:
    summary = summary_of_public(case.found, snapshot.catalogue, by_number=case.by_number)
    return Report.of(kind, (*first, *ask(QUESTIONS, case)), as_of=case.now, license=summary)


def _node_of(found: PublicLicense, snapshot: TrustSnapshot) -> NodeTrust | None:
    for node in snapshot.nodes.values():
        if any(grant.credit_code == found.issuer_code for grant in node.content.grants):
            return node
    return None


def _record(case: OnlineCase) -> Check:
    if case.by_number:
        return passed(
            "record",
            "The issuing node has a license with this number. A number proves nothing about a paper.",
            "签发平台有此编号的证照。仅凭编号不能证明所持纸件或文件为真。",
        )
    return passed(
        "record",
        "The issuing node has this license. Compare what is shown here with the paper.",
        "签发平台有此证照，请将此处所示内容与纸件逐项核对。",
    )


def _identifier(case: OnlineCase) -> Check:
    return identifier_check(case.found.identifier, case.found.issuer_code)


def _accreditation(case: OnlineCase) -> Check:
    if case.node is None:
        return _NO_TRUST_LIST
    if case.moment >= case.node.content.expires_at:
        return _OLD_TRUST_LIST
    found = case.found
    standing = judge(case.node.content.grants, found.issuer_code, found.license_type, case.issued_at)
    if standing.grant is None:
        return failed("accreditation", standing.reason, standing.reason_zh)
    return passed("accreditation", standing.reason, standing.reason_zh)


def _validity(case: OnlineCase) -> Check:
    seconds, found = case.moment.timestamp(), case.found
    if found.valid_until is not None and seconds >= end_of_day(found.valid_until):
        return failed("validity", "The license has expired.", "证照已超过有效期。")
    if seconds < start_of_day(found.valid_from):
        return failed("validity", "The license is not in force yet.", "证照尚未生效。")
    return passed("validity", "The date lies within the license's validity.", "在有效期内。")


def _status(case: OnlineCase) -> Check:
    if case.moment < case.now - SKEW:
        return TOO_NEW
    return STATUS_CHECKS[case.found.status]


def _superseded(case: OnlineCase) -> Check:
    known = case.found.status if case.moment >= case.now - SKEW else None
    return superseded_check(known, case.found.successor)


def _faces_agree(case: OnlineCase) -> Check:
    del case
    return not_applicable(
        "faces_agree",
        "A code or number holds no contents to compare; compare with the paper by eye.",
        "二维码或编号本身不含证照内容，请人工与纸件核对。",
    )


QUESTIONS: tuple[Question[OnlineCase], ...] = (
    Question("record", "DESIGN §3", _record),
    Question("identifier", "GB/T 36904-2018", _identifier),
    Question("accreditation", "DESIGN §2", _accreditation),
    Question("validity", "GB/T 36903-2018 有效期", _validity),
    Question("status", "DESIGN §3", _status),
    Question("superseded", "DESIGN §2", _superseded),
    Question("faces_agree", "DESIGN §3", _faces_agree),
)


def _address(base: str) -> Check:
    return passed(
        "address",
        f"The code leads to {base}, a node you trust.",
        f"二维码指向可信平台{base}。",
    )


_STRANGE_ADDRESS = unknown(
    "address",
    "The code leads to a site that is not a node you trust. Do not open it.",
    "二维码指向的网站不是可信的签发平台，请勿打开。",
)
_OFFLINE = unknown(
    "record",
    "Only the issuing node can answer this, and it cannot be asked from here.",
    "只有签发平台能回答，目前无法向其查询。",
)
_NO_SUCH_CODE = failed(
    "record",
    "The issuing node has no license with this code: the paper is forged, or the code was copied wrongly.",
    "签发平台没有此二维码对应的证照，纸件系伪造或二维码有误。",
)
_NO_SUCH_NUMBER = failed(
    "record",
    "The issuing node has no license with this number.",
    "签发平台没有此编号的证照。",
)
_NOT_HERE = unknown(
    "record",
    "This license was not issued by the node that was asked.",
    "该证照不是由所查询的平台签发的，请向其签发平台查询。",
)
_NOT_A_NUMBER = unknown(
    "format",
    "This is neither a license identifier nor anything else that can be verified.",
    "无法识别：不是证照标识，也不是可以验证的文件或凭证。",
)
_NO_TRUST_LIST = unknown(
    "accreditation",
    "There is no trust list that says whether the issuer may issue this.",
    "没有信任列表可以核对签发机关是否有权签发。",
)
_OLD_TRUST_LIST = unknown(
    "accreditation",
    "The trust list of the issuer's region is out of date; fetch a new one.",
    "签发机关所在地区的信任列表已过期，请更新后再验证。",
)
