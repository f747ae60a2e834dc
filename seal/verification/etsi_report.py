"""The verification as a report for machines (机器可读核验报告): XML after ETSI TS 119 102-2, beside our JSON.

    ValidationReport
      SignatureValidationReport   one for each signature: identifier, constraints, times, signed document,
                                  attributes, signer, status, and in associated data chain and later changes
      SignatureValidationObjects  what it rests on: certificates, time-stamps, signed data, with proofs of
                                  existence; document time-stamps with a report of their own

It is written, never read: no XML of others passes through here. The report is not signed; ask for it where
you trust who answers.
"""

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from cryptography.hazmat.primitives.serialization import Encoding

from keys.report import Check, Outcome
from seal.verification.etsi_objects import Objects, Sort
from seal.verification.etsi_status import Indication, Main, indication_of
from seal.verification.etsi_xml import DS, VR, add, add_digest, add_proof, add_time, clean, ds, refer, vr
from seal.verification.findings import PdfFindings, SignatureDetails

MEDIA_TYPE = "application/xml"
_CONSTRAINT = "urn:xinzheng:check:"
_DATA = "urn:xinzheng:report:"
_APPLIED = "urn:etsi:019102:constraintStatus:applied"
_DISABLED = "urn:etsi:019102:constraintStatus:disabled"
_CONCLUSIONS = {
    Outcome.PASS: "urn:etsi:019102:mainindication:passed",
    Outcome.FAIL: "urn:etsi:019102:mainindication:failed",
    Outcome.UNKNOWN: "urn:etsi:019102:mainindication:indeterminate",
}
_NO_SIGNATURE = "urn:xinzheng:subindication:NO_SIGNATURE_FOUND"
_UNREADABLE = "urn:xinzheng:subindication:UNREADABLE"
"""ETSI has no word for these; a validator may bring its own (§4.3.4.3)."""
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"


def etsi_report(findings: PdfFindings, *, now: datetime) -> bytes:
    """UTF-8 XML. `now` (aware UTC) is the time of validation.

    A file without signatures, or one that cannot be read, gets one report that says so.
    """
    register_namespace("vr", VR)
    register_namespace("ds", DS)
    root = Element(vr("ValidationReport"))
    objects = Objects(findings)
    signatures = [detail for detail in findings.details if not detail.is_timestamp]
    for detail in signatures:
        _signature(root, detail, findings, objects, now)
    if not signatures:
        _nothing_signed(root, findings, now)
    stamps = [detail for detail in findings.details if detail.is_timestamp]
    if objects or stamps:
        listed = SubElement(root, vr("SignatureValidationObjects"))
        for detail in stamps:
            held = objects.document_timestamp(detail)
            report = Element(vr("ValidationReport"))
            _fill(report, detail, findings, objects, now)
            held.append(report)
        objects.write(listed)
    xml: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


def _signature(
    root: Element, detail: SignatureDetails, findings: PdfFindings, objects: Objects, now: datetime
) -> None:
    _fill(SubElement(root, vr("SignatureValidationReport")), detail, findings, objects, now)


def _fill(
    report: Element, detail: SignatureDetails, findings: PdfFindings, objects: Objects, now: datetime
) -> None:
    """One signature or document time-stamp, in the order of the schema."""
    _identifier(report, detail)
    _constraints(report, _checks_of(detail, findings))
    _times(report, detail, objects, now)
    _signed_document(report, detail, objects)
    if not detail.is_timestamp:
        _attributes(report, detail, objects)
    _signer(report, detail, objects)
    process = add(report, "SignatureValidationProcess")
    add(process, "SignatureValidationProcessID", "urn:etsi:019102:validationprocess:LTA")
    _status(report, detail, objects)


