"""The guided tour: a demonstration node with licenses to look at, and files to try on `/verify`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from api.config import make_config
from api.demonstration.records import record
from api.founding import found
from api.licensing import Faces, change, issue, issue_batch
from api.node import Node
from api.perform import Step
from keys.encoding import canonical_json
from licenses.content import china_day
from licenses.lifecycle import Ground, Operation
from licenses.order import IssueOrder
from licenses.record import parse_record

BATCH = 6
BY = "op-1"
Progress = Callable[[int], None]
"""Told how many more licenses are done."""


@dataclass(frozen=True, slots=True)
class Papers:
    """What the tour leaves to try: file and what to expect, in Chinese and English."""

    folder: Path
    files: tuple[tuple[Path, str, str], ...]
    public_url: str


def demonstration_node(folder: Path, url: str) -> None:
    """Found the demonstration node."""
    found(folder, make_config(name="浙江省", region="330000", url=url, database=None))


def issue_made_up(node: Node, count: int, progress: Progress) -> list[Faces]:
    """Issue `count` made-up licenses, in small batches."""

    def watch(step: Step) -> None:
        if step is Step.SIGNED:
            progress(1)

    today = china_day(node.clock())
    faces: list[Faces] = []
    for first in range(0, count, BATCH):
        orders = [
            IssueOrder(parse_record(canonical_json(record(number, today)), node.catalogue), BY, "演示")
            for number in range(first, min(first + BATCH, count))
        ]
        faces += issue_batch(node, orders, observe=watch)
    return faces


def lay_out_papers(node: Node, faces: list[Faces], folder: Path) -> Papers:
    """Write a few files: genuine ones, a suspended, an ended, a superseded and a forged one."""
    folder.mkdir(parents=True, exist_ok=True)
    kept: list[tuple[Path, str, str]] = []

    def keep(name: str, content: bytes, zh: str, en: str) -> None:
        path = folder / name
        path.write_bytes(content)
        kept.append((path, zh, en))

    for one, name in zip(faces[:3], ("营业执照", "不动产权证书", "建筑企业资质证书"), strict=True):
        keep(f"{name}.pdf", one.document, "有效", "valid")
    keep("营业执照.sdjwt", faces[0].credential.encode(), "有效（可验证凭证）", "valid (credential)")
    keep("已篡改.pdf", forged(faces[0].document), "无效：内容被改动", "invalid: changed")
    change(node, faces[3].license_id, Operation.SUSPEND, note="演示暂扣", requested_by=BY)
    keep("已暂扣.pdf", faces[3].document, "无效：已暂扣", "invalid: suspended")
    change(node, faces[4].license_id, Operation.END, note="演示吊销", requested_by=BY, ground=Ground.REVOKED)
    keep("已吊销.pdf", faces[4].document, "无效：已吊销", "invalid: revoked")
    renewed = parse_record(canonical_json(record(5, china_day(node.clock()))), node.catalogue)
    follower = IssueOrder(renewed, BY, "演示变更", None, Operation.CHANGE, faces[5].license_id)
    issue(node, follower)
    keep("旧版本.pdf", faces[5].document, "无效：已有新版本", "invalid: superseded")
    return Papers(folder, tuple(kept), faces[0].public_url or node.config.url)


def forged(document: bytes) -> bytes:
    """One bit of the signed content changed, well inside the first object."""
    at = len(document) // 3
    return document[:at] + bytes([document[at] ^ 1]) + document[at + 1 :]
