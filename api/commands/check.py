"""`xinzheng check`: does everything this node has written still agree?"""

from api.commands.console import answer, say, stop
from api.commands.opened import reading_node
from api.commands.options import AsJson, Data


def check(data: Data, as_json: AsJson = False) -> None:
    """自检：数据库、密钥、证书、日志、证照与状态是否一致。Check the node; exit 1 when anything disagrees."""
    from api.checking import CHECKS, check_node

    with reading_node(data) as node:
        found = check_node(node)
    if as_json:
        answer(
            {
                "sound": not found,
                "checks": [name for name, _ in CHECKS],
                "findings": [
                    {"check": one.check, "detail": one.detail, "detail_zh": one.detail_zh} for one in found
                ],
            }
        )
        stop(1 if found else 0)
    wrong = {one.check for one in found}
    for name, _ in CHECKS:
        say(f"  {'✗' if name in wrong else '✓'} {name}")
    for one in found:
        say(f"  ✗ {one.check}: {one.detail_zh}", one.detail)
    say(
        "一切正常" if not found else f"发现 {len(found)} 处问题",
        "all agrees" if not found else "problems found",
    )
    stop(1 if found else 0)
