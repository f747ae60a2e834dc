"""The verdict on a sealed document: whom, when, which seal. Each bad sample is stopped by the check named."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ca.profile import LICENSE_ISSUER, SEAL
from keys.report import Changes, Check, Cryptography, Outcome, Trust, Verdict
from seal.verification import questions, seal_checks
from seal.verify import PdfFindings, verify_pdf
from tests.unit.ca.world import NOW, organ
from tests.unit.seal.plain_pdf import append_update, plain_pdf
from tests.unit.seal.sealed import Sealed, TestSigner, make_sealed

LATER = NOW + timedelta(hours=6)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return make_sealed(tmp_path_factory.mktemp("world"))


def verify(sealed: Sealed, pdf: bytes, **changed: object) -> PdfFindings:
    trusted = {"x509": sealed.snapshot(), "logs": sealed.logs, "now": NOW} | changed
    return verify_pdf(pdf, **trusted)  # type: ignore[arg-type]


def check(findings: PdfFindings, name: str) -> Check:
    return next(one for one in findings.checks if one.id == name)


def test_a_document_sealed_here_is_valid_in_every_respect(sealed: Sealed) -> None:
    original = plain_pdf()
    receipt, use = sealed.log_use(original)
    findings = verify(sealed, sealed.seal(original, receipt=receipt, use_record=use))
    assert findings.verdict is Verdict.VALID
    (report,) = findings.signatures
    assert (report.cryptography, report.changes, report.trust) == (
        Cryptography.INTACT,
        Changes.NONE,
        Trust.TRUSTED,
    )
    assert (report.time_source, report.signed_at, report.level) == ("timestamp", NOW, "PAdES-B-T")
    assert findings.certifying is not None
    assert findings.certifying.certified == 2
    assert findings.certifying.seal is not None
    assert findings.text.strip() == "Pay 100 yuan"


def test_without_a_time_stamp_the_time_is_only_claimed(sealed: Sealed) -> None:
    findings = verify(sealed, sealed.seal(timestamp=False))
    assert (findings.signatures[0].time_source, findings.signatures[0].level) == ("claimed", "PAdES-B-B")
    assert check(findings, "pdf.time").outcome is Outcome.NOT_APPLICABLE
    assert findings.verdict is Verdict.VALID


def test_a_certificate_revoked_after_the_proven_time_was_good_when_it_signed(sealed: Sealed) -> None:
    snapshot = sealed.snapshot(sealed.revoked(NOW + timedelta(hours=1)), now=LATER)
    findings = verify(sealed, sealed.seal(), x509=snapshot, now=LATER)
    assert findings.signatures[0].trust is Trust.TRUSTED


def test_a_certificate_revoked_before_the_proven_time_makes_the_document_invalid(sealed: Sealed) -> None:
    snapshot = sealed.snapshot(sealed.revoked(NOW - timedelta(minutes=1)), now=LATER)
    findings = verify(sealed, sealed.seal(), x509=snapshot, now=LATER)
    assert check(findings, "pdf.trust").outcome is Outcome.FAIL


def test_without_proof_of_time_a_revocation_at_any_time_counts(sealed: Sealed) -> None:
    snapshot = sealed.snapshot(sealed.revoked(NOW + timedelta(hours=1)), now=LATER)
    findings = verify(sealed, sealed.seal(timestamp=False), x509=snapshot, now=LATER)
    assert check(findings, "pdf.trust").outcome is Outcome.FAIL


def test_without_an_anchor_of_the_caller_the_document_is_indeterminate(sealed: Sealed) -> None:
    findings = verify(sealed, sealed.seal(), x509=replace(sealed.snapshot(), anchors=()))
    assert findings.verdict is Verdict.INDETERMINATE
    assert findings.signatures[0].trust is Trust.UNKNOWN
    assert findings.signatures[0].time_source == "claimed"


def test_a_certificate_for_another_purpose_signs_no_documents(sealed: Sealed) -> None:
    issuer = sealed.world.issue(
        LICENSE_ISSUER, organ("证照"), sealed.signer.public_key, san_uris=("https://node.example/issuers/1",)
    )
    other = replace(sealed, certificate=issuer)
    findings = verify(sealed, other.seal())
    assert check(findings, "pdf.trust").outcome is Outcome.FAIL


def test_a_seal_applied_with_a_certificate_it_does_not_name_is_refused(sealed: Sealed) -> None:
    """Certificate renewed, seal not: GM/T 0031 §6.2.2."""
    renewed = sealed.world.issue(SEAL, organ(), sealed.signer.public_key)
    findings = verify(sealed, replace(sealed, certificate=renewed).seal())
    assert check(findings, "seal.certificate").outcome is Outcome.FAIL
    assert check(findings, "pdf.trust").outcome is Outcome.PASS


def test_a_seal_record_its_maker_did_not_sign_is_refused(sealed: Sealed) -> None:
    forged = replace(sealed, maker_signer=TestSigner()).record()
    findings = verify(sealed, sealed.seal(record_der=forged))
    assert check(findings, "seal.record").outcome is Outcome.FAIL


def test_a_seal_record_made_by_someone_who_makes_no_seals_is_refused(sealed: Sealed) -> None:
    """The organ signs itself a seal with its own certificate."""
    own = replace(sealed, maker=sealed.certificate, maker_signer=sealed.signer)
    findings = verify(sealed, sealed.seal(record_der=own.record()))
    assert check(findings, "seal.record").outcome is Outcome.PASS
    assert check(findings, "seal.maker").outcome is Outcome.FAIL


def test_a_seal_out_of_its_period_is_refused(sealed: Sealed) -> None:
    expired = sealed.record(valid_until=NOW)
    findings = verify(sealed, sealed.seal(now=LATER, record_der=expired), now=LATER)
    assert check(findings, "seal.validity").outcome is Outcome.FAIL


def test_an_unreadable_seal_record_is_a_failed_check(sealed: Sealed) -> None:
    findings = verify(sealed, sealed.seal(record_der=b"\x30\x03\x02\x01\x01"))
    assert check(findings, "seal.record").outcome is Outcome.FAIL


def test_a_receipt_for_another_document_is_refused(sealed: Sealed) -> None:
    receipt, use = sealed.log_use(plain_pdf(b"Pay 900 yuan"))
    findings = verify(sealed, sealed.seal(receipt=receipt, use_record=use))
    assert check(findings, "seal.receipt").outcome is Outcome.FAIL


def test_a_receipt_for_another_seal_is_refused(sealed: Sealed) -> None:
    original = plain_pdf()
    receipt, use = sealed.log_use(original, number="99000000000009")
    findings = verify(sealed, sealed.seal(original, receipt=receipt, use_record=use))
    assert check(findings, "seal.receipt").outcome is Outcome.FAIL


def test_a_receipt_of_an_unknown_log_leaves_the_verdict_open(sealed: Sealed) -> None:
    original = plain_pdf()
    receipt, use = sealed.log_use(original)
    findings = verify(sealed, sealed.seal(original, receipt=receipt, use_record=use), logs={})
    assert check(findings, "seal.receipt").outcome is Outcome.UNKNOWN


def test_a_second_seal_leaves_the_first_one_permitted(sealed: Sealed) -> None:
    twice = sealed.seal(sealed.seal(certify=False), certify=False, now=LATER)
    findings = verify(sealed, twice, now=LATER)
    first, second = findings.signatures
    assert (first.changes, second.changes) == (Changes.PERMITTED, Changes.NONE)
    assert findings.verdict is Verdict.VALID


def test_a_changed_document_is_invalid_and_the_change_is_named(sealed: Sealed) -> None:
    forged = append_update(sealed.seal(), {4: b"<</Length 0>>\nstream\n\nendstream"})
    findings = verify(sealed, forged)
    assert findings.verdict is Verdict.INVALID
    assert "content was changed (page 1)" in check(findings, "pdf.changes").detail
    assert findings.signatures[0].cryptography is Cryptography.INTACT


def test_an_unsigned_document_is_indeterminate(sealed: Sealed) -> None:
    findings = verify(sealed, plain_pdf())
    assert findings.verdict is Verdict.INDETERMINATE
    assert check(findings, "pdf.signed").outcome is Outcome.UNKNOWN


def test_what_is_no_pdf_is_indeterminate_with_a_reason(sealed: Sealed) -> None:
    findings = verify(sealed, b"PK\x03\x04")
    assert findings.verdict is Verdict.INDETERMINATE
    assert not findings.readable
    assert check(findings, "pdf.readable").detail_zh


def test_names_of_certificates_are_taken_from_the_certificate(sealed: Sealed) -> None:
    findings = verify(sealed, sealed.seal())
    assert findings.details[0].certificate is not None
    wanted = sealed.certificate.public_bytes(Encoding.DER)
    assert findings.details[0].certificate.public_bytes(Encoding.DER) == wanted
    assert findings.signatures[0].signer == "浙江省市场监督管理局"


def test_no_question_asked_is_not_all_well() -> None:
    with pytest.raises(ValueError, match="no question"):
        questions.ask(None, ())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no question"):
        seal_checks.ask(None, ())  # type: ignore[arg-type]
