"""Read a file into evidence: find the signatures, compute each, and ask every layer what changed after it."""

import contextlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from keys.report import Changes, Cryptography
from seal.verification.active import find_active_content
from seal.verification.attachments import read_attachments
from seal.verification.base import base_digests
from seal.verification.byterange import GATE, SHAPE, GateFinding, pass_gate
from seal.verification.changes import Change, Kind
from seal.verification.computing import compute
from seal.verification.document import Document, Revision
from seal.verification.errors import UnreadablePdf
from seal.verification.evidence import LAYERS, Layer, PdfEvidence, SignatureEvidence
from seal.verification.fields import FoundSignature, find_signatures, is_document_timestamp
from seal.verification.form_difference import is_visible
from seal.verification.limits import Budget, Limits
from seal.verification.objects import Value, text
from seal.verification.permissions import classify, is_usage_rights, safe_policy
from seal.verification.pictures import PagePicture
from seal.verification.rendering import Renderer
from seal.verification.riding import read_riding
from seal.verification.steps import Steps
from seal.verification.store import read_validation_data

_HEADER = re.compile(rb"%PDF-\d")
_DATE = re.compile(r"D:(\d{4})(\d{2})(\d{2})(\d{2})?(\d{2})?(\d{2})?(?:([+-])(\d{2})'?(\d{2})?|Z)?")


@dataclass(frozen=True, slots=True)
class _Found:
    signature: FoundSignature
    gate: GateFinding


def read_evidence(
    data: bytes, *, limits: Limits | None = None, layers: tuple[Layer, ...] = LAYERS
) -> PdfEvidence:
    """Everything the file shows. Never raises for a bad file: `problem` says what is wrong with it."""
    limits = limits or Limits()
    if not layers:
        return _problem(data, "no layer was asked to look", "未执行任何检查层")
    if len(data) > limits.file_bytes:
        return _problem(data, "this file is larger than what is read", "文件大小超出读取上限")
    if not _HEADER.search(data, 0, 1024):
        return _problem(data, "this is not a PDF file", "这不是 PDF 文件")
    renderer = Renderer(data, limits)
    try:
        return _read(data, limits, layers, renderer)
    except UnreadablePdf as error:
        return _problem(data, error.detail, error.detail_zh)
    except (RecursionError, MemoryError, OverflowError):
        return _problem(data, "this file is built to exhaust its reader", "文件结构会耗尽读取资源")
    finally:
        renderer.close()


def _problem(data: bytes, reason: str, reason_zh: str) -> PdfEvidence:
    return PdfEvidence(len(data), problem=reason, problem_zh=reason_zh)


def _read(data: bytes, limits: Limits, layers: tuple[Layer, ...], renderer: Renderer) -> PdfEvidence:
    document = Document(data, Budget(limits))
    latest = _latest(document)
    found = [
        _Found(signature, pass_gate(data, signature, GATE if Layer.GATE in layers else SHAPE))
        for signature in find_signatures(document, latest)
        if not is_usage_rights(signature.dictionary)
    ]
    found.sort(key=lambda item: item.gate.signed.end if item.gate.signed else 0)
    if latest is None and not found:
        return _problem(
            data, "the file has no readable object table and no signature", "文件无可读对象表，也未发现签名"
        )
    ends = sorted({item.gate.signed.end for item in found if item.gate.signed})
    steps = Steps(document, latest, ends, layers, renderer)
    signatures = tuple(_evidence_of(document, latest, item, steps) for item in found)
    base = _base_revision(document, latest, ends)
    return PdfEvidence(
        len(data),
        signatures,
        encrypted=latest is not None and latest.trailer.get("Encrypt") is not None,
        repaired=latest is not None and latest.repaired,
        validation=read_validation_data(latest),
        active=find_active_content(latest) if latest is not None else (),
        attachments=read_attachments(base) if base is not None else (),
        text=renderer.text(base.end if base is not None else len(data)),
        stray_objects=steps.stray_objects,
        pictures=_pictures(signatures, len(data), renderer) if Layer.RENDERING in layers else (),
    )


