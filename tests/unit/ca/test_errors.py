import ca.errors
from ca.errors import LintFailed, TimeStampRefused
from keys.errors import Kind, XinzhengError

CLASSES = [
    value
    for value in vars(ca.errors).values()
    if isinstance(value, type) and issubclass(value, XinzhengError) and value is not XinzhengError
]


def test_every_error_has_a_code_of_its_own_a_kind_and_words_in_both_languages() -> None:
    assert len(CLASSES) > 10
    assert len({error.code for error in CLASSES}) == len(CLASSES)
    for error in CLASSES:
        assert "code" in vars(error)
        assert isinstance(error.kind, Kind)
        assert error.title != XinzhengError.title
        assert error.title_zh != XinzhengError.title_zh


def test_a_failed_lint_names_its_rule_and_clause_in_both_languages() -> None:
    error = LintFailed("version_is_three", "RFC 5280 §4.1.2.1", "the version is not v3")
    for words in (error.detail, error.detail_zh):
        assert "version_is_three" in words
        assert "RFC 5280 §4.1.2.1" in words


def test_a_refused_time_stamp_carries_its_failure_bit() -> None:
    assert TimeStampRefused(14, "no clock").failure == 14
