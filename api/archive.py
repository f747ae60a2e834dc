"""Folders of sealed documents 归档与批量: keep an archive verifiable, seal a folder. Both may be interrupted.

Every file is finished beside its name and renamed: a run that dies leaves whole files only, and the next run
goes on with what is not done yet. A file that cannot be read or sealed is told and does not stop the others.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from api.node import Node
from api.proving import proofs_for
from api.using import FileUse, archive_file, seal_file
from keys.errors import XinzhengError
from seal.errors import SealUnusable
from seal.octets import mapped
from seal.pdf_source import open_pdf
from seal.upkeep import Ending, Outlook, outlook_of
from seal.use_approval import UseApproval

Each = Callable[[Path], None]
_MARGIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Kept:
    """One document of an archive."""

    path: Path
    outlook: Outlook | None
    due: bool
    renewed: bool = False
    problem: XinzhengError | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """One document of a batch."""

    path: Path
    skipped: bool = False
    """It had been sealed by an earlier run."""
    problem: XinzhengError | None = None


def documents(folder: Path) -> list[Path]:
    """The PDF files of a folder and the folders in it, in order. Raises SealUnusable when there are none."""
    found = sorted(path for path in folder.rglob("*.pdf") if path.is_file())
    if not found:
        raise SealUnusable("There is no PDF file in this folder.", "该文件夹中没有 PDF 文件。")
    return found


def scan(paths: list[Path], *, now: datetime, within: timedelta) -> Iterator[Kept]:
    """Say of each document when it stops being verifiable. Touches nothing."""
    for path in paths:
        try:
            with mapped(path) as data:
                outlook = outlook_of(open_pdf(data))
        except XinzhengError as problem:
            yield Kept(path, None, due=False, problem=problem)
            continue
        due = outlook.ending is not Ending.UNSIGNED and outlook.until is not None
        yield Kept(path, outlook, due and outlook.until is not None and outlook.until < now + within)


def renew(node: Node, kept: Kept) -> Kept:
    """Add the newest validation data and a document time-stamp, when that moves the end.

    A time-stamp that would end no later than the one there is refused: the node needs a newer certificate.
    """
    outlook = kept.outlook
    if outlook is None or outlook.until is None or not kept.due:
        return kept
    if node.timestamping.certificate.not_valid_after_utc < outlook.until + _MARGIN:
        problem = SealUnusable(
            "The node's time-stamping certificate ends no later than the document's; renew it first.",
            "本节点时间戳证书的有效期不晚于该文件，请先更新时间戳证书。",
        )
        return Kept(kept.path, outlook, due=True, problem=problem)
    try:
        archive_whole(node, kept.path)
    except XinzhengError as problem:
        return Kept(kept.path, outlook, due=True, problem=problem)
    with mapped(kept.path) as data:
        return Kept(kept.path, outlook_of(open_pdf(data)), due=False, renewed=True)


def archive_whole(node: Node, path: Path) -> None:
    """Add validation data and a document time-stamp (B-LTA) to a file in its place, all or nothing.

    For a document that was sealed where it is, and for files of others. Raises UnreadablePdf, PdfRefused.
    """
    partial = path.with_name(path.name + ".part")
    try:
        shutil.copyfile(path, partial)
        with node.database.reading() as session:
            proofs = proofs_for(node, session)
        archive_file(node, partial, proofs)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def seal_folder(
    node: Node,
    paths: list[Path],
    folder: Path,
    out: Path,
    number: str,
    use: FileUse,
    *,
    approvals: Path | None = None,
) -> Iterator[Done]:
    """Seal every document into the same place under OUT; what is there already is left alone.

    An approval is for one document: that of `deeper/a.pdf` is `deeper/a.pdf.json` in the folder of approvals.
    """
    for path in paths:
        target = out / path.relative_to(folder)
        if target.exists():
            yield Done(path, skipped=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            approval = None if approvals is None else _approval_of(approvals / path.relative_to(folder))
            seal_file(node, path, target, number, replace(use, approval=approval))
        except XinzhengError as problem:
            yield Done(path, problem=problem)
        else:
            yield Done(path)


def _approval_of(document: Path) -> UseApproval | None:
    path = document.with_name(document.name + ".json")
    return UseApproval.from_json(path.read_bytes()) if path.is_file() else None
