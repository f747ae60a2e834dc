"""What an act that died leaves behind is finished or given up, and can be asked for again."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from api.checking import check_node
from api.demonstration.departments import Founding
from api.demonstration.operators import read_operator_key
from api.departments import found_departments
from api.founding import root_folder_of
from api.in_flight import in_flight, nobody_in_flight
from api.licensing import issue, issue_batch, read_record
from api.node import LOCK_FILE, Node
from api.perform import Observe, Step
from api.recover import GRACE, Recovered, recover
from api.sealing import application_for, approve, make_approved, request_seal, sign_approval
from keys.intents import open_intents
from licenses.order import IssueOrder
from licenses.store import licenses
from seal.lifecycle import RequestState, SealState
from seal.rank import Emblem
from seal.request import read_request
from seal.store import list_seals
from tests.nodes import HandClock, example

DEPARTMENT = "11330000XYXY00013Y"


class Died(BaseException):
    """Stands for the end of the process: no handler of ours catches it."""


def dying_at(step: Step, after: int = 1) -> Observe:
    left = after

    def observe(reached: Step) -> None:
        nonlocal left
        if reached is step:
            left -= 1
            if left == 0:
                raise Died

    return observe


def later(node: Node, clock: HandClock) -> Recovered:
    clock.advance(GRACE)
    return recover(node)


def order(node: Node, key: str | None = None) -> IssueOrder:
    return IssueOrder(read_record(node, example("business-license")), "op-1", "", key)


def approved(node: Node) -> UUID:
    application = application_for(
        node,
        DEPARTMENT,
        name="浙江省市场监督管理局",
        rank="department_or_unit",
        diameter_mm=Decimal(42),
        emblem=Emblem.STAR,
        reason="a test",
    )
    request = request_seal(node, application, by="op-1")
    key = read_operator_key(root_folder_of(node.folder) / "operators" / "op-2.pem")
    approve(node, request.request_id, by="op-2", signature=sign_approval(request, key))
    return request.request_id


def test_a_sound_node_has_nothing_to_recover(node: Node) -> None:
    assert recover(node) == Recovered()


def test_an_interrupted_batch_is_finished_license_by_license(node: Node, clock: HandClock) -> None:
    with pytest.raises(Died):
        issue_batch(node, [order(node) for _ in range(3)], observe=dying_at(Step.SIGNED, after=2))
    assert later(node, clock).finished == ("license.issue",) * 3
    with node.database.reading() as session:
        assert licenses.pending(session) == []
    assert check_node(node) == []


@pytest.mark.parametrize("step", [Step.COMMITTED, Step.SIGNED, Step.STORED, Step.FINISHED])
@pytest.mark.parametrize("act", [1, 2], ids=["certificate", "seal"])
def test_a_seal_whose_making_died_is_given_up_and_the_approval_makes_another(
    node: Node, clock: HandClock, step: Step, act: int
) -> None:
    request = approved(node)
    with pytest.raises(Died):
        make_approved(node, [request], observe=dying_at(step, after=act))
    done = later(node, clock)
    assert done.given_up == (("certificate.issue", "seal.make")[act - 1],)
    with node.database.reading() as session:
        assert open_intents(session) == []
        assert read_request(session, request).state is RequestState.APPROVED
    (made,) = make_approved(node, [request])
    assert made.state == SealState.ACTIVE
    with node.database.reading() as session:
        states = [row.state for row in list_seals(session, owner_code=DEPARTMENT)]
    assert states.count(SealState.ACTIVE) == 2
    assert SealState.PENDING not in states
    assert check_node(node) == []


def test_a_certificate_nobody_stored_is_on_the_next_crl(node: Node, clock: HandClock) -> None:
    one = Founding("11330000XYXY00048H", "示例部门", frozenset({"business-license"}))
    with pytest.raises(Died):
        found_departments(node, [one], requested_by="a test", observe=dying_at(Step.SIGNED))
    with node.database.reading() as session:
        serial = session.execute(text("SELECT serial FROM certificate WHERE state = 'pending'")).scalar_one()
    assert later(node, clock).given_up == ("certificate.issue",)
    crls = node.snapshot().x509.crls
    assert any(crl.get_revoked_certificate_by_serial_number(int(serial, 16)) for crl in crls)


def test_nothing_is_touched_while_another_process_is_signing(node: Node, clock: HandClock) -> None:
    with pytest.raises(Died):
        issue(node, order(node), observe=dying_at(Step.COMMITTED))
    with in_flight(node.folder / LOCK_FILE):
        assert recover(node) == Recovered()
    clock.advance(GRACE + timedelta(seconds=1))
    assert recover(node).finished == ("license.issue",)


def test_the_exclusive_lock_is_had_only_when_nobody_signs(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with nobody_in_flight(lock) as alone:
        assert alone
    with in_flight(lock), in_flight(lock), nobody_in_flight(lock) as alone:
        assert not alone
    with nobody_in_flight(lock) as alone:
        assert alone


def test_an_act_that_cannot_be_finished_stays_open_and_is_named(node: Node, clock: HandClock) -> None:
    with pytest.raises(Died):
        issue(node, order(node, "K"), observe=dying_at(Step.COMMITTED))
    with node.database.writing() as session:
        session.execute(text("UPDATE seal SET state = 'suspended'"))
        session.commit()
    assert later(node, clock).stuck == ("license.issue",)
    clock.advance(timedelta(seconds=1))
    assert {one.check for one in check_node(node)} == {"intents"}
    with node.database.writing() as session:
        session.execute(text("UPDATE seal SET state = 'active'"))
        session.commit()
    assert issue(node, order(node, "K")).repeated
