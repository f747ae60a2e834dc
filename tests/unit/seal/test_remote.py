"""Remote sealing: the document stays, digests travel, and nobody signs what they do not understand."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from api.perform import perform, sign_all
from ca.crl import build_crl
from ca.parse import parse_crl
from ca.paths import X509Snapshot
from keys.errors import ApprovalRefused, MalformedInput, XinzhengError
from keys.intents import declare
from keys.log.checkpoint import CheckpointVerifier
from keys.report import Changes, Cryptography, Outcome
from seal import store
from seal.errors import NotWhatWasLogged, SealingFailed, SealUnusable
from seal.layout import Layout
from seal.package import SealPackage
from seal.remote import SignTicket, finish_file, prepare_file
from seal.ticket import Answer, Ticket
from seal.use_approval import UseApproval
from seal.verify import PdfFindings, verify_pdf
from tests.unit.seal.local import MIDDLE
from tests.unit.seal.office import Office
from tests.unit.seal.papers import Paper, Sheet

A = Paper(sheets=(Sheet(texts=((72, 700, "A: one thousand"),)),)).to_bytes()
B = Paper(sheets=(Sheet(texts=((72, 700, "B: one million"),)),)).to_bytes()


@dataclass
class Bureau:
    """A department with files of its own and the public package of its seal."""

    folder: Path
    office: Office
    which: Any

    @property
    def package(self) -> SealPackage:
        return SealPackage.from_json(SealPackage.of(self.office.in_use(self.which)).to_json())

    def prepare(self, pdf: bytes = A, name: str = "out", **changes: Any) -> tuple[Path, Ticket]:
        source, out = self.folder / f"{name}-in.pdf", self.folder / f"{name}.pdf"
        source.write_bytes(pdf)
        wanted: dict[str, Any] = {
            "purpose": "notice 12",
            "used_by": "op-1",
            "on_behalf_of": "",
            "now": self.office.now,
        }
        ticket = prepare_file(source, out, self.package, Layout(MIDDLE, False), **{**wanted, **changes})
        return out, Ticket.from_json(ticket.to_json())

    def signing(self, ticket: Ticket, **changes: Any) -> SignTicket:
        wanted: dict[str, Any] = {
            "timestamper": self.office.timestamper(),
            "operators": self.office.approvers,
        }
        return SignTicket(self.office.in_use(self.which), ticket, **{**wanted, **changes})

    def signed(self, ticket: Ticket, **changes: Any) -> Answer:
        [answer] = perform(self.office, [self.signing(ticket, **changes)])
        return Answer.from_json(answer.to_json())

    def approval(self, ticket: Ticket) -> UseApproval:
        asked = UseApproval.ask(ticket.terms, now=self.office.now)
        key = self.office.approver.key
        return asked.approved("op-2", key.sign(asked.request.signed_bytes(), ec.ECDSA(hashes.SHA256())))

    def verify(self, pdf: bytes) -> PdfFindings:
        crl = parse_crl(build_crl(self.office.authority, [], 1, self.office.now))
        snapshot = X509Snapshot(
            (self.office.root,), (self.office.authority.certificate,), (crl,), self.office.now
        )
        origin, key = "node.example/log", self.office.keyring.by_label("log").public_key
        logs = {origin: CheckpointVerifier(origin, key)}
        return verify_pdf(pdf, x509=snapshot, logs=logs, now=self.office.now + timedelta(minutes=1))


@pytest.fixture
def bureau(office: Office, tmp_path: Path) -> Bureau:
    folder = tmp_path / "bureau"
    folder.mkdir()
    return Bureau(folder, office, office.active_seal())


def test_a_document_is_sealed_without_leaving_its_department(bureau: Bureau) -> None:
    out, ticket = bureau.prepare()
    finish_file(out, ticket, bureau.signed(ticket), bureau.package)
    sealed = out.read_bytes()
    assert sealed.startswith(A)
    [signature] = bureau.verify(sealed).signatures
    assert (signature.cryptography, signature.changes) == (Cryptography.INTACT, Changes.NONE)
    assert signature.level == "PAdES-B-T"
    assert [each.id for each in bureau.verify(sealed).checks if each.outcome is Outcome.FAIL] == []


def test_the_ticket_holds_digests_and_no_text_of_the_document(bureau: Bureau) -> None:
    _, ticket = bureau.prepare()
    assert b"one thousand" not in ticket.to_json()
    assert ticket.terms.document_digest == sha256(A).digest()
    assert len(ticket.to_json()) < 1000


def test_the_use_is_recorded_with_both_digests(bureau: Bureau) -> None:
    _, ticket = bureau.prepare()
    action = bureau.signing(ticket)
    perform(bureau.office, [action])
    with bureau.office.database.reading() as session:
        [use] = store.list_uses(session, bureau.which)
    assert (use.state, use.document_digest, use.result_digest) == ("done", sha256(A).digest(), None)
    assert use.timestamp is not None
    assert action.record.signed_ranges == ticket.terms.signed_ranges


def test_an_answer_for_one_document_does_not_seal_another(bureau: Bureau) -> None:
    _, one = bureau.prepare(A, "a")
    other_out, other = bureau.prepare(B, "b")
    answer = bureau.signed(one)
    before = other_out.read_bytes()
    with pytest.raises(SealingFailed):
        finish_file(other_out, other, answer, bureau.package)
    with pytest.raises(SealingFailed):
        finish_file(other_out, one, answer, bureau.package)
    assert other_out.read_bytes() == before


def test_a_file_changed_since_it_was_prepared_is_not_finished(bureau: Bureau) -> None:
    out, ticket = bureau.prepare()
    answer = bureau.signed(ticket)
    out.write_bytes(out.read_bytes().replace(b"one thousand", b"ten thousand"))
    with pytest.raises(SealingFailed, match="prepared"):
        finish_file(out, ticket, answer, bureau.package)


def test_a_file_is_finished_once(bureau: Bureau) -> None:
    out, ticket = bureau.prepare()
    answer = bureau.signed(ticket)
    finish_file(out, ticket, answer, bureau.package)
    with pytest.raises(SealingFailed):
        finish_file(out, ticket, answer, bureau.package)


@pytest.mark.parametrize("member", ["attributes", "signature"])
def test_an_answer_that_was_changed_is_refused(bureau: Bureau, member: str) -> None:
    out, ticket = bureau.prepare()
    answer = bureau.signed(ticket)
    broken = bytearray(getattr(answer, member))
    broken[-1] ^= 1
    with pytest.raises(SealingFailed):
        finish_file(out, ticket, replace(answer, **{member: bytes(broken)}), bureau.package)


def test_a_ticket_that_lies_about_its_document_makes_no_valid_seal(bureau: Bureau) -> None:
    """The node cannot see the document; the use record names it, and every verifier compares."""
    out, ticket = bureau.prepare(B)
    lying = replace(ticket, terms=replace(ticket.terms, document_digest=sha256(A).digest()))
    finish_file(out, lying, bureau.signed(lying), bureau.package)
    failed = [check.id for check in bureau.verify(out.read_bytes()).checks if check.outcome is Outcome.FAIL]
    assert failed == ["seal.receipt"]


def test_the_node_refuses_a_ticket_exchanged_after_logging(bureau: Bureau) -> None:
    _, one = bureau.prepare(A, "a")
    _, other = bureau.prepare(B, "b")
    office, action = bureau.office, bureau.signing(one)
    with office.database.writing() as session:
        [logged] = declare(session, [action.prepare(session, now=office.now)], log=office.log, now=office.now)
        session.commit()
    action._ticket = other
    with pytest.raises(NotWhatWasLogged):
        sign_all(office, [action], [logged])
    action._ticket = replace(one, terms=replace(one.terms, signed_ranges=other.terms.signed_ranges))
    with pytest.raises(NotWhatWasLogged):
        sign_all(office, [action], [logged])


def test_a_guarded_seal_signs_only_the_approved_ticket(office: Office, tmp_path: Path) -> None:
    bureau = Bureau(tmp_path, office, office.active_seal(needs_approval=True))
    out, ticket = bureau.prepare(A, "a")
    _, other = bureau.prepare(B, "b")
    with pytest.raises(ApprovalRefused):
        bureau.signed(ticket)
    with pytest.raises(ApprovalRefused):
        bureau.signed(ticket, approval=bureau.approval(other))
    same_name = replace(other, terms=replace(other.terms, document_digest=ticket.terms.document_digest))
    with pytest.raises(ApprovalRefused):
        bureau.signed(same_name, approval=bureau.approval(ticket))
    finish_file(out, ticket, bureau.signed(ticket, approval=bureau.approval(ticket)), bureau.package)
    assert bureau.verify(out.read_bytes()).signatures[0].cryptography is Cryptography.INTACT


def test_a_ticket_for_another_seal_is_refused(bureau: Bureau) -> None:
    _, ticket = bureau.prepare()
    other = Bureau(bureau.folder, bureau.office, bureau.office.active_seal())
    with pytest.raises(SealUnusable):
        other.signed(ticket)
    with pytest.raises(SealUnusable):
        bureau.signed(replace(ticket, certificate_digest=bytes(32)))


CHANGES: dict[str, Callable[[SealPackage, SealPackage], SealPackage]] = {
    "another's record": lambda own, other: replace(own, record_der=other.record_der),
    "another's certificate": lambda own, other: replace(own, certificates=other.certificates),
    "another picture": lambda own, _other: replace(own, artwork=own.artwork + b"\n"),
    "another number": lambda own, _other: replace(own, number="330000ANOTHER0"),
    "no certificate": lambda own, _other: replace(own, certificates=()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_package_whose_parts_do_not_belong_together_is_refused(bureau: Bureau, change: Any) -> None:
    other = Bureau(bureau.folder, bureau.office, bureau.office.active_seal())
    with pytest.raises(SealUnusable):
        SealPackage.from_json(change(bureau.package, other.package).to_json())


@pytest.mark.parametrize("read", [Ticket.from_json, Answer.from_json, SealPackage.from_json])
@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"v":1}', b"[" * 5000, b'{"v":1,"seal":1}', b"\xff"])
def test_what_is_none_of_these_is_malformed(read: Any, data: bytes) -> None:
    with pytest.raises(MalformedInput):
        read(data)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_tickets_with_odd_numbers_are_malformed(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([b'"hole":', b'"pages":', b'"room":']))
    number = data.draw(st.sampled_from([b"0", b"-1", b"1.5", b"true", b"null", b'"1"', b"1" + b"0" * 30]))
    good = (
        b'{"certificate":"%b","document":"%b","hole":5,"on_behalf_of":"x","pages":1,"purpose":"p","room":9,"seal":"s","signed_ranges":"%b","used_by":"u","v":1}'
        % ((b"A" * 43,) * 3)
    )
    Ticket.from_json(good)
    value = {b'"hole":': b"5", b'"pages":': b"1", b'"room":': b"9"}[name]
    with pytest.raises(XinzhengError):
        Ticket.from_json(good.replace(name + value, name + number))
