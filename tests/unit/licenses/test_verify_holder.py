"""Who shows the license: bound to a key or not, proven just now, earlier, or by somebody else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from keys.jwk import public_jwk
from keys.report import Outcome, Verdict
from keys.signer import KeyHandle, KeyUse
from licenses.credential_reading import parse_credential
from licenses.key_binding import bind_key, select_disclosures
from licenses.snapshot import TrustSnapshot
from tests.builders import a_province
from tests.databases import Databases
from tests.forger import a_credential
from tests.materials import NOW
from tests.province import Province, outcome
from tests.unit.keys.world import loose_handle


@pytest.fixture(scope="module")
def made(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    folder = tmp_path_factory.mktemp("holder")
    database = databases.fresh(folder)
    yield a_province(folder, database)
    database.close()


@pytest.fixture(scope="module")
def wallet() -> KeyHandle:
    return loose_handle(KeyUse.LOGIN_TOKEN, kid="wallet")[0]


@pytest.fixture(scope="module")
def bound(made: Province, wallet: KeyHandle) -> str:
    return a_credential(made, holder_jwk=public_jwk(wallet.public_key))


@pytest.fixture(scope="module")
def snapshot(made: Province, bound: str) -> TrustSnapshot:
    del bound
    return made.snapshot()


def proof(presentation: str, wallet: KeyHandle, **when: timedelta) -> str:
    signer = wallet.standing(KeyUse.LOGIN_TOKEN)
    now = NOW - when.get("ago", timedelta(0))
    return bind_key(presentation, audience="https://desk.example", nonce="n-1", signer=signer, now=now)


def test_a_license_shown_with_its_holders_key_is_proven(
    made: Province, bound: str, wallet: KeyHandle, snapshot: TrustSnapshot
) -> None:
    report = made.verify(proof(bound, wallet), snapshot=snapshot)
    assert report.verdict is Verdict.VALID
    assert outcome(report, "holder_binding") is Outcome.PASS
    assert report.license is not None
    assert report.license["holder_binding"] == "proven"


def test_a_bound_license_without_a_proof_is_valid_but_unproven(
    made: Province, bound: str, snapshot: TrustSnapshot
) -> None:
    report = made.verify(bound, snapshot=snapshot)
    assert report.verdict is Verdict.VALID
    assert report.license is not None
    assert report.license["holder_binding"] == "unproven"


def test_a_proof_from_another_time_proves_nothing(
    made: Province, bound: str, wallet: KeyHandle, snapshot: TrustSnapshot
) -> None:
    for ago in (timedelta(minutes=6), timedelta(minutes=-2)):
        report = made.verify(proof(bound, wallet, ago=ago), snapshot=snapshot)
        assert outcome(report, "holder_binding") is Outcome.NOT_APPLICABLE
        assert report.license is not None
        assert report.license["holder_binding"] == "unproven"


def test_a_proof_by_another_key_is_invalid(made: Province, bound: str, snapshot: TrustSnapshot) -> None:
    thief, _ = loose_handle(KeyUse.LOGIN_TOKEN, kid="thief")
    report = made.verify(proof(bound, thief), snapshot=snapshot)
    assert outcome(report, "holder_binding") is Outcome.FAIL
    assert report.verdict is Verdict.INVALID


def test_a_proof_for_other_disclosures_is_invalid(
    made: Province, bound: str, wallet: KeyHandle, snapshot: TrustSnapshot
) -> None:
    parsed = parse_credential(bound)
    fewer = select_disclosures(parsed, list(parsed.disclosures.values())[:3])
    kb = proof(bound, wallet).rpartition("~")[2]
    report = made.verify(fewer + kb, snapshot=snapshot)
    assert outcome(report, "holder_binding") is Outcome.FAIL


def test_a_proof_on_a_license_bound_to_no_key_is_invalid(made: Province, wallet: KeyHandle) -> None:
    report = made.verify(proof(a_credential(made), wallet))
    assert outcome(report, "holder_binding") is Outcome.FAIL


def test_what_the_holder_withholds_is_not_shown_and_nothing_else_changes(
    made: Province, bound: str, wallet: KeyHandle, snapshot: TrustSnapshot
) -> None:
    parsed = parse_credential(bound)
    shown = [path for path in parsed.disclosures.values() if path == ("claims", "address")]
    report = made.verify(proof(select_disclosures(parsed, shown), wallet), snapshot=snapshot)
    assert report.verdict is Verdict.VALID
    assert report.license is not None
    assert set(report.license["claims"]) == {"address"}
    assert report.license["holder"] is None
