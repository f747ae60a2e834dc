"""What was changed is told in words of the document, in both languages, never as a path of its objects."""

import re

import pytest

from seal.verification.changes import Change, Kind
from seal.verification.wording import what_changed


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_change_has_words_in_both_languages(kind: Kind) -> None:
    english, chinese = what_changed(Change(kind, "Root/Names/Dests[3]"))
    assert english.isascii()
    assert not re.search("[A-Za-z]", chinese)


def test_a_change_on_a_page_names_the_page() -> None:
    assert what_changed(Change(Kind.CONTENT, "Page[0]/Contents"))[1] == "第 1 页内容被改动"
    assert what_changed(Change(Kind.RENDERING, "", 4))[0] == "a page looks different (page 5)"


def test_without_a_decisive_change_something_was_changed() -> None:
    assert what_changed(None) == ("the document was changed", "文档被改动")
