"""OCSP answers in a document, in its DSS or beside its signature, judged like its revocation lists."""

from datetime import timedelta

import pytest
from asn1crypto import cms, pdf
from asn1crypto import ocsp as asn1_ocsp

from ca.paths import X509Snapshot
from keys.report import Trust
from seal.verification.cms import _revocation
from seal.verify import PdfFindings, verify_pdf
from tests.attacks.pdf_samples import object_text
from tests.unit.ca.test_path_ocsp import REVOKED, answer
from tests.unit.ca.world import NOW
from tests.unit.seal.plain_pdf import append_update, stream
from tests.unit.seal.sealed import Sealed, make_sealed


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return make_sealed(tmp_path_factory.mktemp("world"))


def with_answers(pdf: bytes, *answers: bytes) -> bytes:
    """The document with a DSS that holds these answers and nothing else."""
    catalog = object_text(pdf, 1)
    numbers = range(801, 801 + len(answers))
    references = b" ".join(b"%d 0 R" % number for number in numbers)
    objects = {number: stream(der) for number, der in zip(numbers, answers, strict=True)}
    objects[1] = catalog[: catalog.rindex(b">>")] + b"/DSS <</OCSPs [%b]>>>>" % references
    return append_update(pdf, objects)


def verified(sealed: Sealed, pdf: bytes) -> PdfFindings:
    """By somebody who has the root's list and none of the node's authority."""
    whole = sealed.snapshot()
    lists = tuple(crl for crl in whole.crls if crl.issuer != sealed.world.authority.certificate.subject)
    snapshot = X509Snapshot(whole.anchors, whole.intermediates, lists, NOW)
    return verify_pdf(pdf, x509=snapshot, logs={}, now=NOW + timedelta(minutes=1))


def test_an_answer_in_the_dss_stands_for_a_missing_list(sealed: Sealed) -> None:
    pdf = sealed.seal(timestamp=False)
    assert verified(sealed, pdf).signatures[0].trust is Trust.UNKNOWN
    (signature,) = verified(sealed, with_answers(pdf, answer(sealed.world, sealed.certificate))).signatures
    assert signature.trust is Trust.TRUSTED


def test_an_answer_in_the_dss_can_tell_of_a_revocation(sealed: Sealed) -> None:
    revoked = answer(sealed.world, sealed.certificate, status=REVOKED, revoked_at=NOW)
    findings = verified(sealed, with_answers(sealed.seal(timestamp=False), revoked))
    assert findings.details[0].path is not None
    assert findings.details[0].path.code == "revoked"


def test_answers_beside_the_signature_are_found_in_both_places(sealed: Sealed) -> None:
    """RFC 5940 in the structure, and Adobe's revocation attribute (ISO 32000-2 §12.8.3.3.2)."""
    der = answer(sealed.world, sealed.certificate)
    other = cms.OtherRevocationInfoFormat(
        {"other_rev_info_format": "1.3.6.1.5.5.7.16.2", "other_rev_info": asn1_ocsp.OCSPResponse.load(der)}
    )
    archival = pdf.RevocationInfoArchival({"ocsp": [asn1_ocsp.OCSPResponse.load(der)]})
    choice = cms.RevocationInfoChoice({"other": other})
    attribute = cms.CMSAttribute({"type": "1.2.840.113583.1.1.8", "values": [archival]})
    data = {"crls": cms.RevocationInfoChoices([choice])}
    info = {"signed_attrs": cms.CMSAttributes([attribute])}
    assert _revocation(data, info) == {"revocation": (), "ocsps": (der, der)}


def test_an_answer_that_is_none_changes_nothing(sealed: Sealed) -> None:
    pdf = with_answers(sealed.seal(timestamp=False), b"\x30\x03\x0a\x01\x00", b"no DER")
    assert verified(sealed, pdf).signatures[0].trust is Trust.UNKNOWN
