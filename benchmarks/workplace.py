"""A founded node to measure on, with everything it needs already opened."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.config import make_config
from api.founding import found
from api.licensing import Faces, issue, read_record
from api.node import Node
from keys.clock import utc_now
from licenses.order import IssueOrder

RECORDS = Path(__file__).resolve().parent.parent / "examples" / "records"


@contextmanager
def working_node() -> Iterator[Node]:
    """A node with departments and seals in a folder of its own, thrown away afterwards."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "node"
        found(
            folder,
            make_config(name="浙江省", region="330000", url="http://127.0.0.1:8800", database=None),
            clock=utc_now,
        )
        node = Node.open(folder)
        try:
            yield node
        finally:
            node.close()


def one_license(node: Node) -> Faces:
    """Issue the sample business license once more."""
    record = read_record(node, (RECORDS / "business-license.json").read_bytes())
    return issue(node, IssueOrder(record, "benchmark", "measured", None))
