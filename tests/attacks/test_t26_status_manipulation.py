"""T26: whoever holds old, foreign or edited status data must not make a withdrawn license look valid."""

import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.db import Database
from keys.codes.credit import make_credit_code
from keys.encoding import b64url, canonical_json
from keys.jws import sign_compact
from keys.report import Outcome, Verdict
from keys.signer import KeyUse
from licenses.audit import audit_licenses
from licenses.credential import x5c_header
from licenses.issue import Issued
from licenses.lifecycle import Ground, Operation
from licenses.status_list import LEAST_SIZE, StatusList
from licenses.status_token import TYP, build_status_token
from licenses.store.changes import CHANGE
from licenses.store.licenses import LICENSE
from tests.builders import a_province
from tests.databases import Databases
from tests.materials import NOW
from tests.province import Province, outcome

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def made(database: Database, tmp_path: Path) -> Province:
    return a_province(tmp_path, database)


@pytest.fixture
def revoked(made: Province) -> Issued:
    issued = made.issue()
    made.change(issued, Operation.END, Ground.REVOKED, now=LATER)
    return issued


@pytest.fixture
def neighbour(made: Province, databases: Databases, tmp_path: Path) -> Iterator[Province]:
    """Another node under the same root."""
    folder = tmp_path / "gd"
    folder.mkdir()
    database = databases.fresh(folder)
    code = make_credit_code("440000", department="1", category="1", body="MB000456")
    yield a_province(
        folder, database, region="440000", url="https://gd.example", root=made.root, department=code
    )
    database.close()


def own_token(made: Province, by: Province, statuses: StatusList, **times: object) -> dict[str, str]:
    """A token for the (only) list of `made`, signed by the status signer of `by`."""
    uri = next(iter(made.status_tokens(now=LATER)))
    known = {"now": LATER, "lifetime": timedelta(hours=24), "ttl": timedelta(minutes=5)} | times
    signer = by.publisher.handle.standing(KeyUse.STATUS_TOKEN)
    token = build_status_token(statuses, uri=uri, signer=signer, x5c=by.publisher.chain, **known)  # type: ignore[arg-type]
    return {uri: token}


def test_a_replayed_old_token_dies_with_its_exp(made: Province) -> None:
    issued = made.issue()
    old = made.status_tokens()
    made.change(issued, Operation.END, Ground.REVOKED, now=LATER)
    replayed = made.snapshot(now=LATER, status_tokens=old)
    report = made.verify(issued.credential, snapshot=replayed, now=LATER)
    assert report.as_of == NOW.replace(microsecond=0), "inside its lifetime it says as of when"
    much_later = NOW + timedelta(hours=25)
    stale = made.verify(
        issued.credential, snapshot=made.snapshot(now=much_later, status_tokens=old), now=much_later
    )
    assert stale.verdict is Verdict.INDETERMINATE


def test_a_list_signed_by_another_node_is_not_believed(
    made: Province, revoked: Issued, neighbour: Province
) -> None:
    all_valid = own_token(made, neighbour, StatusList.of({}, LEAST_SIZE))
    base = made.snapshot(now=LATER)
    both = made.snapshot(
        now=LATER,
        status_tokens=all_valid,
        x509=type(base.x509)(
            base.x509.anchors,
            (*base.x509.intermediates, neighbour.authority.certificate),
            (*base.x509.crls, *neighbour.x509_snapshot(now=LATER).crls),
            LATER,
        ),
    )
    report = made.verify(revoked.credential, snapshot=both, now=LATER)
    assert outcome(report, "status") is Outcome.UNKNOWN
    assert report.verdict is not Verdict.VALID


