"""Every check a verification can give has its question and its next step in words, in both languages."""

import re
from pathlib import Path

from api.i18n import Language, load_messages
from api.pages.questions import questions

ROOT = Path(__file__).parents[3]
GIVEN = re.compile(
    r'\b(?:Check|passed|failed|unknown|not_applicable)\(\s*"([a-z_.]+)"|Question\(\s*"([a-z_.]+)"'
)

VERDICTS = {"valid", "invalid", "indeterminate"}


def ids_in_the_code() -> set[str]:
    files = [
        *(ROOT / "licenses").rglob("*.py"),
        *(ROOT / "seal" / "verification").rglob("*.py"),
        ROOT / "seal" / "verify.py",
    ]
    found = (GIVEN.findall(path.read_text(encoding="utf-8")) for path in files)
    return {one or other for pairs in found for one, other in pairs}


def test_every_check_has_its_question() -> None:
    ids = ids_in_the_code()
    assert len(ids) > 20
    assert ids - set(questions()) == set()


def test_the_guide_for_clerks_lists_every_check_and_no_other() -> None:
    guide = (ROOT / "docs" / "verdicts.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([a-z_.]+)` \|", guide, re.MULTILINE)
    named = {name for name in listed if name not in VERDICTS}
    assert named == ids_in_the_code()
    assert len(listed) == len(set(listed))


def test_no_question_is_left_over() -> None:
    assert set(questions()) - ids_in_the_code() == set()


def test_every_question_is_told_in_both_languages_and_has_a_topic() -> None:
    topics = {key.partition(".")[2] for key in load_messages() if key.startswith("topic.")}
    for name, question in questions().items():
        assert question.zh, name
        assert question.en, name
        assert bool(question.advice_zh) is bool(question.advice_en), name
        assert question.topic in topics, name
        assert not re.search(r"[一-鿿]", question.en + question.advice_en), name


def test_every_topic_is_told_in_both_languages() -> None:
    for key, message in load_messages().items():
        if key.startswith("topic."):
            assert message[Language.ZH]
            assert message[Language.EN]
