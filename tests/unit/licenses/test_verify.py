"""The verdict table of DESIGN §2, row by row: each test changes one thing about a license that is valid."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from keys.report import ArtifactKind, Outcome, Verdict
from licenses.content import start_of_day
from licenses.issue import Issued
from licenses.snapshot import TrustSnapshot
from tests.builders import a_province
from tests.databases import Databases
from tests.forger import a_content, a_credential, a_document, a_draft, sealed, sign
from tests.materials import COMPANY, NOW, a_record, day, the_press
from tests.province import Province, outcome


@pytest.fixture(scope="module")
def made(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    folder = tmp_path_factory.mktemp("verify")
    database = databases.fresh(folder)
    yield a_province(folder, database)
    database.close()


@pytest.fixture(scope="module")
def issued(made: Province) -> Issued:
    return made.issue()


@pytest.fixture(scope="module")
def snapshot(made: Province, issued: Issued) -> TrustSnapshot:
    del issued  # its status list must be there
    return made.snapshot()


def test_a_document_as_issued_is_valid(made: Province, issued: Issued, snapshot: TrustSnapshot) -> None:
    report = made.verify(issued.document, snapshot=snapshot)
    assert report.verdict is Verdict.VALID
    assert report.kind is ArtifactKind.PDF
    assert report.license is not None
    assert report.license["identifier"] == issued.identifier
    assert report.signatures[0].time_source == "timestamp"


def test_a_credential_as_issued_is_valid_and_needs_no_receipt(
    made: Province, issued: Issued, snapshot: TrustSnapshot
) -> None:
    report = made.verify(issued.credential, snapshot=snapshot)
    assert report.verdict is Verdict.VALID
    assert report.kind is ArtifactKind.SD_JWT_VC
    assert outcome(report, "receipt") is Outcome.NOT_APPLICABLE
    assert report.license is not None
    assert report.license["holder_binding"] == "absent"


def test_every_face_of_one_license_gets_the_same_verdict(
    made: Province, issued: Issued, snapshot: TrustSnapshot
) -> None:
    faces = (issued.document, issued.credential, issued.identifier, f"{made.url}/l/{issued.secret}")
    reports = [made.verify(face, snapshot=snapshot, lookup=made.lookup) for face in faces]
    assert [report.verdict for report in reports] == [Verdict.VALID] * 4
    assert {report.license["identifier"] for report in reports if report.license} == {issued.identifier}


def test_a_bit_changed_anywhere_in_the_credential_is_never_valid(
    made: Province, issued: Issued, snapshot: TrustSnapshot
) -> None:
    octets = issued.credential.encode()
    for place in range(0, len(octets), 97):
        changed = bytearray(octets)
        changed[place] ^= 1
        assert made.verify(bytes(changed), snapshot=snapshot).verdict is not Verdict.VALID, place


def test_a_credential_with_another_claim_in_it_is_invalid(made: Province, snapshot: TrustSnapshot) -> None:
    good = a_draft(made)
    jwt = sign(made, good).split("~")
    other = sign(made, a_draft(made, valid_until="2051-03-17")).split("~")
    header, _, signature = jwt[0].split(".")
    forged = "~".join([".".join([header, other[0].split(".")[1], signature]), *other[1:]])
    report = made.verify(forged, snapshot=snapshot)
    assert report.verdict is Verdict.INVALID
    assert outcome(report, "signature") is Outcome.FAIL


def test_a_document_changed_after_sealing_is_invalid(
    made: Province, issued: Issued, snapshot: TrustSnapshot
) -> None:
    changed = issued.document.replace(b"/Type/OutputIntent", b"/Type/OutputIntemt", 1)
    assert changed != issued.document
    assert made.verify(changed, snapshot=snapshot).verdict is Verdict.INVALID


def test_an_unsigned_document_is_indeterminate(made: Province, snapshot: TrustSnapshot) -> None:
    page = the_press().print(a_content(made), verify_url="https://x", attachments=None, demonstration=True)
    report = made.verify(page.pdf, snapshot=snapshot)
    assert report.verdict is Verdict.INDETERMINATE
    assert report.license is None


def test_a_document_without_its_receipt_is_invalid(made: Province, snapshot: TrustSnapshot) -> None:
    report = made.verify(a_document(made, receipt=b""), snapshot=snapshot)
    assert report.verdict is Verdict.INVALID
    assert outcome(report, "receipt") is Outcome.FAIL


@pytest.mark.parametrize("receipt", [b"{}", b"not json", None], ids=["empty", "garbage", "another record's"])
def test_a_document_with_a_wrong_receipt_is_invalid(
    made: Province, issued: Issued, receipt: bytes | None
) -> None:
    wrong = issued.receipt.to_json() if receipt is None else receipt
    report = made.verify(a_document(made, receipt=wrong))
    assert report.verdict is Verdict.INVALID
    assert outcome(report, "receipt") is Outcome.FAIL


def test_a_page_that_says_something_else_than_the_data_inside_is_invalid(made: Province) -> None:
    draft = a_draft(made)
    richer = a_content(made, a_record(claims={"registered_capital": "90000000.00"}))
    report = made.verify(a_document(made, draft=draft, printed=richer))
    assert report.verdict is Verdict.INVALID
    assert outcome(report, "faces_agree") is Outcome.FAIL


def test_a_document_whose_page_and_data_agree_is_valid(made: Province) -> None:
    content = a_content(made)
    report = made.verify(a_document(made, draft=a_draft(made, content), printed=content))
    assert report.verdict is Verdict.VALID


def test_a_sealed_document_without_a_license_is_judged_by_its_seal_alone(made: Province) -> None:
    page = the_press().print(a_content(made), verify_url="https://x", attachments=None, demonstration=True)
    report = made.verify(sealed(made, page.pdf))
    assert report.license is None
    assert outcome(report, "faces_agree") is None
    assert outcome(report, "pdf.integrity") is Outcome.PASS


def test_an_expired_license_is_invalid(made: Province) -> None:
    record = a_record(valid_until="2026-11-21")
    report = made.verify(sign(made, a_draft(made, a_content(made, record))))
    assert report.verdict is Verdict.INVALID
    assert outcome(report, "validity") is Outcome.FAIL


def test_a_license_is_valid_through_its_last_day_in_china(made: Province) -> None:
    record = a_record(valid_until="2026-11-22")
    credential = sign(made, a_draft(made, a_content(made, record)))
    snapshot = made.snapshot()
    last = datetime.fromtimestamp(start_of_day(day("2026-11-23")) - 1, NOW.tzinfo)
    assert made.verify(credential, snapshot=snapshot, now=last).verdict is Verdict.VALID
    later = last + timedelta(seconds=1)
    assert made.verify(credential, snapshot=snapshot, now=later).verdict is Verdict.INVALID


def test_a_license_that_has_not_begun_is_invalid(made: Province) -> None:
    record = a_record(valid_from="2026-11-24")
    report = made.verify(sign(made, a_draft(made, a_content(made, record))))
    assert outcome(report, "validity") is Outcome.FAIL


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 4_000_000_000},
        {"exp": None},
        {"nbf": 0},
        {"nbf": None},
        {"iat": "yesterday"},
        {"valid_until": None},
        {"iat": start_of_day(day("2026-11-24"))},
    ],
    ids=["later end", "no end", "earlier start", "no start", "no day", "no day printed", "from the future"],
)
def test_dates_that_contradict_each_other_are_invalid(made: Province, changes: dict[str, Any]) -> None:
    report = made.verify(a_credential(made, **changes))
    assert outcome(report, "validity") is Outcome.FAIL


def test_an_identifier_with_a_wrong_check_character_is_invalid(made: Province) -> None:
    number = str(a_content(made).identifier)
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    report = made.verify(a_credential(made, identifier=wrong))
    assert outcome(report, "identifier") is Outcome.FAIL


def test_an_identifier_of_another_issuer_is_invalid(made: Province) -> None:
    other = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
    report = made.verify(a_credential(made, identifier=other))
    assert outcome(report, "identifier") is Outcome.FAIL


def test_a_type_that_is_not_in_the_catalogue_is_indeterminate(made: Province) -> None:
    report = made.verify(a_credential(made, vct="urn:example:other"))
    assert outcome(report, "license_type") is Outcome.UNKNOWN
    assert report.verdict is Verdict.INDETERMINATE


def test_a_type_that_contradicts_its_vct_is_invalid(made: Province) -> None:
    report = made.verify(a_credential(made, vct="urn:xinzheng:license:real-estate-ownership:1"))
    assert outcome(report, "license_type") is Outcome.FAIL


def test_personal_data_is_masked_in_the_report(
    made: Province, issued: Issued, snapshot: TrustSnapshot
) -> None:
    report = made.verify(issued.document, snapshot=snapshot)
    assert "陆清扬" not in str(report.to_json())
    assert report.license is not None
    assert report.license["claims"]["legal_representative"] == "陆**"
    assert report.license["holder"]["code"] == COMPANY, "an organisation's code is public"


def test_the_answer_says_how_old_its_oldest_evidence_is(made: Province, issued: Issued) -> None:
    old = made.signed_trust_list(now=NOW - timedelta(hours=6))
    snapshot = made.snapshot(trust_lists=[old])
    report = made.verify(issued.credential, snapshot=snapshot)
    assert report.verdict is Verdict.VALID
    assert report.as_of == (NOW - timedelta(hours=6)).replace(microsecond=0)


def test_a_moment_in_the_past_is_judged_by_evidence_that_covers_it(made: Province, issued: Issued) -> None:
    snapshot = made.snapshot()
    later = NOW + timedelta(hours=20)
    assert made.verify(
        issued.credential, snapshot=snapshot, now=later + timedelta(days=9), at=later
    ).verdict is (Verdict.VALID)
    before = NOW - timedelta(hours=1)
    report = made.verify(issued.credential, snapshot=snapshot, now=NOW, at=before)
    assert outcome(report, "status") is Outcome.UNKNOWN