def _nothing_signed(root: Element, findings: PdfFindings, now: datetime) -> None:
    report = SubElement(root, vr("SignatureValidationReport"))
    _constraints(report, findings.checks)
    times = add(report, "ValidationTimeInfo")
    add_time(times, "ValidationTime", now)
    add_proof(add(times, "BestSignatureTime"), now)
    status = add(report, "SignatureValidationStatus")
    add(status, "MainIndication", Indication(Main.OPEN).main_uri())
    add(status, "SubIndication", _NO_SIGNATURE if findings.readable else _UNREADABLE)


def _identifier(report: Element, detail: SignatureDetails) -> None:
    cms = detail.evidence.cms
    value = cms.signature if cms is not None else b""
    name = hashlib.sha256(value + detail.evidence.field.encode("utf-8", "replace")).hexdigest().upper()
    identifier = add(report, "SignatureIdentifier")
    identifier.set("id", f"S-{name}")
    SubElement(identifier, ds("SignatureValue")).text = base64.b64encode(value).decode()
    add(identifier, "HashOnly", "false")
    add(identifier, "DocHashOnly", "false")
    if detail.evidence.field:
        add(identifier, "DAIdentifier", clean(detail.evidence.field))


def _checks_of(detail: SignatureDetails, findings: PdfFindings) -> Iterator[Check]:
    """The constraints of one signature: its own axes, then its seal, then what holds for the whole file."""
    evidence, report = detail.evidence, detail.report
    axes = (
        ("pdf.byte_range", not evidence.gate, evidence.gate or "", False),
        ("pdf.integrity", report.cryptography == "intact", evidence.reason, report.cryptography == "unknown"),
        ("pdf.changes", report.changes in ("none", "extension", "permitted"), report.changes.value,
         report.changes == "unknown"),
        ("pdf.trust", report.trust == "trusted", detail.path.reason if detail.path else "",
         report.trust == "unknown"),
        ("pdf.algorithm", not (evidence.cms and evidence.cms.weakness), evidence.cms.weakness
         if evidence.cms else "", True),
    )  # fmt: skip
    for name, holds, reason, is_open in axes:
        outcome = Outcome.PASS if holds else Outcome.UNKNOWN if is_open else Outcome.FAIL
        yield Check(name, outcome, reason, "")
    yield from detail.seal_checks
    told = {name for name, *_ in axes}
    yield from (c for c in findings.checks if c.id.startswith("pdf.") and c.id not in told)


def _constraints(report: Element, checks: Iterator[Check] | tuple[Check, ...]) -> None:
    listed = add(report, "ValidationConstraintsEvaluationReport")
    for check in checks:
        one = add(listed, "ValidationConstraint")
        add(one, "ValidationConstraintIdentifier", _CONSTRAINT + check.id)
        conclusion = _CONCLUSIONS.get(check.outcome)
        add(add(one, "ConstraintStatus"), "Status", _APPLIED if conclusion else _DISABLED)
        if conclusion:
            add(add(one, "ValidationStatus"), "MainIndication", conclusion)
        if check.detail:
            add(one, "Indications", clean(check.detail))


def _times(report: Element, detail: SignatureDetails, objects: Objects, now: datetime) -> None:
    times = add(report, "ValidationTimeInfo")
    add_time(times, "ValidationTime", now)
    best = add(times, "BestSignatureTime")
    add_proof(best, detail.proven_at or now)
    proof = objects.proof_of(detail)
    if proof:
        refer(best, "POEObject", proof)


def _signed_document(report: Element, detail: SignatureDetails, objects: Objects) -> None:
    cms = detail.evidence.cms
    attribute = cms.attribute(_MESSAGE_DIGEST) if cms is not None else None
    if cms is None or attribute is None or not cms.digest or detail.is_timestamp:
        return
    digest = attribute[2:]  # an OCTET STRING of a digest has a one-octet length
    document = add(report, "SignersDocument")
    add_digest(document, cms.digest, digest)
    refer(document, "SignersDocumentRepresentation", objects.digest_of(Sort.SIGNED_DATA, cms.digest, digest))


