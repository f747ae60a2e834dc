"""Every error of every package can be told apart and explained in both languages."""

import importlib
import importlib.util
from collections import Counter

import pytest

from keys.errors import XinzhengError

PACKAGES = ["keys", "trust", "ca", "seal", "licenses", "api"]


def all_errors() -> list[type[XinzhengError]]:
    for package in PACKAGES:
        if importlib.util.find_spec(f"{package}.errors"):
            importlib.import_module(f"{package}.errors")
    found: list[type[XinzhengError]] = []
    pending = [XinzhengError]
    while pending:
        for error in pending.pop().__subclasses__():
            if error not in found:
                found.append(error)
                pending.append(error)
    return found


def test_every_code_is_given_once() -> None:
    counted = Counter(error.code for error in all_errors() if "code" in vars(error))
    assert [code for code, times in counted.items() if times > 1] == []
    assert XinzhengError.code not in counted


@pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.__name__)
def test_every_error_says_what_happened_in_both_languages(error: type[XinzhengError]) -> None:
    assert error.title
    assert any("\u4e00" <= character <= "\u9fff" for character in error.title_zh)
    assert error.code == error.code.lower()


def test_an_error_without_words_speaks_its_title() -> None:
    for error in all_errors():
        if error.__init__ is XinzhengError.__init__:
            assert (error().detail, error().detail_zh) == (error.title, error.title_zh)
