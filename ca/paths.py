"""Is a certificate to be trusted at a moment? (证书路径验证), RFC 5280 §6, three-valued, against one
snapshot.

    1  a path to an anchor of the snapshot, valid at the moment          none to any anchor: unknown
    2  the certificate's purpose                                         another purpose: untrusted
    3  for every certificate below the anchor, the newest list of its issuer or OCSP answer about it
         revoked at or before the moment: untrusted      on hold at or before the moment: untrusted
         no list, or its next update has passed: unknown

`at` is when the certificate was used and must be proven (a time-stamp) or be the present: for a merely
claimed time, a later revocation is not harmless, so a caller with a claim asks for `at=now` too, or looks
at `revoked_at`. Does not check: what the certificate was used for, and whether its owner is accredited.
OCSP answers that the caller has (`X509Snapshot.ocsps`) speak like lists; nobody is asked for one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

from ca.path_build import BuiltPath, PathProblem, build_path
from ca.path_ocsp import newest_answer
from ca.path_revocation import Statement, newest_list, statement_of
from ca.profile import Profile
from ca.usage import fits_profile
from keys.clock import require_utc
from keys.report import Trust

MAX_EXTRA_INTERMEDIATES = 16
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a list's thisUpdate, or the moment asked about, may lie ahead of our clock."""
_MAX_REMEMBERED = 20_000
_SHA256 = hashes.SHA256()