def test_a_list_signed_by_a_key_for_something_else_is_not_believed(made: Province, revoked: Issued) -> None:
    uri = next(iter(made.status_tokens(now=LATER)))
    handle, certificate = made.list_signer
    forged = sign_compact(
        canonical_json(
            {
                "sub": uri,
                "iat": int(LATER.timestamp()),
                "exp": int(LATER.timestamp()) + 9999,
                "ttl": 60,
                "status_list": {"bits": 2, "lst": StatusList.of({}, LEAST_SIZE).encode()},
            }
        ),
        signer=handle.standing(KeyUse.TRUST_LIST),
        typ=TYP,
        header={"x5c": x5c_header([certificate])},
    )
    report = made.verify(
        revoked.credential, snapshot=made.snapshot(now=LATER, status_tokens={uri: forged}), now=LATER
    )
    assert outcome(report, "status") is Outcome.UNKNOWN


def test_a_token_of_another_list_under_this_lists_name_is_left_out(made: Province, revoked: Issued) -> None:
    (uri, token) = next(iter(made.status_tokens(now=LATER).items()))
    snapshot = made.snapshot(now=LATER, status_tokens={uri + "x": token})
    assert [one.what for one in snapshot.rejected] == [uri + "x"]
    report = made.verify(revoked.credential, snapshot=snapshot, now=LATER)
    assert outcome(report, "status") is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "status_list",
    [
        {"bits": 1, "lst": b64url(zlib.compress(b"\0" * 32768))},
        {"bits": 2, "lst": b64url(zlib.compress(b"\0" * (9 * 1024 * 1024)))},
        {"bits": 2, "lst": "!!"},
        {"bits": 2},
    ],
    ids=["wrong bits", "zlib bomb", "not base64", "no list"],
)
def test_a_list_that_is_not_one_is_left_out(
    made: Province, revoked: Issued, status_list: dict[str, object]
) -> None:
    uri = next(iter(made.status_tokens(now=LATER)))
    payload = {"sub": uri, "iat": int(LATER.timestamp()), "exp": 4_000_000_000, "status_list": status_list}
    token = sign_compact(
        canonical_json(payload),
        signer=made.publisher.handle.standing(KeyUse.STATUS_TOKEN),
        typ=TYP,
        header={"x5c": x5c_header(made.publisher.chain)},
    )
    snapshot = made.snapshot(now=LATER, status_tokens={uri: token})
    assert len(snapshot.rejected) == 1
    assert made.verify(revoked.credential, snapshot=snapshot, now=LATER).verdict is not Verdict.VALID


def test_an_honest_database_passes_the_audit(made: Province, revoked: Issued) -> None:
    held = made.issue(now=LATER)
    made.issue(now=LATER, operation=Operation.CHANGE, predecessor=held.license_id)
    with made.database.reading() as session:
        assert audit_licenses(session, made.cipher, made.log.origin) == []
    assert revoked.license_id != held.license_id


@pytest.mark.parametrize("edit", ["state", "history", "both", "operation"])
def test_revoked_made_valid_by_hand_is_found_against_the_log(
    made: Province, revoked: Issued, edit: str
) -> None:
    with made.database.writing() as session:
        if edit in ("state", "both"):
            session.execute(LICENSE.update().where(LICENSE.c.id == revoked.license_id).values(state="01"))
        last = CHANGE.c.operation == Operation.END.value
        if edit in ("history", "both"):
            session.execute(CHANGE.delete().where(last))
        if edit == "operation":
            session.execute(CHANGE.update().where(last).values(operation="03", ground=None, after="02"))
            session.execute(LICENSE.update().where(LICENSE.c.id == revoked.license_id).values(state="02"))
        session.commit()
    with made.database.reading() as session:
        assert audit_licenses(session, made.cipher, made.log.origin) != []


def test_a_superseded_license_made_valid_by_hand_is_found(made: Province) -> None:
    old = made.issue()
    made.issue(now=LATER, operation=Operation.CHANGE, predecessor=old.license_id)
    with made.database.writing() as session:
        session.execute(LICENSE.update().where(LICENSE.c.id == old.license_id).values(state="01"))
        session.execute(CHANGE.delete().where(CHANGE.c.license_id == old.license_id, CHANGE.c.after == "99"))
        session.commit()
    with made.database.reading() as session:
        assert audit_licenses(session, made.cipher, made.log.origin) != []