def _pictures(
    signatures: tuple[SignatureEvidence, ...], size: int, renderer: Renderer
) -> tuple[PagePicture, ...]:
    for signature in signatures:
        if signature.changes in (Changes.FORBIDDEN, Changes.UNKNOWN) and not signature.gate:
            return renderer.pictures(signature.signed_end, size)
    return ()


def _latest(document: Document) -> Revision | None:
    with contextlib.suppress(UnreadablePdf):
        return document.best(len(document.data))
    return None


def _base_revision(document: Document, latest: Revision | None, ends: list[int]) -> Revision | None:
    with contextlib.suppress(UnreadablePdf):
        return document.best(ends[0]) if ends else latest
    return latest


def _evidence_of(
    document: Document, latest: Revision | None, item: _Found, steps: Steps
) -> SignatureEvidence:
    signature, gate = item.signature, item.gate
    is_timestamp = is_document_timestamp(signature.dictionary)
    computed = compute(document.data, latest, signature, gate.signed)
    changes = steps.changes_after(gate.signed.end) if gate.signed else ()
    judged, decisive = _judge(latest, signature, gate, changes, steps)
    head = signature.dictionary
    return SignatureEvidence(
        field=signature.field,
        is_timestamp=is_timestamp,
        subfilter=str(_resolved(latest, head.get("SubFilter")) or ""),
        reachable=signature.reachable,
        gate=gate.reason,
        gate_zh=gate.reason_zh,
        signed_end=gate.signed.end if gate.signed else 0,
        covers_file=gate.passed and gate.signed is not None and gate.signed.end == len(document.data),
        cryptography=computed.cryptography if gate.signed else Cryptography.UNKNOWN,
        reason=computed.reason,
        reason_zh=computed.reason_zh,
        cms=computed.cms,
        timestamps=computed.timestamps,
        changes=judged,
        decisive=decisive,
        all_changes=changes,
        certified=safe_policy(latest, signature).certified if latest is not None else None,
        claimed_time=read_date(text(_resolved(latest, head.get("M")))),
        stated_reason=text(_resolved(latest, head.get("Reason")))[:500],
        location=text(_resolved(latest, head.get("Location")))[:200],
        visible=_is_visible(latest, signature),
        base_digests=base_digests(document, gate.signed, computed.cms),
        riding=read_riding(document.data, computed.cms),
        byte_range=gate.signed.numbers if gate.signed else (),
    )


def _judge(
    latest: Revision | None,
    signature: FoundSignature,
    gate: GateFinding,
    changes: tuple[Change, ...],
    steps: Steps,
) -> tuple[Changes, Change | None]:
    if not gate.passed or gate.signed is None:
        return Changes.FORBIDDEN if gate.signed else Changes.UNKNOWN, None
    if not signature.reachable and gate.signed.end != len(steps.data):
        lost = Change(Kind.FORM_FIELD, "a signature was taken out of its field")
        changes = (lost, *changes)
    return classify(safe_policy(latest, signature), changes, steps.paints_over)


def _resolved(latest: Revision | None, value: Value) -> Value:
    if latest is None:
        return value
    with contextlib.suppress(UnreadablePdf):
        return latest.resolve(value)
    return None


def _is_visible(latest: Revision | None, signature: FoundSignature) -> bool:
    if latest is None or not signature.field_dictionary:
        return False
    with contextlib.suppress(UnreadablePdf):
        return is_visible(latest, signature.field_dictionary)
    return False


def read_date(value: str) -> datetime | None:
    """A PDF date (§7.9.4) as aware UTC; None when it is none or names no zone we can rely on."""
    match = _DATE.match(value)
    if match is None:
        return None
    year, month, day, hour, minute, second = (
        int(part or default) for part, default in zip(match.groups()[:6], (0, 1, 1, 0, 0, 0), strict=True)
    )
    sign, hours, minutes = match.groups()[6:]
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
