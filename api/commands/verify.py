"""`xinzheng verify FILE`: one artifact, one report, one exit code: 0 valid, 1 invalid, 2 indeterminate, 64
usage.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.console import answer, say, stop
from api.commands.options import AsJson
from api.errors import WrongUsage

if TYPE_CHECKING:
    from api.examining import Examined, Given
    from licenses.snapshot import TrustSnapshot

EXITS = {"valid": 0, "invalid": 1, "indeterminate": 2}
VERDICTS = {
    "valid": ("有效", "valid"),
    "invalid": ("无效", "invalid"),
    "indeterminate": ("无法判定", "indeterminate"),
}
MARKS = {"pass": "✓", "fail": "✗", "unknown": "?", "not_applicable": "–"}

Artifact = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="PDF、凭证、二维码网址或证照标识；- 为标准输入 or - for stdin",
        show_default=False,
    ),
]
Here = Annotated[
    Path | None, typer.Option("--data", help="以本机节点核验 by a node on this machine", file_okay=False)
]
Offline = Annotated[
    Path | None,
    typer.Option("--bundle", help="离线验证包 by a trust bundle, offline", exists=True, dir_okay=False),
]
Anchors = Annotated[
    list[Path] | None,
    typer.Option("--anchor", help="信任锚 root you trust, PEM", exists=True, dir_okay=False),
]
There = Annotated[str | None, typer.Option("--url", help="请节点核验 ask a node, https://…")]
ReportFile = Annotated[
    Path | None,
    typer.Option("--report", help="机器可读报告 write an ETSI TS 119 102-2 report, XML", dir_okay=False),
]
Moment = Annotated[
    str | None, typer.Option("--at", help="判定时刻 judge for this moment, 2026-11-22T09:00:00+08:00")
]


def verify(
    file: Artifact,
    data: Here = None,
    bundle: Offline = None,
    anchor: Anchors = None,
    url: There = None,
    at: Moment = None,
    report: ReportFile = None,
    as_json: AsJson = False,
) -> None:
    """核验证照、印章文件或凭证。Verify a license, a sealed document or a credential."""
    from api.examining import take, write_report
    from keys.clock import utc_now

    moment = _moment(at)
    if url is not None and (data or bundle or anchor or report):
        raise WrongUsage(
            "--url asks a node; it takes no --data, --bundle, --anchor, --report",
            "--url 不能与其他来源同时使用",
        )
    if data is not None and anchor:
        raise WrongUsage("With --data the anchor is the node's own", "使用 --data 时信任锚取自该节点")
    given = take(file)
    if url is not None:
        from api.remote import ask_node

        found = ask_node(url, given.whole(), at=moment)
    else:
        if data is not None and bundle is None:
            examined = _by_node(data, given, moment)
        else:
            examined = _by_bundle(bundle, _anchors(data, anchor or []), given, moment)
        found = examined.report.to_json()
        if report is not None:
            write_report(report, examined.findings, now=utc_now())
    answer(found) if as_json else _show(found)
    stop(EXITS[found["verdict"]])


def _by_node(data: Path, given: "Given", at: datetime | None) -> "Examined":
    from api.commands.opened import reading_node
    from api.examining import examine

    with reading_node(data) as node:
        return examine(given, node.snapshot(), now=node.clock(), at=at, lookup=node.lookup)


def _by_bundle(bundle: Path | None, anchors: list[bytes], given: "Given", at: datetime | None) -> "Examined":
    """Without a bundle only the anchors are known, which is enough for a PDF that carries the rest."""
    from api.examining import examine
    from ca.parse import parse_certificate
    from keys.clock import utc_now

    now = utc_now()
    trusted = [parse_certificate(pem) for pem in anchors]
    snapshot: TrustSnapshot
    if bundle is None:
        from ca.paths import X509Snapshot
        from licenses.catalogue import load_catalogue
        from licenses.snapshot import build_snapshot

        nothing = X509Snapshot(tuple(trusted), (), (), now)
        snapshot = build_snapshot(x509=nothing, trust_lists=[], status_tokens={}, catalogue=load_catalogue())
    else:
        from api.seen import open_bundle

        snapshot = open_bundle(bundle.read_bytes(), trusted, now=now).snapshot
    return examine(given, snapshot, now=now, at=at)


def _anchors(data: Path | None, given: list[Path]) -> list[bytes]:
    """The roots to trust: those named, or the one of the node in `data`. Never one out of the bundle."""
    if data is not None:
        from api.node import ANCHOR_FILE

        given = [data / ANCHOR_FILE]
    try:
        return [path.read_bytes() for path in given]
    except OSError as error:
        raise WrongUsage(f"The anchor cannot be read: {error.strerror}", "无法读取信任锚") from error


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUsage(
            "--at is a time such as 2026-11-22T09:00:00Z", "--at 应为时间，如 2026-11-22T09:00:00Z"
        ) from error
    if moment.tzinfo is None:
        raise WrongUsage("--at needs a time zone, e.g. +08:00 or Z", "--at 须带时区，如 +08:00")
    return moment


def _show(report: Mapping[str, Any]) -> None:
    zh, en = VERDICTS[report["verdict"]]
    say(f"【{zh}】", f"{en.upper()}   截至 as of {report['as_of']}")
    for check in report["checks"]:
        say(f"  {MARKS[check['outcome']]} {check['detail_zh']}")
        say(f"    {check['detail']}  [{check['id']}]")
    for one in report["signatures"]:
        axes = f"{one['cryptography']} / {one['changes']} / {one['trust']}"
        say(f"  签名 signature {one['field']}: {one['signer']} · {axes} · {one['level']}")
