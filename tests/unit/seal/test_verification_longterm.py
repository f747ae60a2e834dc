"""Long-term validation (ETSI EN 319 142-1, EN 319 102-1 §5.6): what holds years later, with the file's own
data."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ca.crl import build_crl
from ca.paths import X509Snapshot
from ca.timestamp import TimeStampAuthority
from keys.report import Changes, Trust
from seal.verify import PdfFindings, verify_pdf
from tests.unit.ca.world import NOW
from tests.unit.seal.foreign import LocalTimeStamper, add_document_timestamp, add_validation_data
from tests.unit.seal.sealed import Sealed, make_sealed

YEARS_LATER = NOW + timedelta(days=400)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return make_sealed(tmp_path_factory.mktemp("world"))


def stamper(sealed: Sealed, now: datetime) -> LocalTimeStamper:
    authority = TimeStampAuthority(*sealed.stamping, (sealed.world.authority.certificate,))
    return LocalTimeStamper(authority, now)


def with_data(sealed: Sealed, pdf: bytes, *, crl: bytes | None = None) -> bytes:
    lists = sealed.snapshot().crls
    ders = [each.public_bytes(Encoding.DER) for each in lists] if crl is None else [crl]
    return add_validation_data(pdf, [sealed.world.authority.certificate, sealed.certificate], ders)


def without_lists(sealed: Sealed) -> X509Snapshot:
    return replace(sealed.snapshot(), crls=())


def verify(pdf: bytes, snapshot: X509Snapshot, now: datetime) -> PdfFindings:
    return verify_pdf(pdf, x509=snapshot, logs={}, now=now)


def test_the_levels_are_told_apart(sealed: Sealed) -> None:
    basic = sealed.seal(timestamp=False)
    stamped = sealed.seal()
    longterm = with_data(sealed, stamped)
    archived = add_document_timestamp(longterm, stamper(sealed, NOW + timedelta(hours=1)))
    levels = [
        verify(pdf, sealed.snapshot(), NOW).signatures[0].level
        for pdf in (basic, stamped, longterm, archived)
    ]
    assert levels == ["PAdES-B-B", "PAdES-B-T", "PAdES-B-LT", "PAdES-B-LTA"]


def test_validation_data_and_a_time_stamp_are_an_extension_even_of_a_certified_document(
    sealed: Sealed,
) -> None:
    archived = add_document_timestamp(with_data(sealed, sealed.seal()), stamper(sealed, NOW))
    first, stamp = verify(archived, sealed.snapshot(), NOW).signatures
    assert (first.changes, stamp.changes) == (Changes.EXTENSION, Changes.NONE)
    assert stamp.level == "DocTimeStamp"


def test_a_document_needs_no_lists_of_the_caller_when_it_carries_fresh_ones(sealed: Sealed) -> None:
    findings = verify(with_data(sealed, sealed.seal()), without_lists(sealed), NOW)
    assert findings.signatures[0].trust is Trust.TRUSTED


def test_years_later_the_archive_time_stamp_proves_the_lists_of_its_time(sealed: Sealed) -> None:
    archived = add_document_timestamp(
        with_data(sealed, sealed.seal()), stamper(sealed, NOW + timedelta(hours=1))
    )
    fresh = build_crl(sealed.world.authority, [], 9, YEARS_LATER)
    now_only = sealed.world.snapshot(fresh)
    findings = verify(archived, now_only, NOW + timedelta(hours=2))
    assert findings.signatures[0].trust is Trust.TRUSTED


def test_lists_added_after_the_time_stamp_are_not_proven_by_it(sealed: Sealed) -> None:
    stamped_first = with_data(sealed, add_document_timestamp(sealed.seal(), stamper(sealed, NOW)))
    report = verify(stamped_first, without_lists(sealed), YEARS_LATER).signatures[0]
    assert report.level == "PAdES-B-LT"
    assert report.trust is not Trust.TRUSTED


def test_a_newer_list_in_the_file_that_names_the_signer_as_revoked_counts(sealed: Sealed) -> None:
    later = NOW + timedelta(hours=1)
    crl = build_crl(sealed.world.authority, [sealed.revoked(NOW - timedelta(minutes=2))], 8, later)
    pdf = with_data(sealed, sealed.seal(timestamp=False), crl=crl)
    assert verify(pdf, sealed.snapshot(), later).signatures[0].trust is Trust.UNTRUSTED
    assert verify(pdf, sealed.snapshot(), NOW).signatures[0].trust is Trust.TRUSTED
