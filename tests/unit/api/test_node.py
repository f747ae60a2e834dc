"""A founded node: what lies where, what is refused, what it can do at once."""

import stat
from pathlib import Path

import pytest

from api.config import make_config
from api.errors import NodeExists
from api.founding import found, root_folder_of
from api.licensing import issue, read_record
from api.node import Node
from keys.errors import KekUnavailable
from keys.report import Verdict
from licenses.order import IssueOrder
from licenses.verify import verify
from tests.nodes import HandClock, example


@pytest.mark.parametrize("name", ["business-license", "real-estate-ownership", "construction-qualification"])
def test_a_new_node_issues_every_example_and_verifies_both_faces(node: Node, name: str) -> None:
    faces = issue(node, IssueOrder(read_record(node, example(name)), "op-1"))
    for artifact in (faces.credential.encode(), faces.document):
        report = verify(artifact, node.snapshot(), now=node.clock(), lookup=node.lookup)
        assert [check for check in report.checks if check.outcome == "fail"] == []
        assert report.verdict is Verdict.VALID