def _attributes(report: Element, detail: SignatureDetails, objects: Objects) -> None:
    evidence = detail.evidence
    attributes = add(report, "SignatureAttributes")
    claimed = (evidence.cms.signing_time if evidence.cms else None) or evidence.claimed_time
    if claimed is not None:
        add_time(add(attributes, "SigningTime", Signed="true"), "Time", claimed)
    if evidence.cms is not None and evidence.cms.signer and evidence.cms.binds_certificate:
        named = add(attributes, "SigningCertificate", Signed="true")
        identity = add(named, "CertID")
        SubElement(identity, ds("DigestMethod")).set("Algorithm", "http://www.w3.org/2001/04/xmlenc#sha256")
        digest = hashlib.sha256(evidence.cms.signer).digest()
        SubElement(identity, ds("DigestValue")).text = base64.b64encode(digest).decode()
    for stamp, reference in objects.timestamps_of(detail):
        if stamp.time is not None:
            held = add(attributes, "SignatureTimeStamp", Signed="false")
            refer(held, "AttributeObject", reference)
            add_time(held, "TimeStampValue", stamp.time)
    if evidence.stated_reason:
        reason = add(attributes, "Reason", Signed="true")
        add(reason, "ReasonElement", clean(evidence.stated_reason))
    if evidence.subfilter:
        subfilter = add(attributes, "SubFilter", Signed="true")
        add(subfilter, "SubFilterElement", clean(evidence.subfilter))
    if evidence.byte_range:
        add(attributes, "ByteRange", " ".join(map(str, evidence.byte_range)))


def _signer(report: Element, detail: SignatureDetails, objects: Objects) -> None:
    if detail.certificate is None:
        return
    information = add(report, "SignerInformation")
    reference = objects.certificate(detail.certificate.public_bytes(Encoding.DER))
    refer(information, "SignerCertificate", reference)
    if detail.report.signer:
        add(information, "Signer", clean(detail.report.signer))


def _status(report: Element, detail: SignatureDetails, objects: Objects) -> None:
    found = indication_of(detail)
    status = add(report, "SignatureValidationStatus")
    add(status, "MainIndication", found.main_uri(building_block=detail.is_timestamp))
    if found.sub_uri:
        add(status, "SubIndication", found.sub_uri)
    data = add(status, "AssociatedValidationReportData")
    chain = [c.public_bytes(Encoding.DER) for c in detail.path.chain] if detail.path else []
    if len(chain) > 1:
        references = [objects.certificate(der) for der in chain]
        refer(data, "TrustAnchor", references[-1])
        listed = add(data, "CertificateChain")
        refer(listed, "SigningCertificate", references[0])
        for reference in references[1:-1]:
            refer(listed, "IntermediateCertificate", reference)
        refer(listed, "TrustAnchor", references[-1])
    if detail.path is not None and detail.path.revoked_at is not None and chain:
        revocation = add(data, "RevocationStatusInformation")
        refer(revocation, "ValidationObjectId", objects.certificate(chain[0]))
        add_time(revocation, "RevocationTime", detail.path.revoked_at)
    _coverage(add(data, "AdditionalValidationReportData"), detail)


def _coverage(parent: Element, detail: SignatureDetails) -> None:
    """What of the file this signature covers, its level, and every change after it."""
    evidence = detail.evidence
    facts = [
        ("level", detail.report.level),
        ("changes", detail.report.changes.value),
        ("coverage", "file" if evidence.covers_file else "revision" if not evidence.gate else "unclear"),
        ("signed-end", str(evidence.signed_end)),
        *(("change", f"{change.kind.value}: {change.where}") for change in evidence.all_changes[:100]),
    ]
    if evidence.certified is not None:
        facts.append(("doc-mdp", str(evidence.certified)))
    for name, value in facts:
        one = add(parent, "ReportData")
        add(one, "Type", _DATA + name)
        add(one, "Value", clean(value))
