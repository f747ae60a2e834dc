"""`check` finds each kind of disagreement: for every check one node that is wrong in exactly that."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import text

from api.checking import CHECKS, check_node
from api.licensing import issue, read_record
from api.node import Node
from api.roles import Role
from licenses.order import IssueOrder
from tests.nodes import HandClock, example

Harm = Callable[[Node, HandClock], None]


def sql(statement: str) -> Harm:
    def harm(node: Node, _clock: HandClock) -> None:
        with node.database.writing() as session:
            if node.database.engine.dialect.name == "sqlite":
                session.execute(text("PRAGMA defer_foreign_keys=ON"))
            assert session.connection().execute(text(statement)).rowcount > 0
            session.commit()

    return harm


def dangling_row(node: Node, _clock: HandClock) -> None:
    """SQLite alone can be brought into this state, by somebody who switches its checks off."""
    connection = node.database.engine.raw_connection()
    connection.cursor().execute("PRAGMA foreign_keys=OFF")
    connection.cursor().execute("DELETE FROM seal_request")
    connection.cursor().execute("PRAGMA foreign_keys=ON")
    connection.close()


def another_public_key(node: Node, _clock: HandClock) -> None:
    keys = "(SELECT public_key FROM signing_key WHERE label = 'timestamp')"
    sql(f"UPDATE signing_key SET public_key = {keys} WHERE label = 'seal-maker'")(node, _clock)  # noqa: S608
    with node.database.reading() as session:
        node.keyring.load(session)


def another_anchor(node: Node, _clock: HandClock) -> None:
    certificate = node.services.certificate(Role.NODE_CA)
    (node.folder / "anchor.pem").write_bytes(certificate.public_bytes(Encoding.PEM))


def much_later(_node: Node, clock: HandClock) -> None:
    clock.advance(timedelta(days=30))


def forgotten_intent(node: Node, clock: HandClock) -> None:
    sql("UPDATE signing_intent SET state = 'open' WHERE kind = 'certificate.issue'")(node, clock)
    clock.advance(timedelta(minutes=5))


def lost_face(node: Node, clock: HandClock) -> None:
    sql("UPDATE license SET document_sealed = credential_sealed")(node, clock)


HARMS: dict[str, Harm] = {
    "keys": another_public_key,
    "anchor": another_anchor,
    "certificates": much_later,
    "log": sql("UPDATE log_node SET hash = root FROM log_head WHERE level = 0 AND idx = 0"),
    "intents": forgotten_intent,
    "licenses": lost_face,
    "status": sql("UPDATE license SET state = '02'"),
    "published": much_later,
}


@pytest.fixture
def busy(node: Node) -> Node:
    issue(node, IssueOrder(read_record(node, example("business-license")), "op-1"))
    return node


def test_a_node_at_work_is_sound(busy: Node) -> None:
    assert check_node(busy) == []


@pytest.mark.parametrize("name", HARMS)
def test_what_is_wrong_is_found_by_its_check(busy: Node, clock: HandClock, name: str) -> None:
    HARMS[name](busy, clock)
    found = [one for one in check_node(busy) if one.check == name]
    assert found
    assert all(one.detail and one.detail_zh for one in found)


def test_a_row_that_points_to_nothing_is_found(busy: Node, clock: HandClock) -> None:
    if busy.database.engine.dialect.name != "sqlite":
        return  # PostgreSQL keeps its own promise here and has no such switch
    dangling_row(busy, clock)
    assert "database" in {one.check for one in check_node(busy)}


def test_every_check_has_a_node_that_breaks_it() -> None:
    assert {name for name, _ in CHECKS} == {*HARMS, "database"}
