"""Long-term validation data and document time-stamps of our own writing: B-LT, B-LTA, from our own store."""

from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader

from keys.report import Changes, Cryptography, Trust
from seal.apply import archived, seal_pdf
from seal.archive import add_proofs, archive_pdf
from seal.dss import Proofs, read_proofs
from seal.errors import SealingFailed
from seal.pdf_source import open_pdf
from seal.place import Place
from seal.verify import PdfFindings, verify_pdf
from tests.unit.ca.world import NOW
from tests.unit.seal import papers
from tests.unit.seal.local import local_seal
from tests.unit.seal.papers import Paper
from tests.unit.seal.plain_pdf import plain_pdf, square_picture
from tests.unit.seal.sealed import Sealed, make_sealed

LATER = NOW + timedelta(hours=1)
YEARS_LATER = NOW + timedelta(days=400)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return make_sealed(tmp_path_factory.mktemp("world"))


def proofs(sealed: Sealed, *, now: datetime = NOW) -> Proofs:
    lists = sealed.snapshot(now=now).crls
    held = (sealed.certificate, sealed.world.authority.certificate, sealed.stamping[1])
    return Proofs(
        tuple(each.public_bytes(Encoding.DER) for each in held),
        tuple(each.public_bytes(Encoding.DER) for each in lists),
    )


def at_once(sealed: Sealed, pdf: bytes | None = None, **changes: Any) -> bytes:
    """Sealed with its validation data in one update (B-LT)."""
    wanted: dict[str, Any] = {
        "signer": sealed.signer,
        "certificate": sealed.certificate,
        "chain": (sealed.world.authority.certificate,),
        "seal_record_der": sealed.record_der,
        "appearance_pdf": square_picture(),
        "place": Place(1, 150, 60),
        "timestamper": sealed.timestamper(NOW),
        "now": NOW,
        "certify": True,
        "proofs": proofs(sealed),
    }
    return seal_pdf(pdf or plain_pdf(), **{**wanted, **changes})


def archive(sealed: Sealed, pdf: bytes, *, now: datetime = LATER) -> bytes:
    return archived(pdf, proofs(sealed), sealed.timestamper(now), now=now)


def verify(sealed: Sealed, pdf: bytes, now: datetime = LATER) -> PdfFindings:
    return verify_pdf(pdf, x509=sealed.snapshot(), logs={}, now=now)


def test_a_seal_with_its_proofs_is_long_term_in_one_update(sealed: Sealed) -> None:
    pdf = at_once(sealed)
    [signature] = verify(sealed, pdf).signatures
    assert (signature.level, signature.changes) == ("PAdES-B-LT", Changes.NONE)
    assert pdf.count(b"startxref") == plain_pdf().count(b"startxref") + 1


def test_a_document_time_stamp_over_everything_makes_it_an_archive(sealed: Sealed) -> None:
    first, stamp = verify(sealed, archive(sealed, at_once(sealed))).signatures
    assert (first.level, first.changes, first.trust) == ("PAdES-B-LTA", Changes.EXTENSION, Trust.TRUSTED)
    assert (stamp.level, stamp.cryptography) == ("DocTimeStamp", Cryptography.INTACT)
    assert stamp.changes is Changes.NONE


def test_proofs_may_come_with_the_time_stamp_or_alone(sealed: Sealed) -> None:
    plain = sealed.seal()
    alone = plain + add_proofs(open_pdf(plain), proofs(sealed))
    assert [each.level for each in verify(sealed, alone).signatures] == ["PAdES-B-LT"]
    assert [each.level for each in verify(sealed, archive(sealed, plain)).signatures] == [
        "PAdES-B-LTA",
        "DocTimeStamp",
    ]


