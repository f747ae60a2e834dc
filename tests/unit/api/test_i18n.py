"""The table of words: both languages complete, the same places, every key used and none missing."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api.i18n import Language, Words, load_messages
from keys.report import Changes, Cryptography, Outcome, Trust, Verdict

API = Path(__file__).parents[3] / "api"
TABLE = load_messages()
PLACE = re.compile(r"\{(\w+)\}")
USED = re.compile(r"""\b(?:t|words)\(\s*f?["']([a-z]+\.[^"']+)["']""")
BUILT = {
    "home.way_",
    "verify.looked_",
    "status.",
    "topic.",
    "answer.subject_",
    "answer.time_",
    "problem.title_",
    "problem.text_",
    "login.lead_",
    "login.field_",
    "login.with_",
    "consent.title_",
    "lacking.",
    "device.outcome_",
    "me.act_",
    "me.actor_",
    "difference.",
}
"""Beginnings of keys that are put together at run time."""
BY_VALUE = {
    f"answer.{value}"
    for value in (
        *Verdict,
        *Outcome,
        *(f"cryptography_{one}" for one in Cryptography),
        *(f"changes_{one}" for one in Changes),
        *(f"trust_{one}" for one in Trust),
    )
}
"""Keys that end in a value of the report."""
NAMED = re.compile(r'"((?:verify|problem|answer)\.[a-z_0-9]+)"')


def sources() -> str:
    files = [*API.rglob("*.py"), *API.rglob("*.html")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("key", sorted(TABLE))
def test_a_message_has_the_same_places_in_both_languages(key: str) -> None:
    zh, en = (PLACE.findall(TABLE[key][language]) for language in (Language.ZH, Language.EN))
    assert sorted(zh) == sorted(en)


@pytest.mark.parametrize("key", sorted(TABLE))
def test_the_english_is_english(key: str) -> None:
    if key != "site.language":
        assert not re.search(r"[一-鿿]", TABLE[key][Language.EN])


def test_no_page_asks_for_a_message_that_is_not_there() -> None:
    literal = {key for key in USED.findall(sources()) if "{" not in key and not key.endswith("_")}
    assert literal - set(TABLE) == set()
    assert len(literal) > 40


def test_no_message_is_left_over() -> None:
    text = sources()
    used = set(USED.findall(text)) | set(NAMED.findall(text)) | BY_VALUE
    left = {key for key in TABLE if key not in used and not any(key.startswith(start) for start in BUILT)}
    assert left == set()


def test_a_missing_language_is_named(tmp_path: Path) -> None:
    table = tmp_path / "messages.toml"
    table.write_text('[a]\nb = { zh = "字" }\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.b"):
        load_messages(table)


def test_days_and_moments_are_written_as_people_write_them() -> None:
    zh, en = Words(Language.ZH, TABLE), Words(Language.EN, TABLE)
    moment = datetime(2026, 11, 21, 17, 41, tzinfo=UTC)
    assert zh.day(date(2026, 3, 1)) == "2026年3月1日"
    assert en.day(date(2026, 3, 1)) == "1 March 2026"
    assert zh.moment(moment) == "2026年11月22日 01:41"
    assert en.moment(moment) == "22 November 2026, 01:41 (UTC+8)"
