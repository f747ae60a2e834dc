"""What the status list says (状态核验), Token Status List §8.3: the right list, the right node, current.

"No answer" is never "valid": a missing, stale or foreign list leaves the question open. An index outside
the list is refused by the specification. Evidence counts for a moment when it was issued before and expires
after it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ca.paths import check_path
from ca.profile import STATUS_SIGNER
from keys.report import Check, Trust
from licenses.errors import MalformedStatusList
from licenses.snapshot import StatusEvidence, TrustSnapshot
from licenses.status_list import LicenseStatus
from licenses.verification.rules import failed, not_applicable, passed, unknown

SKEW = timedelta(seconds=60)
"""How far the clocks of a node and a verifier may differ."""


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """The status, or None with the reason; and how old the answer is."""

    status: LicenseStatus | None
    check: Check
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Usable:
    """A status token that may be read, or why not."""

    evidence: StatusEvidence | None
    problem: Check | None


def read_status(reference: Any, authority: str, snapshot: TrustSnapshot, moment: datetime) -> StatusAnswer:
    """Look a license up in the snapshot.

    reference: the credential's `status` claim, as it came. authority: key identifier of the CA that
    certified the license's issuer; the list must come from the same node.
    """
    try:
        held = reference["status_list"]
        uri, index = held["uri"], held["idx"]
    except (KeyError, TypeError):
        return StatusAnswer(None, _NO_REFERENCE)
    if not isinstance(uri, str):
        return StatusAnswer(None, _NO_REFERENCE)
    usable = _usable(uri, authority, snapshot, moment)
    if usable.evidence is None:
        return StatusAnswer(None, usable.problem or _NO_LIST)
    token = usable.evidence.token
    if type(index) is not int:
        return StatusAnswer(None, _OUT_OF_RANGE, token.issued_at)
    try:
        status = token.statuses.status(index)
    except MalformedStatusList:
        return StatusAnswer(None, _OUT_OF_RANGE, token.issued_at)
    return StatusAnswer(status, STATUS_CHECKS[status], token.issued_at)


def _usable(uri: str, authority: str, snapshot: TrustSnapshot, moment: datetime) -> _Usable:
    key = ("status", uri, authority, int(moment.timestamp()) // 60)
    known = snapshot.memory.get(key)
    if not isinstance(known, _Usable):
        known = _judge(uri, authority, snapshot, moment)
        snapshot.remember(key, known)
    # freshness is judged to the second, not remembered by the minute
    if known.evidence is not None:
        token = known.evidence.token
        if token.issued_at > moment + SKEW:
            return _Usable(None, TOO_NEW)
        if token.expires_at is None or moment >= token.expires_at:
            return _Usable(None, _STALE)
    return known


def _judge(uri: str, authority: str, snapshot: TrustSnapshot, moment: datetime) -> _Usable:
    evidence = snapshot.statuses.get(uri)
    if evidence is None:
        return _Usable(None, _NO_LIST)
    if not authority or evidence.authority != authority:
        return _Usable(None, _FOREIGN)
    path = check_path(evidence.signer, snapshot.x509, at=moment, now=moment, profile=STATUS_SIGNER)
    if path.outcome is not Trust.TRUSTED:
        return _Usable(None, _FOREIGN if path.outcome is Trust.UNTRUSTED else _UNPROVEN)
    return _Usable(evidence, None)


_NO_REFERENCE = unknown(
    "status", "The license names no status list; it cannot be known whether it is still in force.",
    "证照没有指明状态列表，无法得知是否仍然有效。",
)  # fmt: skip
_NO_LIST = unknown(
    "status",
    "The status list of this license is not at hand.",
    "没有本证照的状态列表，无法得知是否仍然有效。",
)
_FOREIGN = unknown(
    "status",
    "The status list at hand was not signed by the node that this license comes from.",
    "现有状态列表不是由本证照所在地区的平台签发的，不予采信。",
)
_UNPROVEN = unknown(
    "status",
    "The certificate of the status list's signer cannot be checked now.",
    "目前无法核实状态列表签发者的证书。",
)
_STALE = unknown(
    "status",
    "The status list is out of date; the license may have been withdrawn since. Fetch a new one.",
    "状态列表已过期，证照此后可能已被注销或暂扣，请更新后再验证。",
)
TOO_NEW = unknown(
    "status",
    "The status list is later than the moment asked about; it says nothing about that moment.",
    "状态列表晚于所查询的时间，不能说明当时的状态。",
)
_OUT_OF_RANGE = failed(
    "status", "The license points outside its status list.", "证照的状态序号超出了状态列表的范围。"
)

STATUS_CHECKS = {
    LicenseStatus.VALID: passed("status", "The license is in force.", "证照状态为有效。"),
    LicenseStatus.INVALID: failed(
        "status",
        "The license has been withdrawn or has ended. Ask the issuer for the reason.",
        "证照已注销、撤销、吊销或失效，具体原因请向签发机关查询。",
    ),
    LicenseStatus.SUSPENDED: failed(
        "status", "The license is suspended for the time being.", "证照目前被暂扣，暂不能使用。"
    ),
    LicenseStatus.SUPERSEDED: failed(
        "status",
        "A newer version has taken the place of this license.",
        "证照已办理变更或延续，本版本不再有效。",
    ),
}


def superseded_check(status: LicenseStatus | None, successor: str | None) -> Check:
    """Whether a newer version exists, and which (known online only)."""
    if status is None:
        return unknown(
            "superseded", "It cannot be known whether there is a newer version.", "无法得知是否已有新版本。"
        )
    if status is LicenseStatus.SUPERSEDED:
        if successor:
            return failed(
                "superseded", f"The newer version is {successor}.", f"新版本的证照标识为{successor}。"
            )
        return failed(
            "superseded",
            "There is a newer version; ask the holder for it.",
            "已有新版本，请持证人出示新的证照。",
        )
    if status is LicenseStatus.VALID:
        return _NEWEST
    return _ENDED


_NEWEST = passed("superseded", "This is the newest version.", "这是最新版本。")
_ENDED = not_applicable(
    "superseded", "The license is not in force; no newer version is known.", "证照不在有效状态，未见新版本。"
)