def test_years_later_the_archive_holds_without_the_lists_of_its_time(sealed: Sealed) -> None:
    fresh = sealed.snapshot(now=YEARS_LATER)
    pdf = archive(sealed, at_once(sealed))
    first = verify_pdf(pdf, x509=fresh, logs={}, now=YEARS_LATER + timedelta(hours=1)).signatures[0]
    assert first.cryptography is Cryptography.INTACT
    assert first.trust is not Trust.UNTRUSTED


def test_what_came_in_is_a_prefix_of_what_goes_out(sealed: Sealed) -> None:
    first = at_once(sealed)
    second = archive(sealed, first)
    third = archive(sealed, second, now=LATER + timedelta(hours=1))
    assert second.startswith(first)
    assert third.startswith(second)
    assert [each.changes for each in verify(sealed, third, LATER + timedelta(hours=2)).signatures] == [
        Changes.EXTENSION,
        Changes.EXTENSION,
        Changes.NONE,
    ]


def test_what_is_there_already_is_not_written_twice(sealed: Sealed) -> None:
    held = proofs(sealed)
    first = at_once(sealed, proofs=held)
    again = first + add_proofs(open_pdf(first), held)
    assert len(again) - len(first) < 1500
    assert read_proofs(open_pdf(again)) == read_proofs(open_pdf(first)) == held


def test_new_lists_join_the_old_ones(sealed: Sealed) -> None:
    held, later = proofs(sealed), proofs(sealed, now=LATER)
    first = at_once(sealed, proofs=held)
    second = first + add_proofs(open_pdf(first), later)
    assert set(read_proofs(open_pdf(second)).crls) == {*held.crls, *later.crls}


@pytest.mark.parametrize("certify", [True, False])
@pytest.mark.parametrize(
    "paper", [plain_pdf(), papers.with_xref_stream(), Paper(sheets=(papers.Sheet(),) * 3).to_bytes()]
)
def test_every_kind_of_file_is_archived(sealed: Sealed, paper: bytes, certify: bool) -> None:
    pdf = archive(sealed, at_once(sealed, paper, certify=certify))
    levels = [each.level for each in verify(sealed, pdf).signatures]
    assert levels == ["PAdES-B-LTA", "DocTimeStamp"]


def test_the_time_stamp_is_over_the_two_ranges(sealed: Sealed) -> None:
    seen: list[bytes] = []

    def stamp(digest: bytes) -> bytes:
        seen.append(digest)
        return sealed.timestamper(LATER)(digest)

    pdf = archived(at_once(sealed), Proofs(), stamp, now=LATER)
    found = PdfFileReader(BytesIO(pdf)).embedded_timestamp_signatures[-1]
    start, size, after, rest = (int(value) for value in found.byte_range)
    assert seen == [sha256(pdf[start:size] + pdf[after : after + rest]).digest()]
    assert after + rest == len(pdf)


def test_a_token_larger_than_its_place_makes_a_second_layout(sealed: Sealed) -> None:
    source = open_pdf(at_once(sealed))
    small = archive_pdf(source, Proofs(), sealed.timestamper(LATER), now=LATER, room=64)
    assert len(verify(sealed, bytes(source.data[:]) + small).signatures) == 2
    growing = iter([b"x" * 5000, b"x" * 6000])
    with pytest.raises(SealingFailed):
        archive_pdf(source, Proofs(), lambda _digest: next(growing), now=LATER)


def test_a_document_without_any_seal_may_be_time_stamped(sealed: Sealed) -> None:
    [stamp] = verify(sealed, archived(plain_pdf(), Proofs(), sealed.timestamper(NOW), now=NOW)).signatures
    assert (stamp.level, stamp.changes) == ("DocTimeStamp", Changes.NONE)


def test_proofs_of_an_rsa_seal_are_archived_too(sealed: Sealed) -> None:
    pdf = archived(local_seal("rsa").apply(plain_pdf()), proofs(sealed), sealed.timestamper(NOW), now=NOW)
    assert len(PdfFileReader(BytesIO(pdf)).embedded_regular_signatures) == 1
