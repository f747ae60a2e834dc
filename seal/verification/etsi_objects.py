"""The objects a validation rests on (ETSI TS 119 102-2 §4.4): certificates, time-stamps, revocation data,
signed data; each once, by its digest, with the time at which it is proven to have existed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from xml.etree.ElementTree import Element

from keys.report import Trust
from seal.verification.etsi_xml import add, add_digest, add_proof, add_time, refer, vr
from seal.verification.evidence import Stored
from seal.verification.findings import PdfFindings, SignatureDetails
from seal.verification.timestamp import TimestampFacts

_MOST = 400


class Sort(StrEnum):
    """ObjectType, the end of its URI."""

    CERTIFICATE = "certificate"
    CRL = "CRL"
    OCSP = "OCSPResponse"
    TIMESTAMP = "timestamp"
    SIGNED_DATA = "signedData"


@dataclass(slots=True)
class _Held:
    """One object before it is written."""

    sort: Sort
    digest_name: str
    digest: bytes
    element: Element | None = None
    """An element that is already being written."""
    proven_at: datetime | None = None
    """The earliest trusted document time-stamp that covers it in the file."""
    covers: tuple[str, ...] = ()
    """What a trusted document time-stamp covers."""


class Objects:
    """The objects of one report, each once."""

    def __init__(self, findings: PdfFindings) -> None:
        self._held: dict[str, _Held] = {}
        self._stamps = [d for d in findings.details if d.is_timestamp]
        trusted = [d for d in self._stamps if d.report.trust is Trust.TRUSTED and not d.evidence.gate]
        covered: dict[str, list[str]] = {self._of(stamp): [] for stamp in trusted}
        for sort, item in _stored(findings):
            reference = self._add(sort, item.der)
            proofs = [stamp for stamp in trusted if stamp.evidence.signed_end > item.offset]
            times = [stamp.proven_at for stamp in proofs if stamp.proven_at is not None]
            self._held[reference].proven_at = min(times, default=None)
            for stamp in proofs:
                covered[self._of(stamp)].append(reference)
        for reference, references in covered.items():
            self._held[reference].covers = tuple(references)

    def __bool__(self) -> bool:
        return bool(self._held)

    def certificate(self, der: bytes) -> str:
        """The reference of a certificate."""
        return self._add(Sort.CERTIFICATE, der)

    def digest_of(self, sort: Sort, name: str, digest: bytes) -> str:
        """The reference of something only its digest is known of."""
        reference = f"{sort.value[:3].upper()}-{digest.hex().upper()}"
        self._held.setdefault(reference, _Held(sort, name, digest))
        return reference

    def timestamps_of(self, detail: SignatureDetails) -> list[tuple[TimestampFacts, str]]:
        """The tokens over a signature's value, with their references."""
        if detail.is_timestamp:
            return []
        return [
            (stamp, self._add(Sort.TIMESTAMP, stamp.cms.signature)) for stamp in detail.evidence.timestamps
        ]

    def document_timestamp(self, detail: SignatureDetails) -> Element:
        """The element of a document time-stamp, for its own report to be put into."""
        held = self._held[self._of(detail)]
        held.element = Element(vr("ValidationObject"))
        return held.element

    def proof_of(self, detail: SignatureDetails) -> str:
        """The reference of the time-stamp that proves when a signature existed; empty without one."""
        if detail.proven_at is None:
            return ""
        for stamp, reference in self.timestamps_of(detail):
            if stamp.time == detail.proven_at:
                return reference
        for other in self._stamps:
            if (
                other.proven_at == detail.proven_at
                and other.evidence.signed_end >= detail.evidence.signed_end
            ):
                return self._of(other)
        return ""

    def write(self, listed: Element) -> None:
        """All objects, in a steady order."""
        for reference, held in sorted(self._held.items()):
            made = held.element if held.element is not None else Element(vr("ValidationObject"))
            report = list(made)
            for child in report:
                made.remove(child)
            made.set("id", reference)
            add(made, "ObjectType", f"urn:etsi:019102:validationObject:{held.sort}")
            add_digest(add(made, "ValidationObjectRepresentation"), held.digest_name, held.digest)
            if held.proven_at is not None:
                add_proof(add(made, "POE"), held.proven_at)
            self._provide(made, reference, held)
            made.extend(report)
            listed.append(made)

    def _provide(self, made: Element, reference: str, held: _Held) -> None:
        """What a trusted document time-stamp proves to have existed."""
        time = next((s.proven_at for s in self._stamps if self._of(s) == reference), None)
        if held.covers and time is not None:
            provided = add(made, "POEProvisioning")
            add_time(provided, "POETime", time)
            for covered in held.covers:
                refer(provided, "ValidationObject", covered)

    def _of(self, detail: SignatureDetails) -> str:
        cms = detail.evidence.cms
        return self._add(Sort.TIMESTAMP, cms.signature if cms is not None else detail.evidence.field.encode())

    def _add(self, sort: Sort, octets: bytes) -> str:
        return self.digest_of(sort, "sha256", hashlib.sha256(octets).digest())


def _stored(findings: PdfFindings) -> Iterator[tuple[Sort, Stored]]:
    """The validation data in the file."""
    if findings.evidence is not None:
        held = findings.evidence.validation
        for sort, items in (
            (Sort.CERTIFICATE, held.certificates),
            (Sort.CRL, held.crls),
            (Sort.OCSP, held.ocsps),
        ):
            yield from ((sort, item) for item in items[:_MOST])
