"""Seals of this node in use 用印: on files of any size, with approvals, with tickets from departments.

A file up to `IN_MEMORY` is sealed in memory, tightly; a larger one in place on the disk (`seal.remote`), so
that 300 MB take no 300 MB. Either way the use is recorded first and the seal carries validation data and a
time-stamp.
"""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from api.node import Node
from api.perform import Observe, perform, unobserved
from api.proving import proofs_for
from api.sealing import active_keys, open_seal
from seal.anchor import Anchor
from seal.archive import archive_pdf
from seal.dss import NO_PROOFS, Proofs
from seal.in_use import SealInUse
from seal.layout import Layout
from seal.octets import digest_of, mapped
from seal.package import SealPackage
from seal.pdf_source import open_pdf
from seal.place import Place
from seal.remote import SignTicket, finish_file, prepare_file
from seal.ticket import Answer, Ticket
from seal.use import ApplySeal
from seal.use_approval import UseApproval, UseTerms

IN_MEMORY = 16 * 1024 * 1024


def package_of(node: Node, number: str) -> SealPackage:
    """The public side of a seal in force, for a department. Raises SealNotFound, SealUnusable."""
    with node.database.reading() as session:
        return SealPackage.of(open_seal(node, session, number))


def ask_use(
    node: Node, source: Path, number: str, *, by: str, purpose: str, on_behalf_of: str = ""
) -> UseApproval:
    """The question a second operator answers about this very file. Raises UnreadablePdf, SealNotFound, …"""
    with node.database.reading() as session:
        seal = open_seal(node, session, number)
    with mapped(source) as data:
        terms = UseTerms(
            seal_number=seal.number,
            document_digest=digest_of(data),
            pages=open_pdf(data).page_count,
            purpose=purpose.strip(),
            used_by=by,
            on_behalf_of=on_behalf_of or seal.name,
        )
    return UseApproval.ask(terms, now=node.clock())


def ask_ticket(node: Node, ticket: Ticket) -> UseApproval:
    """The question about a document that stays in its department."""
    return UseApproval.ask(ticket.terms, now=node.clock())


def sign_use(asked: UseApproval, code: str, key: ec.EllipticCurvePrivateKey) -> UseApproval:
    """What the approving operator does, at their own place, with their own key."""
    return asked.approved(code, key.sign(asked.request.signed_bytes(), ec.ECDSA(hashes.SHA256())))


def sign_ticket(
    node: Node,
    ticket: Ticket,
    *,
    approval: UseApproval | None = None,
    at_hand: bool = False,
    observe: Observe = unobserved,
) -> Answer:
    """Sign for a document this node never sees; `at_hand` when this process computed the ticket itself.

    Raises SealNotFound, SealUnusable, ApprovalRefused, ApprovalReplayed.
    """
    with node.database.reading() as session:
        seal = open_seal(node, session, ticket.terms.seal_number)
        operators = active_keys(session)
    action = SignTicket(
        seal,
        ticket,
        timestamper=node.timestamper,
        approval=approval,
        operators=operators,
        at_hand=at_hand,
    )
    return perform(node, [action], observe=observe)[0]


@dataclass(frozen=True, slots=True)
class FileUse:
    """One use of a seal on a file at hand."""

    place: Place | Anchor | str
    by: str
    purpose: str
    on_behalf_of: str = ""
    approval: UseApproval | None = None
    archive: bool = False
    """Add a document time-stamp over everything (B-LTA); else B-LT."""
    riding: bool = False
    """Also across the edges of all pages (骑缝章); needs a document of moderate size."""


def seal_file(
    node: Node, source: Path, out: Path, number: str, use: FileUse, *, observe: Observe = unobserved
) -> None:
    """Seal a file of up to 320 MiB into OUT.

    Raises as `seal.apply.seal_pdf`; SealNotFound, SealUnusable, ApprovalRefused, ApprovalReplayed.
    """
    with node.database.reading() as session:
        seal = open_seal(node, session, number)
        proofs = proofs_for(node, session, seal.certificate)
    # Finished beside OUT, so that nobody takes a half sealed file for whole.
    partial = out.with_name(out.name + ".part")
    way = _in_memory if source.stat().st_size <= IN_MEMORY else _on_disk
    try:
        way(node, seal, source, partial, use, proofs, observe)
        if use.archive:
            archive_file(node, partial)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def archive_file(node: Node, path: Path, proofs: Proofs = NO_PROOFS) -> None:
    """Append validation data and a document time-stamp to a file (B-LTA). Raises UnreadablePdf."""
    with mapped(path) as data:
        update = archive_pdf(open_pdf(data), proofs, node.timestamper, now=node.clock())
    with path.open("ab") as file:
        file.write(update)


def _in_memory(
    node: Node, seal: SealInUse, source: Path, out: Path, use: FileUse, proofs: Proofs, observe: Observe
) -> None:
    with node.database.reading() as session:
        operators = active_keys(session)
    action = ApplySeal(
        seal,
        source.read_bytes(),
        use.place,
        purpose=use.purpose,
        used_by=use.by,
        on_behalf_of=use.on_behalf_of,
        timestamper=node.timestamper,
        approval=use.approval,
        operators=operators,
        proofs=proofs,
        riding=use.riding,
    )
    out.write_bytes(perform(node, [action], observe=observe)[0])


def _on_disk(
    node: Node, seal: SealInUse, source: Path, out: Path, use: FileUse, proofs: Proofs, observe: Observe
) -> None:
    package = SealPackage.of(seal)
    ticket = prepare_file(
        source,
        out,
        package,
        Layout(use.place, certify=False, proofs=proofs, riding=use.riding),
        purpose=use.purpose,
        used_by=use.by,
        on_behalf_of=use.on_behalf_of,
        now=node.clock(),
    )
    answer = sign_ticket(node, ticket, approval=use.approval, at_hand=True, observe=observe)
    finish_file(out, ticket, answer, package)
