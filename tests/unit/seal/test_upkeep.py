"""How long a sealed document keeps being verifiable, by what it carries."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from api.archive import Kept, renew, scan
from api.node import Node
from seal.apply import archived
from seal.archive import add_proofs
from seal.dss import Proofs
from seal.errors import UnreadablePdf
from seal.pdf_source import open_pdf
from seal.upkeep import HASHES_END, Ending, Outlook, outlook_of
from tests.nodes import HandClock
from tests.unit.ca.world import NOW
from tests.unit.seal.plain_pdf import plain_pdf
from tests.unit.seal.sealed import Sealed, make_sealed


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return make_sealed(tmp_path_factory.mktemp("world"))


def outlook(pdf: bytes) -> Outlook:
    return outlook_of(open_pdf(pdf))


def proofs(sealed: Sealed) -> Proofs:
    lists = tuple(each.public_bytes(Encoding.DER) for each in sealed.snapshot().crls)
    return Proofs((sealed.certificate.public_bytes(Encoding.DER),), lists)


def test_without_a_time_stamp_it_ends_with_the_signers_certificate(sealed: Sealed) -> None:
    found = outlook(sealed.seal(timestamp=False))
    assert (found.until, found.ending) == (sealed.certificate.not_valid_after_utc, Ending.SIGNER)


def test_without_proofs_it_ends_with_whichever_certificate_is_first(sealed: Sealed) -> None:
    found = outlook(sealed.seal())
    ends = (sealed.certificate.not_valid_after_utc, sealed.stamping[1].not_valid_after_utc)
    assert found.until == min(ends)


def test_with_proofs_and_archive_time_stamp_it_ends_with_the_time_stamp(sealed: Sealed) -> None:
    plain = sealed.seal()
    with_proofs = plain + add_proofs(open_pdf(plain), proofs(sealed))
    assert outlook(with_proofs).ending is Ending.TIMESTAMP
    found = outlook(archived(plain, proofs(sealed), sealed.timestamper(NOW), now=NOW))
    assert (found.until, found.ending) == (sealed.stamping[1].not_valid_after_utc, Ending.TIMESTAMP)
    assert (found.signatures, found.timestamps) == (1, 1)


def test_what_nobody_signed_has_no_end() -> None:
    assert outlook(plain_pdf()) == Outlook(None, Ending.UNSIGNED, 0, 0)


def test_hashes_that_are_given_up_end_everything() -> None:
    assert HASHES_END["sha1"] < datetime.now(UTC)
    assert "sha256" not in HASHES_END


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7" + bytes(100), plain_pdf()[:-60]])
def test_what_cannot_be_read_is_said(data: bytes) -> None:
    with pytest.raises(UnreadablePdf):
        outlook(data)


def test_the_archive_is_renewed_when_that_moves_the_end(
    node: Node, clock: HandClock, sealed: Sealed, tmp_path: Path
) -> None:
    path = tmp_path / "old.pdf"
    path.write_bytes(sealed.seal(timestamp=False))
    before = path.read_bytes()
    assert outlook(before).until is not None
    [kept] = scan([path], now=clock(), within=timedelta(days=36500))
    longer = node.timestamping.certificate.not_valid_after_utc - timedelta(days=31)
    if kept.outlook is not None and kept.outlook.until is not None and kept.outlook.until > longer:
        kept = Kept(path, Outlook(longer, Ending.SIGNER, 1, 0), due=True)
    renewed = renew(node, kept)
    assert (renewed.renewed, renewed.problem) == (True, None)
    assert path.read_bytes().startswith(before)
    assert renewed.outlook is not None
    assert (renewed.outlook.ending, renewed.outlook.timestamps) == (Ending.TIMESTAMP, 1)


def test_a_time_stamp_that_would_not_help_is_not_made(node: Node, tmp_path: Path) -> None:
    path = tmp_path / "new.pdf"
    path.write_bytes(plain_pdf())
    end = node.timestamping.certificate.not_valid_after_utc
    refused = renew(node, Kept(path, Outlook(end, Ending.TIMESTAMP, 1, 1), due=True))
    assert refused.problem is not None
    assert "renew" in refused.problem.detail
    assert path.read_bytes() == plain_pdf()