@dataclass(slots=True)
class _Memory:
    """What was worked out once about certificates of a snapshot; lives and dies with it."""

    paths: dict[bytes, BuiltPath] = field(default_factory=dict)
    statements: dict[tuple[bytes, bytes], Statement | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class X509Snapshot:
    """All a path check may know: anchors, intermediate authorities, revocation lists. A value; nothing is
    fetched.
    """

    anchors: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    crls: tuple[x509.CertificateRevocationList, ...]
    as_of: datetime
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()
    """Answers that came with a document; asked beside the lists, the newer statement counts."""
    _memory: _Memory = field(default_factory=_Memory, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class PathFinding:
    """The answer. `code` is stable: trusted, no_anchor, unreadable, refused, expired, not_yet_valid,
    wrong_purpose, revoked, held, crl_missing, crl_stale, crl_from_the_future, crl_dropped_expired,
    moment_in_the_future."""

    outcome: Trust
    code: str
    reason: str
    reason_zh: str
    revoked_at: datetime | None = None
    """When a certificate of the path was revoked or held, also when that was after the moment."""
    chain: tuple[x509.Certificate, ...] = ()
    """The certificate first, the anchor last; empty without a path."""


def check_path(
    certificate: x509.Certificate,
    snapshot: X509Snapshot,
    *,
    at: datetime,
    now: datetime,
    profile: Profile | None = None,
    extra_intermediates: Sequence[x509.Certificate] = (),
) -> PathFinding:
    """Judge a certificate. Never raises for what the certificate holds.

    at: the moment it was used. now: against which lists are fresh. profile: what it must be fit for; None:
    anything. extra_intermediates: from the document; at most 16 are looked at. They help to build a path
    and are not trusted.
    """
    at, now = require_utc(at), require_utc(now)
    if at > now + CLOCK_TOLERANCE:
        return _finding("moment_in_the_future")
    found = _path(certificate, snapshot, tuple(extra_intermediates[:MAX_EXTRA_INTERMEDIATES]), at)
    if isinstance(found, PathProblem):
        return _finding(found.value)
    if profile is not None and not fits_profile(certificate, profile):
        return _finding("wrong_purpose", chain=found.chain)
    return _judge_revocation(found.chain, snapshot, at, now)


def _path(
    certificate: x509.Certificate, snapshot: X509Snapshot, extra: tuple[x509.Certificate, ...], at: datetime
) -> BuiltPath | PathProblem:
    name = certificate.fingerprint(_SHA256)
    remembered = snapshot._memory.paths.get(name)
    if remembered is not None and remembered.valid_from <= at <= remembered.valid_until:
        return remembered
    found = build_path(certificate, snapshot.anchors, (*snapshot.intermediates, *extra), at)
    if isinstance(found, BuiltPath):
        if len(snapshot._memory.paths) >= _MAX_REMEMBERED:
            snapshot._memory.paths.clear()
        snapshot._memory.paths[name] = found
    return found


def _judge_revocation(
    chain: tuple[x509.Certificate, ...], snapshot: X509Snapshot, at: datetime, now: datetime
) -> PathFinding:
    codes: list[str] = []
    revoked_at: datetime | None = None
    for subject, issuer in pairwise(chain):
        statement = _statement(subject, issuer, snapshot)
        codes.append(_code_of(statement, at, now))
        if statement is not None and statement.revoked_at is not None:
            revoked_at = min(revoked_at or statement.revoked_at, statement.revoked_at)
    # A certain "no" outweighs "could not check", which outweighs "yes".
    worst = max(codes, key=_SEVERITY.index, default="trusted")
    return _finding(worst, revoked_at=revoked_at, chain=chain)


def _statement(
    subject: x509.Certificate, issuer: x509.Certificate, snapshot: X509Snapshot
) -> Statement | None:
    name = subject.fingerprint(_SHA256), issuer.fingerprint(_SHA256)
    memory = snapshot._memory.statements
    if name not in memory:
        if len(memory) >= _MAX_REMEMBERED:
            memory.clear()
        crl = newest_list(issuer, subject, snapshot.crls)
        said = (
            None if crl is None else statement_of(subject, crl),
            newest_answer(issuer, subject, snapshot.ocsps) if snapshot.ocsps else None,
        )
        memory[name] = max((s for s in said if s), key=lambda s: s.this_update, default=None)
    return memory[name]


def _code_of(statement: Statement | None, at: datetime, now: datetime) -> str:
    if statement is None:
        return "crl_missing"
    is_stale = statement.next_update is None or statement.next_update < now
    if statement.revoked_at is not None and statement.revoked_at <= at:
        if not statement.is_hold:
            return "revoked"
        # A hold may have been lifted since a list that has run out.
        return "crl_stale" if is_stale else "held"
    if is_stale:
        return "crl_stale"
    if statement.this_update > now + CLOCK_TOLERANCE:
        return "crl_from_the_future"
    return "crl_dropped_expired" if statement.may_have_dropped_it else "trusted"


def _finding(
    code: str, *, revoked_at: datetime | None = None, chain: tuple[x509.Certificate, ...] = ()
) -> PathFinding:
    outcome, reason, reason_zh = _MEANING[code]
    return PathFinding(outcome, code, reason, reason_zh, revoked_at, chain)


_MEANING: dict[str, tuple[Trust, str, str]] = {
    "trusted": (
        Trust.TRUSTED,
        "The certificate leads to a trusted authority and was not revoked at that time.",
        "证书可追溯至受信任的机构，且当时未被撤销。",
    ),
    "crl_dropped_expired": (
        Trust.UNKNOWN,
        "The certificate has expired, and the revocation list does not say what it was before.",
        "证书已过期，撤销列表不再说明其此前状态。",
    ),
    "crl_from_the_future": (
        Trust.UNKNOWN,
        "The revocation list is dated in the future; check this machine's clock.",
        "撤销列表日期晚于当前时间，请检查本机时钟。",
    ),
    "crl_stale": (
        Trust.UNKNOWN,
        "The revocation list is out of date; fetch a newer one.",
        "撤销列表已过期，请获取最新列表。",
    ),
    "crl_missing": (
        Trust.UNKNOWN,
        "There is no revocation list for a certificate of the path.",
        "缺少证书路径中某一证书的撤销列表。",
    ),
    "moment_in_the_future": (
        Trust.UNKNOWN,
        "The time to be judged lies in the future.",
        "所判断的时间晚于当前时间。",
    ),
    "no_anchor": (
        Trust.UNKNOWN,
        "The certificate does not lead to an authority that you gave as trusted.",
        "证书无法追溯至您指定的受信任机构。",
    ),
    "unreadable": (
        Trust.UNKNOWN,
        "The certificate, or one of its path, cannot be read safely.",
        "证书或其路径中的证书无法安全读取。",
    ),
    "refused": (
        Trust.UNTRUSTED,
        "The path is broken: a signature does not hold, or an authority was not allowed to issue this.",
        "证书路径无效：签名不符，或签发机构无权签发此证书。",
    ),
    "not_yet_valid": (
        Trust.UNTRUSTED,
        "The certificate was not valid yet at that time.",
        "证书当时尚未生效。",
    ),
    "expired": (Trust.UNTRUSTED, "The certificate had expired at that time.", "证书当时已过期。"),
    "wrong_purpose": (
        Trust.UNTRUSTED,
        "The certificate is not meant for this purpose.",
        "证书用途不符。",
    ),
    "held": (Trust.UNTRUSTED, "The certificate was on hold at that time.", "证书当时处于冻结状态。"),
    "revoked": (Trust.UNTRUSTED, "The certificate had been revoked at that time.", "证书当时已被撤销。"),
}
_SEVERITY = tuple(_MEANING)
"""From the best answer to the worst."""
