"""`xinzheng seal upkeep`, `batch`: whole folders, with progress, to be taken up again. `archive`: a file."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from api.commands.console import answer, console, field, say, stop
from api.commands.opened import writing_node
from api.commands.options import AsJson, Data
from api.commands.places import Anchored, At, Page, place_of
from api.errors import WrongUsage

if TYPE_CHECKING:
    from api.archive import Kept

T = TypeVar("T")
Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, show_default=False)]
Approvals = Annotated[
    Path | None,
    typer.Option(
        "--approvals",
        help="用印审批文件夹 folder with an approval NAME.pdf.json per document",
        exists=True,
        file_okay=False,
    ),
]
_INCOMPLETE = 65


def upkeep(
    data: Data,
    folder: Folder,
    within_days: Annotated[int, typer.Option("--within-days", help="多少天内 days ahead", min=1)] = 365,
    apply: Annotated[bool, typer.Option("--apply", help="补盖归档时间戳 time-stamp what is due")] = False,
    as_json: AsJson = False,
) -> None:
    """归档维护。Say which sealed files stop being verifiable soon; with --apply time-stamp them anew."""
    from api.archive import documents, renew, scan

    paths = documents(folder)
    with writing_node(data, quiet=as_json) as node:
        found = list(
            _shown(
                scan(paths, now=node.clock(), within=timedelta(days=within_days)),
                len(paths),
                "扫描 scan",
                as_json,
            )
        )
        if apply:
            due = [one for one in found if one.due]
            renewed = list(_shown((renew(node, one) for one in due), len(due), "时间戳 stamp", as_json))
            later = {one.path: one for one in renewed}
            found = [later.get(one.path, one) for one in found]
    _report([_facts(one) for one in found], as_json)
    if any(one.problem for one in found):
        stop(_INCOMPLETE)


def batch(
    data: Data,
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", help="输出文件夹 folder to write", file_okay=False)],
    seal: Annotated[str, typer.Option("--seal", help="印章编号 the seal's number")],
    page: Page = None,
    at: At = None,
    anchor: Anchored = None,
    by: Annotated[str, typer.Option("--by", help="操作员编号 operator's code")] = "cli",
    purpose: Annotated[str, typer.Option("--purpose", help="用印事由 what for")] = "用印",
    on_behalf_of: Annotated[str, typer.Option("--for", help="用印单位 on whose behalf")] = "",
    approvals: Approvals = None,
    riding: Annotated[bool, typer.Option("--riding", help="加盖骑缝章 across all pages")] = False,
    archive: Annotated[bool, typer.Option("--archive", help="加盖归档时间戳 B-LTA")] = False,
    as_json: AsJson = False,
) -> None:
    """批量用印。Seal every PDF of a folder into another; run it again to go on after an interruption."""
    from api.archive import documents, seal_folder
    from api.using import FileUse

    if out.resolve() == folder.resolve() or out.resolve().is_relative_to(folder.resolve()):
        raise WrongUsage("--out must lie outside the folder", "--out 不能在源文件夹内")
    paths = documents(folder)
    use = FileUse(place_of(page, at, anchor), by, purpose, on_behalf_of, archive=archive, riding=riding)
    with writing_node(data, quiet=as_json) as node:
        work = seal_folder(node, paths, folder, out, seal, use, approvals=approvals)
        done = list(_shown(work, len(paths), "用印 sealing", as_json))
    facts = [
        {
            "document": str(one.path),
            "state": "failed" if one.problem else "skipped" if one.skipped else "sealed",
            **({"problem": one.problem.detail, "problem_zh": one.problem.detail_zh} if one.problem else {}),
        }
        for one in done
    ]
    _report(facts, as_json)
    if any(one.problem for one in done):
        stop(_INCOMPLETE)


def archive_one(
    data: Data,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, show_default=False)],
    as_json: AsJson = False,
) -> None:
    """归档。Add validation data and a document time-stamp (B-LTA) to one file, in its place."""
    from api.archive import archive_whole

    with writing_node(data, quiet=as_json) as node:
        archive_whole(node, file)
    if as_json:
        answer({"document": str(file)})
        return
    say("已加盖归档时间戳", "archived")


def _shown(items: Iterable[T], total: int, what: str, quiet: bool) -> Iterator[T]:
    from rich.progress import track

    yield from track(items, description=what, total=total, console=console(), disable=quiet)


def _report(facts: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        answer({"documents": facts})
        return
    counted: dict[str, int] = {}
    for one in facts:
        counted[one["state"]] = counted.get(one["state"], 0) + 1
        if one["state"] in ("due", "renewed", "failed"):
            field(one["state"], one.get("until", ""), f"{one['document']} {one.get('problem_zh', '')}")
    say(", ".join(f"{state} {number}" for state, number in sorted(counted.items())))


def _facts(kept: "Kept") -> dict[str, Any]:
    state = "failed" if kept.problem else "renewed" if kept.renewed else "due" if kept.due else "kept"
    facts: dict[str, Any] = {"document": str(kept.path), "state": state}
    if kept.outlook is not None:
        until = kept.outlook.until
        facts |= {"until": until.isoformat() if until else None, "ending": kept.outlook.ending.value}
    if kept.problem is not None:
        facts |= {"problem": kept.problem.detail, "problem_zh": kept.problem.detail_zh}
    return facts


COMMANDS: dict[str, Callable[..., None]] = {"upkeep": upkeep, "batch": batch, "archive": archive_one}
