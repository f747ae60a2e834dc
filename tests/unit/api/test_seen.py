"""A trust bundle older than one already used is refused; what nobody vouches for is not even remembered."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.bundling import make_bundle
from api.node import Node
from api.seen import FILE, open_bundle
from api.settings import settings
from keys.errors import XinzhengError
from keys.report import Trust
from licenses.errors import BundleRollback
from tests.nodes import HandClock


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XINZHENG_STATE_FOLDER", str(tmp_path / "state"))
    settings.cache_clear()
    yield tmp_path / "state"
    settings.cache_clear()


def test_an_older_bundle_is_refused_once_a_newer_one_was_used(node: Node, clock: HandClock) -> None:
    old = make_bundle(node).content
    clock.advance(timedelta(hours=1))
    new = make_bundle(node).content
    anchors = [node.anchor]
    assert open_bundle(old, anchors, now=clock()).signer_trust is Trust.TRUSTED
    assert open_bundle(new, anchors, now=clock()).version > 0
    assert open_bundle(new, anchors, now=clock()).version > 0
    with pytest.raises(BundleRollback):
        open_bundle(old, anchors, now=clock())


def test_a_bundle_without_a_fitting_anchor_is_neither_believed_nor_remembered(
    node: Node, clock: HandClock, state: Path
) -> None:
    assert open_bundle(make_bundle(node).content, [], now=clock()).signer_trust is not Trust.TRUSTED
    assert not (state / FILE).exists()


@pytest.mark.parametrize("content", ["", "nonsense", "[]", '{"a": "b"}'])
def test_a_damaged_memory_is_forgotten(node: Node, clock: HandClock, state: Path, content: str) -> None:
    state.mkdir()
    (state / FILE).write_text(content)
    opened = open_bundle(make_bundle(node).content, [node.anchor], now=clock())
    assert opened.signer_trust is Trust.TRUSTED


def test_where_nothing_can_be_written_the_bundle_still_opens(
    node: Node, clock: HandClock, state: Path
) -> None:
    state.write_text("a file where the folder should be")
    opened = open_bundle(make_bundle(node).content, [node.anchor], now=clock())
    assert opened.signer_trust is Trust.TRUSTED


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip" * 100])
def test_what_is_no_bundle_is_refused_in_words(node: Node, clock: HandClock, content: bytes) -> None:
    with pytest.raises(XinzhengError) as refused:
        open_bundle(content, [node.anchor], now=clock())
    assert refused.value.detail_zh
