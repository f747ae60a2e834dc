"""`xinzheng check`: re-reads what the node has written and says what does not agree. Changes nothing.

One check, one function, one line in `CHECKS`. A finding names rows by id, never by what they hold.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from api import store
from api.node import Node
from api.recover import GRACE
from api.roles import Role
from ca.crl import current_crl
from ca.parse import parse_crl
from ca.paths import X509Snapshot, check_path
from keys.errors import XinzhengError
from keys.intents import open_intents
from keys.log.audit import audit
from keys.report import Trust
from keys.store import DONE, read_intents
from licenses.credential_reading import parse_credential
from licenses.lifecycle import public_status
from licenses.store import departments, licenses, statuses


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be."""

    check: str
    detail: str
    detail_zh: str


Findings = Iterator[tuple[str, str]]
"""Detail, detail in Chinese."""


def check_node(node: Node, tell: Callable[[str], None] = lambda _name: None) -> list[Finding]:
    """Run every check; an empty answer means that all agree."""
    found = []
    for name, check in CHECKS:
        tell(name)
        with node.database.reading() as session:
            found += [Finding(name, detail, detail_zh) for detail, detail_zh in check(node, session)]
    return found


def _database(node: Node, session: Session) -> Findings:
    if node.database.engine.dialect.name != "sqlite":
        return
    for row in session.execute(text("PRAGMA integrity_check")):
        if row[0] != "ok":
            yield f"SQLite: {row[0]}", f"数据库文件损坏：{row[0]}"
    for row in session.execute(text("PRAGMA foreign_key_check")):
        yield f"a row of {row[0]} points to nothing", f"表 {row[0]} 中有记录指向不存在的内容"


def _keys(node: Node, _session: Session) -> Findings:
    for kid in node.keyring.damaged:
        yield f"key {kid} does not open", f"密钥 {kid} 无法解开"


def _anchor(node: Node, session: Session) -> Findings:
    held = store.certificates(session).get(Role.ROOT)
    if held is None or held[0] != node.anchor:
        yield "anchor.pem is not the root in the database", "anchor.pem 与数据库中的根证书不一致"


def _certificates(node: Node, session: Session) -> Findings:
    now = node.clock()
    authority = node.services.certificate(Role.NODE_CA)
    ders = [current_crl(session, issuer) for issuer in (node.anchor, authority)]
    crls = tuple(parse_crl(der) for der in ders if der is not None)
    snapshot = X509Snapshot((node.anchor,), (authority,), crls, now)
    for role, (certificate, _kid) in store.certificates(session).items():
        found = check_path(certificate, snapshot, at=now, now=now)
        if role != Role.ROOT and found.outcome is not Trust.TRUSTED:
            yield f"certificate {role}: {found.reason}", f"{role} 证书：{found.reason_zh}"


def _log(node: Node, session: Session) -> Findings:
    for problem in audit(session, node.log.verifier).problems:
        yield f"{problem.what} {problem.where}: {problem.detail}", f"{problem.where}：{problem.detail_zh}"


def _intents(node: Node, session: Session) -> Findings:
    for intent in open_intents(session):
        if intent.declared_at < node.clock() - GRACE:
            yield f"{intent.kind} {intent.id} is still open", f"操作 {intent.kind} 尚未完成"


def _licenses(node: Node, session: Session) -> Findings:
    """Every license has its intent, done, and faces that open."""
    for entry in licenses.issued(session):
        intent = read_intents(session, [entry.intent_id]).get(entry.intent_id) if entry.intent_id else None
        if intent is None or intent.state != DONE:
            yield f"license {entry.id} has no finished act in the log", f"证照 {entry.id} 缺少签发日志"
        try:
            parse_credential(licenses.open_credential(session, node.cipher, entry.id))
            licenses.open_document(session, node.cipher, entry.id)
        except XinzhengError:
            yield f"license {entry.id}: a face does not open", f"证照 {entry.id} 的文件或凭证无法解开"


def _statuses(node: Node, session: Session) -> Findings:
    """The published bits are those of the states."""
    snapshot = node.snapshot()
    for entry in licenses.issued(session):
        evidence = snapshot.statuses.get(node.services.status.uri(entry.status_list_id))
        said = None if evidence is None else evidence.token.statuses.status(entry.status_index)
        if said is None or int(said) != int(public_status(entry.state)):
            yield f"license {entry.id}: its published status is another", f"证照 {entry.id} 公布的状态不符"


def _published(node: Node, session: Session) -> Findings:
    now = node.clock()
    newest = departments.newest_trust_list(session)
    if newest is None or newest[1] < now:
        yield "the trust list has run out", "信任列表已过期"
    for token in statuses.tokens(session):
        if token.expires_at < now:
            yield f"status list {token.list_id} has run out", f"状态列表 {token.list_id} 已过期"


CHECKS: tuple[tuple[str, Callable[[Node, Session], Findings]], ...] = (
    ("database", _database),
    ("keys", _keys),
    ("anchor", _anchor),
    ("certificates", _certificates),
    ("log", _log),
    ("intents", _intents),
    ("licenses", _licenses),
    ("status", _statuses),
    ("published", _published),
)
"""In the order they are run; each has a test that breaks exactly what it looks at."""
