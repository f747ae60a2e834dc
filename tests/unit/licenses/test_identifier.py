"""GB/T 36904: vectors from three unrelated systems in use, and the variant of an older program."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses.errors import MalformedIdentifier
from licenses.identifier import (
    IdentifierCheck,
    build_identifier,
    check_character,
    check_identifier,
    legacy_check_character,
    parse_identifier,
    random_serial,
)

IN_USE = [
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
    "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
]
LEGACY = "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M"
TYPE, ISSUER = "11100000000013338W011", "11430000006122244L"


@pytest.mark.parametrize("text", IN_USE)
def test_identifiers_in_use_have_a_valid_check_character(text: str) -> None:
    assert check_identifier(text) is IdentifierCheck.VALID
    assert str(parse_identifier(text)) == text


def test_the_check_character_of_a_body_without_dots() -> None:
    assert check_character("11100000000013338W00211320482014138860P201807250201001") == "M"


def test_an_identifier_of_the_older_program_is_told_apart_from_a_mistake() -> None:
    assert check_identifier(LEGACY) is IdentifierCheck.LEGACY_OFFSET_VARIANT
    assert check_identifier(LEGACY[:-1] + "D") is IdentifierCheck.VALID
    assert check_identifier(LEGACY[:-1] + "E") is IdentifierCheck.INVALID


def test_the_older_program_computes_other_characters_for_the_same_bodies() -> None:
    assert [legacy_check_character(parse_identifier(text).body) for text in IN_USE] == ["T", "4", "Z"]


@pytest.mark.parametrize("text", IN_USE)
def test_any_other_last_character_is_invalid_or_the_known_variant(text: str) -> None:
    for character in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".replace(text[-1], ""):
        assert check_identifier(text[:-1] + character) is not IdentifierCheck.VALID


@given(position=st.integers(0, 20), letter=st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_one_wrong_character_never_stays_valid(position: int, letter: str) -> None:
    good = IN_USE[0].split(".")
    changed = good[5][:position] + letter + good[5][position + 1 :]
    text = ".".join([*good[:5], changed, *good[6:]])
    assert (check_identifier(text) is IdentifierCheck.VALID) == (changed == good[5])


def test_a_built_identifier_reads_back_and_checks() -> None:
    built = build_identifier(type_code=TYPE, issuer_code=ISSUER, serial="A1B2", version=12)
    assert str(built).endswith(f".A1B2.012.{built.check_character}")
    assert parse_identifier(str(built)) == built
    assert built.check is IdentifierCheck.VALID


@pytest.mark.parametrize(
    "part",
    [
        {"type_code": TYPE[:-1]},
        {"type_code": "11100000000013339W011"},
        {"type_code": TYPE[:-1] + "A"},
        {"issuer_code": "340100"},
        {"issuer_code": "11430000006122245L"},
        {"serial": ""},
        {"serial": "a1"},
        {"serial": "1" * 65},
        {"version": 0},
        {"version": 1000},
    ],
)
def test_building_is_strict_where_reading_is_tolerant(part: dict[str, object]) -> None:
    parts = {"type_code": TYPE, "issuer_code": ISSUER, "serial": "A1", "version": 1, **part}
    with pytest.raises(MalformedIdentifier):
        build_identifier(**parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        IN_USE[0][:-2],
        IN_USE[0] + ".1",
        IN_USE[0].lower(),
        IN_USE[0] + "\n",
        "９" * 30,
        "1" * 100_000,
    ],
)
def test_what_has_not_the_shape_is_refused_and_invalid(text: str) -> None:
    with pytest.raises(MalformedIdentifier):
        parse_identifier(text)
    assert check_identifier(text) is IdentifierCheck.INVALID


@given(st.text(max_size=200))
def test_no_text_makes_the_check_fail_otherwise(text: str) -> None:
    assert check_identifier(text) in IdentifierCheck


def test_a_serial_is_twenty_characters_and_never_the_same() -> None:
    serials = {random_serial() for _ in range(200)}
    assert len(serials) == 200
    assert all(len(one) == 20 and one.isalnum() and one.upper() == one for one in serials)
