"""T33: a province, honest or not, speaks for itself and for nobody else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from api.db import Database
from ca.authority import key_id_of
from ca.names import Subject
from ca.profile import LICENSE_ISSUER
from keys.codes.credit import make_credit_code
from keys.report import Outcome, Verdict
from keys.signer import KeyUse
from licenses.accreditation import Accreditation
from licenses.credential import sign_credential
from licenses.snapshot import TrustSnapshot, build_snapshot
from tests.builders import a_province
from tests.databases import Databases
from tests.forger import a_content, a_credential, a_document, a_draft, sign, under_intent
from tests.materials import BUREAU, BUSINESS, TODAY, the_catalogue
from tests.province import Province, outcome
from tests.unit.keys.world import loose_handle

ROGUE_BUREAU = make_credit_code("440000", department="1", category="1", body="MB000456")


@pytest.fixture
def honest(database: Database, tmp_path: Path) -> Province:
    return a_province(tmp_path, database)


@pytest.fixture
def rogue(honest: Province, databases: Databases, tmp_path: Path) -> Iterator[Province]:
    """Under the same root, with every key it may rightly have."""
    folder = tmp_path / "rogue"
    folder.mkdir()
    database = databases.fresh(folder)
    yield a_province(
        folder, database, region="440000", url="https://gd.example", root=honest.root, department=ROGUE_BUREAU
    )
    database.close()


def both(honest: Province, rogue: Province, *lists: str) -> TrustSnapshot:
    """What a verifier knows who trusts both regions."""
    ours, theirs = honest.x509_snapshot(), rogue.x509_snapshot()
    return build_snapshot(
        x509=replace(
            ours,
            intermediates=ours.intermediates + theirs.intermediates,
            crls=ours.crls + theirs.crls,
        ),
        trust_lists=[honest.signed_trust_list(), *(lists or (rogue.signed_trust_list(),))],
        status_tokens={**honest.status_tokens(), **rogue.status_tokens()},
        catalogue=the_catalogue(),
    )


def test_two_honest_provinces_are_each_valid(honest: Province, rogue: Province) -> None:
    ours, theirs = honest.issue(), a_credential(rogue)
    snapshot = both(honest, rogue)
    assert honest.verify(ours.document, snapshot=snapshot).verdict is Verdict.VALID
    assert rogue.verify(theirs, snapshot=snapshot).verdict is Verdict.VALID


def test_a_list_cannot_accredit_outside_its_region(honest: Province, rogue: Province) -> None:
    theirs = Accreditation(
        ROGUE_BUREAU, "局", frozenset({BUSINESS}), "330000", TODAY, TODAY + timedelta(days=9)
    )
    snapshot = both(honest, rogue, rogue.signed_trust_list(grants=(theirs,)))
    assert len(snapshot.rejected) == 1
    report = rogue.verify(a_credential(rogue), snapshot=snapshot)
    assert report.verdict is not Verdict.VALID


def test_a_list_cannot_call_itself_another_region(honest: Province, rogue: Province) -> None:
    snapshot = both(honest, rogue, rogue.signed_trust_list(region="330000", name="浙江省", url=honest.url))
    assert len(snapshot.rejected) == 1


def test_a_list_cannot_take_over_another_nodes_authority(honest: Province, rogue: Province) -> None:
    stolen = frozenset({key_id_of(honest.authority.certificate), key_id_of(rogue.authority.certificate)})
    newer = rogue.signed_trust_list(authorities=stolen, version=99)
    issued = honest.issue()
    snapshot = both(honest, rogue, newer)
    assert len(snapshot.rejected) == 1
    assert honest.verify(issued.credential, snapshot=snapshot).verdict is Verdict.VALID


def test_a_license_in_the_name_of_another_provinces_department_is_refused(
    honest: Province, rogue: Province
) -> None:
    draft = a_draft(honest)
    snapshot = both(honest, rogue)
    forged = sign(rogue, draft)
    report = rogue.verify(forged, snapshot=snapshot)
    assert outcome(report, "signature") is Outcome.PASS, "the rogue signed it with its own good key"
    assert outcome(report, "issuer_binding") is Outcome.FAIL
    assert report.verdict is Verdict.INVALID


def test_a_certificate_in_the_name_of_another_provinces_department_does_not_help(
    honest: Province, rogue: Province
) -> None:
    """The rogue's CA certifies a department of the honest province, in its own region's name."""
    handle, _ = loose_handle(KeyUse.STATUS_TOKEN, kid="fake")
    subject = Subject("证照签发", "浙江省市场监督管理局", BUREAU, "广东省")
    certificate = rogue.certificate(LICENSE_ISSUER, subject, handle, san_uris=(honest.desk.iss,))
    forged = sign_credential(
        a_draft(honest), handle.standing(KeyUse.STATUS_TOKEN), (certificate, rogue.authority.certificate)
    )
    report = honest.verify(forged, snapshot=both(honest, rogue))
    assert outcome(report, "issuer_binding") is Outcome.FAIL
    assert outcome(report, "accreditation") is Outcome.FAIL
    assert report.verdict is Verdict.INVALID


def test_another_provinces_seal_on_a_document_is_refused(honest: Province, rogue: Province) -> None:
    document = a_document(honest, sealed_by=rogue)
    report = honest.verify(document, snapshot=both(honest, rogue))
    assert outcome(report, "seal_owner") is Outcome.FAIL
    assert report.verdict is Verdict.INVALID


def test_a_receipt_of_another_provinces_log_is_refused(honest: Province, rogue: Province) -> None:
    content = a_content(honest)
    draft = a_draft(honest, content)
    _, theirs = under_intent(rogue, draft.record)
    document = a_document(honest, draft=draft, printed=content, receipt=theirs.to_json())
    report = honest.verify(document, snapshot=both(honest, rogue))
    assert outcome(report, "receipt") is Outcome.FAIL
    assert report.verdict is Verdict.INVALID
