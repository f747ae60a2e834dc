"""A printed QR code and a bare number: the issuing node answers, and strangers learn only what they may."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from keys.codes.citizen import make_citizen_number
from keys.report import ArtifactKind, Outcome, Report, Verdict
from licenses.identifier import IdentifierCheck, build_identifier, parse_identifier, random_serial
from licenses.issue import Issued
from licenses.lifecycle import Ground, Operation
from licenses.record import LicenseRecord, record_from_json
from licenses.snapshot import TrustSnapshot
from licenses.verify import verify
from tests.builders import a_province
from tests.databases import Databases
from tests.materials import BUREAU, NOW, a_record, day, the_catalogue
from tests.province import Province, outcome

REAL_ESTATE = "real-estate-ownership"
LATER = NOW + timedelta(hours=1)


@pytest.fixture(scope="module")
def made(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    folder = tmp_path_factory.mktemp("online")
    database = databases.fresh(folder)
    yield a_province(folder, database)
    database.close()


@pytest.fixture(scope="module")
def issued(made: Province) -> Issued:
    return made.issue()


@pytest.fixture(scope="module")
def snapshot(made: Province, issued: Issued) -> TrustSnapshot:
    del issued
    return made.snapshot()


def asked(made: Province, snapshot: TrustSnapshot, text: str, **more: Any) -> Report:
    known: dict[str, Any] = {"lookup": made.lookup} | more
    return made.verify(text, snapshot=snapshot, **known)


def test_a_printed_code_shows_the_public_page(
    made: Province, issued: Issued, snapshot: TrustSnapshot
) -> None:
    report = asked(made, snapshot, f"{made.url}/l/{issued.secret}")
    assert report.verdict is Verdict.VALID
    assert report.kind is ArtifactKind.QR
    assert report.as_of == NOW
    assert report.license is not None
    assert report.license["valid_until"] == "2041-03-17"
    assert "claims" not in report.license


def test_a_number_yields_type_issuer_and_status_only(
    made: Province, issued: Issued, snapshot: TrustSnapshot
) -> None:
    report = asked(made, snapshot, issued.identifier)
    assert report.verdict is Verdict.VALID
    assert report.kind is ArtifactKind.NUMBER
    assert report.license is not None
    assert set(report.license) == {"identifier", "license_type", "name", "issuer", "status"}


def test_nobody_can_be_asked_offline(made: Province, issued: Issued, snapshot: TrustSnapshot) -> None:
    for text in (issued.identifier, f"{made.url}/l/{issued.secret}"):
        report = asked(made, snapshot, text, lookup=None)
        assert report.verdict is Verdict.INDETERMINATE
        assert report.license is None


@pytest.mark.parametrize("secret", ["A" * 22, "A" * 21 + "_"])
def test_a_code_its_own_node_does_not_know_is_forged(
    made: Province, snapshot: TrustSnapshot, secret: str
) -> None:
    report = asked(made, snapshot, f"{made.url}/l/{secret}")
    assert report.verdict is Verdict.INVALID
    assert outcome(report, "record") is Outcome.FAIL


@pytest.mark.parametrize(
    "address",
    [
        "https://zj.example.evil.test/l/" + "A" * 22,
        "https://evil.test/l/" + "A" * 22,
        "https://zj.example@evil.test/l/" + "A" * 22,
        "https://zj.example/l/short",
        "https://zj.example/login",
        "https://zj.example/l/" + "A" * 22 + "/../x",
        "http://zj.example/l/" + "A" * 22,
        "https://",
    ],
)
def test_an_address_nobody_vouches_for_is_not_followed(
    made: Province, snapshot: TrustSnapshot, address: str
) -> None:
    report = asked(made, snapshot, address)
    assert report.verdict is Verdict.INDETERMINATE
    assert outcome(report, "address") is Outcome.UNKNOWN


def test_a_number_of_ours_that_does_not_exist_is_invalid(
    made: Province, issued: Issued, snapshot: TrustSnapshot
) -> None:
    held = parse_identifier(issued.identifier)
    absent = build_identifier(type_code=held.type_code, issuer_code=BUREAU, serial=random_serial(), version=1)
    report = asked(made, snapshot, str(absent))
    assert report.verdict is Verdict.INVALID
    elsewhere = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
    assert asked(made, snapshot, elsewhere).verdict is Verdict.INDETERMINATE


def test_a_number_with_a_wrong_check_character_is_invalid_without_asking(
    made: Province, issued: Issued, snapshot: TrustSnapshot
) -> None:
    others = (issued.identifier[:-1] + character for character in "012")  # one is right, one the older way
    wrong = next(one for one in others if parse_identifier(one).check is IdentifierCheck.INVALID)
    report = asked(made, snapshot, wrong, lookup=None)
    assert report.verdict is Verdict.INVALID
    assert outcome(report, "identifier") is Outcome.FAIL


def test_a_number_of_the_older_arithmetic_is_looked_up_not_refused(
    made: Province, snapshot: TrustSnapshot
) -> None:
    legacy = "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M"
    report = asked(made, snapshot, legacy)
    assert report.verdict is Verdict.INDETERMINATE
    assert outcome(report, "identifier") is Outcome.PASS


@pytest.mark.parametrize("operation", [Operation.SUSPEND, Operation.CHANGE, Operation.END])
def test_what_happened_to_a_license_shows_at_once(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, operation: Operation
) -> None:
    folder = tmp_path_factory.mktemp("changing")
    database = databases.fresh(folder)
    own = a_province(folder, database)
    old = own.issue()
    successor = None
    if operation is Operation.CHANGE:
        successor = own.issue(now=LATER, operation=operation, predecessor=old.license_id).identifier
    else:
        own.change(old, operation, Ground.REVOKED if operation is Operation.END else None, now=LATER)
    snapshot = own.snapshot(now=LATER)
    for text in (old.identifier, f"{own.url}/l/{old.secret}"):
        report = own.verify(text, snapshot=snapshot, now=LATER, lookup=own.lookup)
        assert report.verdict is Verdict.INVALID
        assert report.license is not None
        assert report.license.get("superseded_by") == successor
        assert "吊销" not in str(report.to_json()["license"])
    earlier = own.verify(old.identifier, snapshot=snapshot, now=LATER, at=NOW, lookup=own.lookup)
    assert outcome(earlier, "status") is Outcome.UNKNOWN
    database.close()


def test_a_person_is_masked_on_the_public_page_and_absent_from_a_number(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("person")
    database = databases.fresh(folder)
    own = a_province(folder, database, types=(REAL_ESTATE,))
    number = make_citizen_number("330106", day("1990-03-07"), 123)
    issued = own.issue(real_estate(number))
    snapshot = own.snapshot()
    page = own.verify(f"{own.url}/l/{issued.secret}", snapshot=snapshot, lookup=own.lookup)
    assert page.license is not None
    assert page.license["holder"] == {
        "name": "欧***",
        "code_type": "111",
        "code": number[:3] + "*" * 11 + number[-4:],
    }
    bare = own.verify(issued.identifier, snapshot=snapshot, lookup=own.lookup)
    document = own.verify(issued.document, snapshot=snapshot)
    assert document.verdict is Verdict.VALID
    for report in (page, bare, document):
        assert "欧阳明日" not in str(report.to_json())
        assert number not in str(report.to_json())
    database.close()


def real_estate(citizen_number: str) -> LicenseRecord:
    path = Path(__file__).resolve().parents[3] / "examples" / "records" / "real-estate-ownership.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["issuer"] = BUREAU
    raw["holder"] = {"name": "欧阳明日", "code_type": "111", "code": citizen_number}
    return record_from_json(raw, the_catalogue())


@pytest.mark.parametrize(
    "artifact",
    [
        b"",
        b"\x00" * 40,
        b"hello",
        b"\xff\xfe\xfd",
        b"1.2.3",
        b"~~~~",
        b"eyJ",
        b"%PDF-1.7 nothing",
        b"HC1:ABC",
    ],
)
def test_anything_gets_a_report_and_nothing_strange_is_valid(
    made: Province, snapshot: TrustSnapshot, artifact: bytes
) -> None:
    report = verify(artifact, snapshot, now=NOW, lookup=made.lookup)
    assert report.verdict is Verdict.INDETERMINATE
    assert report.checks


def test_a_media_type_decides_over_the_first_octets(made: Province, snapshot: TrustSnapshot) -> None:
    report = verify(b"whatever", snapshot, now=NOW, media_type="application/dc+sd-jwt; charset=utf-8")
    assert report.kind is ArtifactKind.SD_JWT_VC
    assert verify(b"x", snapshot, now=NOW, media_type="application/cwt").kind is ArtifactKind.CWT
    assert verify(a_record().issuer.encode(), snapshot, now=NOW).kind is ArtifactKind.NUMBER
    assert made.url
