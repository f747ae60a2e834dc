"""What a verifier trusts decides: no anchor, old lists, wrong lists, a department without the right."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ca.revoke import Reason, hold, release, revoke
from keys.jws import sign_compact
from keys.report import Outcome, Verdict
from keys.signer import KeyUse
from licenses.accreditation import Accreditation
from licenses.issue import Issued
from licenses.lifecycle import Ground, Operation
from licenses.snapshot import TrustSnapshot
from licenses.status_list import LEAST_SIZE
from tests.builders import a_province
from tests.databases import Databases
from tests.forger import a_content, a_credential, a_document, a_draft, under_intent
from tests.materials import BUREAU, BUSINESS, NOW, TODAY, a_record
from tests.province import Province, outcome

LATER = NOW + timedelta(hours=1)


@pytest.fixture(scope="module")
def made(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    folder = tmp_path_factory.mktemp("evidence")
    database = databases.fresh(folder)
    yield a_province(folder, database)
    database.close()


@pytest.fixture
def own(databases: Databases, tmp_path: Path) -> Iterator[Province]:
    """A node of this test alone, where time may pass: a log takes nothing from before its last entry."""
    database = databases.fresh(tmp_path)
    yield a_province(tmp_path, database)
    database.close()


@pytest.fixture(scope="module")
def issued(made: Province) -> Issued:
    return made.issue()


@pytest.fixture(scope="module")
def snapshot(made: Province, issued: Issued) -> TrustSnapshot:
    del issued
    return made.snapshot()


def grant(**changes: object) -> Accreditation:
    good = Accreditation(BUREAU, "局", frozenset({BUSINESS}), "330000", TODAY, TODAY + timedelta(days=30))
    return replace(good, **changes)  # type: ignore[arg-type]


def with_list(made: Province, snapshot: TrustSnapshot, *grants: Accreditation) -> TrustSnapshot:
    tokens = {uri: token for uri, token in made.status_tokens().items()}
    return made.snapshot(
        x509=snapshot.x509, trust_lists=[made.signed_trust_list(grants=grants)], status_tokens=tokens
    )


@pytest.mark.parametrize("face", ["credential", "document"])
def test_without_an_anchor_nothing_is_valid_and_nothing_is_condemned(
    made: Province, issued: Issued, snapshot: TrustSnapshot, face: str
) -> None:
    nobody = replace(snapshot, x509=replace(snapshot.x509, anchors=()), memory={})
    report = made.verify(getattr(issued, face), snapshot=nobody)
    assert report.verdict is Verdict.INDETERMINATE
    assert outcome(report, "issuer_certificate") is Outcome.UNKNOWN
    assert outcome(report, "status") is Outcome.UNKNOWN
    assert outcome(report, "accreditation") is Outcome.UNKNOWN


def test_a_perfect_signature_from_a_department_without_the_right_is_invalid(
    made: Province, issued: Issued, snapshot: TrustSnapshot
) -> None:
    other_type = with_list(made, snapshot, grant(license_types=frozenset({"real-estate-ownership"})))
    report = made.verify(issued.credential, snapshot=other_type)
    assert outcome(report, "signature") is Outcome.PASS
    assert outcome(report, "accreditation") is Outcome.FAIL
    assert report.verdict is Verdict.INVALID
    nobody = with_list(made, snapshot)
    assert made.verify(issued.document, snapshot=nobody).verdict is Verdict.INVALID


def test_a_license_issued_before_the_right_began_is_invalid(
    made: Province, issued: Issued, snapshot: TrustSnapshot
) -> None:
    from_tomorrow = with_list(made, snapshot, grant(valid_from=TODAY + timedelta(days=1)))
    report = made.verify(issued.credential, snapshot=from_tomorrow)
    assert outcome(report, "accreditation") is Outcome.FAIL


def test_a_license_issued_while_the_right_lasted_stays_valid_after_it(
    made: Province, issued: Issued, snapshot: TrustSnapshot
) -> None:
    over = with_list(made, snapshot, grant(valid_until=NOW + timedelta(minutes=1)))
    report = made.verify(issued.credential, snapshot=over, now=LATER)
    assert report.verdict is Verdict.VALID


def test_a_license_for_another_region_than_the_grant_is_invalid(
    made: Province, issued: Issued, snapshot: TrustSnapshot
) -> None:
    elsewhere = with_list(made, snapshot, grant(region="330100"))
    assert outcome(made.verify(issued.credential, snapshot=elsewhere), "accreditation") is Outcome.FAIL


def test_an_old_trust_list_leaves_the_question_open(made: Province, issued: Issued) -> None:
    old = made.signed_trust_list(expires_at=NOW - timedelta(seconds=1))
    report = made.verify(issued.credential, snapshot=made.snapshot(trust_lists=[old]))
    assert outcome(report, "accreditation") is Outcome.UNKNOWN
    assert report.verdict is Verdict.INDETERMINATE


def test_without_a_trust_list_the_issuer_stays_unknown(made: Province, issued: Issued) -> None:
    report = made.verify(issued.document, snapshot=made.snapshot(trust_lists=[]))
    assert outcome(report, "issuer_binding") is Outcome.UNKNOWN
    assert outcome(report, "receipt") is Outcome.UNKNOWN
    assert report.verdict is Verdict.INDETERMINATE


def test_without_a_status_list_the_answer_is_never_valid(made: Province, issued: Issued) -> None:
    report = made.verify(issued.credential, snapshot=made.snapshot(status_tokens={}))
    assert outcome(report, "status") is Outcome.UNKNOWN
    assert report.verdict is Verdict.INDETERMINATE


def test_a_stale_status_list_leaves_the_question_open(made: Province, issued: Issued) -> None:
    snapshot = made.snapshot()
    report = made.verify(issued.credential, snapshot=snapshot, now=NOW + timedelta(hours=24))
    assert outcome(report, "status") is Outcome.UNKNOWN


def test_a_license_that_names_no_status_list_is_never_valid(made: Province) -> None:
    for status in (None, {}, {"status_list": {"idx": 1}}, {"status_list": {"uri": 5, "idx": 1}}, "x"):
        report = made.verify(a_credential(made, status=status))
        assert outcome(report, "status") is Outcome.UNKNOWN


@pytest.mark.parametrize("index", [LEAST_SIZE, -1, 2**40, "7", None, True])
def test_an_index_outside_its_list_is_refused(made: Province, index: object) -> None:
    with made.database.reading():
        uri = next(iter(made.status_tokens()))
    report = made.verify(a_credential(made, status={"status_list": {"uri": uri, "idx": index}}))
    assert outcome(report, "status") is Outcome.FAIL


def test_a_stale_crl_leaves_the_question_open(own: Province) -> None:
    issued, old = own.issue(), own.snapshot()
    much_later = NOW + timedelta(days=60)
    stale = replace(own.snapshot(now=much_later), x509=old.x509)
    report = own.verify(issued.credential, snapshot=stale, now=much_later)
    assert outcome(report, "issuer_certificate") is Outcome.UNKNOWN
    assert report.verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize(
    ("operation", "ground", "expected"),
    [
        (Operation.SUSPEND, None, "suspended"),
        (Operation.END, Ground.REVOKED, "invalid"),
        (Operation.END, Ground.RESCINDED, "invalid"),
        (Operation.END, Ground.CANCELLED, "invalid"),
        (Operation.END, Ground.TRANSFERRED, "suspended"),
        (Operation.EXPIRE, None, "invalid"),
    ],
)
def test_a_license_that_was_withdrawn_is_invalid_and_the_reason_stays_private(
    own: Province, operation: Operation, ground: Ground | None, expected: str
) -> None:
    withdrawn = own.issue()
    own.change(withdrawn, operation, ground, now=LATER)
    for face in (withdrawn.credential, withdrawn.document):
        report = own.verify(face, now=LATER, lookup=own.lookup)
        assert report.verdict is Verdict.INVALID
        assert outcome(report, "status") is Outcome.FAIL
        assert report.license is not None
        assert report.license["status"] == expected
        for secret in ("吊销", "撤销"):
            assert secret not in str(report.license)


def test_a_license_given_back_is_valid_again(own: Province) -> None:
    held = own.issue()
    own.change(held, Operation.SUSPEND, now=LATER)
    own.change(held, Operation.RESTORE, now=LATER + timedelta(minutes=1))
    after = LATER + timedelta(minutes=2)
    assert own.verify(held.credential, now=after).verdict is Verdict.VALID


@pytest.mark.parametrize("operation", [Operation.CHANGE, Operation.RENEW])
def test_a_superseded_license_is_invalid_and_its_successor_is_named(
    own: Province, operation: Operation
) -> None:
    old = own.issue()
    record = a_record(claims={"address": "杭州市西湖区文三路2号"})
    new = own.issue(record, now=LATER, operation=operation, predecessor=old.license_id)
    report = own.verify(old.credential, now=LATER, lookup=own.lookup)
    assert report.verdict is Verdict.INVALID
    (check,) = (check for check in report.checks if check.id == "superseded")
    assert check.outcome is Outcome.FAIL
    assert new.identifier in check.detail
    assert new.identifier in check.detail_zh
    offline = own.verify(old.document, now=LATER)
    assert offline.verdict is Verdict.INVALID
    assert own.verify(new.document, now=LATER).verdict is Verdict.VALID


def with_issuer_revoked(own: Province, *, at: datetime, now: datetime) -> TrustSnapshot:
    with own.database.writing() as session:
        revoke(session, own.desk.department.issuer_chain[0].serial_number, Reason.KEY_COMPROMISE, at)
        session.commit()
    return own.snapshot(now=now)


def test_a_certificate_revoked_on_the_day_of_issue_condemns_a_lone_credential(own: Province) -> None:
    issued = own.issue()
    snapshot = with_issuer_revoked(own, at=LATER, now=LATER)
    report = own.verify(issued.credential, snapshot=snapshot, now=LATER)
    assert outcome(report, "issuer_certificate") is Outcome.FAIL
    assert report.verdict is Verdict.INVALID


def test_a_certificate_revoked_before_signing_condemns_the_document(own: Province) -> None:
    document = own.issue(now=LATER).document
    snapshot = with_issuer_revoked(own, at=NOW, now=LATER)
    report = own.verify(document, snapshot=snapshot, now=LATER)
    assert outcome(report, "issuer_certificate") is Outcome.FAIL
    assert report.verdict is Verdict.INVALID


def test_a_certificate_revoked_later_condemns_nothing_that_a_time_stamp_proves_older(own: Province) -> None:
    issued = own.issue()
    day_after = NOW + timedelta(days=2)
    snapshot = with_issuer_revoked(own, at=day_after, now=day_after)
    alone = own.verify(issued.credential, snapshot=snapshot, now=day_after)
    assert outcome(alone, "issuer_certificate") is Outcome.UNKNOWN
    assert alone.verdict is Verdict.INDETERMINATE
    document = own.verify(issued.document, snapshot=snapshot, now=day_after)
    assert outcome(document, "issuer_certificate") is Outcome.PASS
    assert document.verdict is Verdict.VALID


def test_an_issuer_that_its_certificate_does_not_name_is_invalid(made: Province) -> None:
    other = {"name": "冒名局", "code": "11430000006122244L", "region": "330000"}
    report = made.verify(a_credential(made, issuer=other))
    assert outcome(report, "issuer_binding") is Outcome.FAIL
    report = made.verify(a_credential(made, iss="https://elsewhere.example/issuers/" + BUREAU))
    assert outcome(report, "issuer_binding") is Outcome.FAIL


def test_a_credential_without_certificates_is_indeterminate(made: Province) -> None:
    draft = a_draft(made)
    intent, _ = under_intent(made, draft.record)
    signer = made.desk.issuer.under(intent, KeyUse.ISSUE_LICENSE)
    jwt = sign_compact(draft.record, signer=signer, typ="dc+sd-jwt")
    report = made.verify("~".join((jwt, *draft.disclosures, "")))
    assert report.verdict is Verdict.INDETERMINATE
    assert outcome(report, "signature") is Outcome.UNKNOWN


def test_a_seal_on_hold_makes_the_document_invalid_until_it_is_released(own: Province) -> None:
    document = a_document(own, printed=a_content(own))
    serial = own.desk.seal.certificate.serial_number
    with own.database.writing() as session:
        hold(session, serial, NOW)
        session.commit()
    assert own.verify(document, now=LATER).verdict is not Verdict.VALID
    with own.database.writing() as session:
        release(session, serial)
        session.commit()
