"""A record is read whole or refused, in words a clerk understands, naming every field that is wrong."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import XinzhengError
from licenses.errors import MalformedRecord, RecordRefused, UnknownLicenseType
from licenses.record import LARGEST_RECORD, parse_record, record_from_json
from licenses.record_rules import RULES, Submitted, check_rules
from tests.unit.licenses.faces import NAMES, catalogue, example

Change = Callable[[dict[str, Any]], None]


def changed(change: Change, name: str = "business-license") -> bytes:
    raw = example(name)
    change(raw)
    return json.dumps(raw).encode()


def holder(**members: str) -> Change:
    return lambda raw: raw["holder"].update(members)


def claim(**members: Any) -> Change:
    return lambda raw: raw["claims"].update(members)


def member(**members: Any) -> Change:
    return lambda raw: raw.update(members)


def without_claim(name: str) -> Change:
    return lambda raw: raw["claims"].pop(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_accepted_and_reads_back(name: str) -> None:
    record = parse_record(json.dumps(example(name)), catalogue())
    assert record.to_json() == example(name)
    assert record_from_json(record.to_json(), catalogue()) == record


def test_there_are_examples_of_every_type() -> None:
    assert {example(name)["license_type"] for name in NAMES} == {one.key for one in catalogue()}


BAD: dict[str, tuple[str, str, Change]] = {
    "issuer_code": ("business-license", "issuer", member(issuer="11330000XYXY00013X")),
    "holder_name": ("business-license", "holder.name", holder(name="示例\u202e公司")),
    "holder_code_type": ("business-license", "holder.code_type", holder(code_type="414")),
    "holder_code": ("real-estate-ownership", "holder.code", holder(code="330502198809179968")),
    "claim_missing": ("business-license", "claims.address", without_claim("address")),
    "claim_unknown": ("business-license", "claims", claim(colour="red")),
    "claim_kind": ("business-license", "claims.registered_capital", claim(registered_capital=5)),
    "dates": ("business-license", "valid_from", member(valid_from="2026-02-30")),
    "end_before_start": ("construction-qualification", "valid_until", member(valid_until="2020-01-01")),
    "end_missing": ("construction-qualification", "valid_until", member(valid_until=None)),
}


def test_every_rule_has_a_bad_sample_and_a_citation() -> None:
    assert [rule.name for rule in RULES] == list(BAD)
    assert all(rule.citation for rule in RULES)


@pytest.mark.parametrize("rule", BAD)
def test_a_rule_refuses_its_bad_sample_and_names_the_field(rule: str) -> None:
    name, field, change = BAD[rule]
    with pytest.raises(RecordRefused) as refused:
        parse_record(changed(change, name), catalogue())
    (problem,) = refused.value.problems
    assert (problem.rule, problem.field) == (rule, field)
    assert problem.detail in refused.value.detail
    assert any("\u4e00" <= character <= "\u9fff" for character in problem.detail_zh)


def test_an_empty_list_of_rules_accepts_nothing() -> None:
    submitted = Submitted("business-license", "", "", "", "", {}, "", None)
    with pytest.raises(ValueError, match="empty"):
        check_rules((), submitted, catalogue().get("business-license"))


def test_all_problems_are_told_at_once() -> None:
    def break_much(raw: dict[str, Any]) -> None:
        raw["holder"]["code"] = "1"
        del raw["claims"]["address"]
        raw["valid_from"] = "soon"

    with pytest.raises(RecordRefused) as refused:
        parse_record(changed(break_much), catalogue())
    assert [problem.rule for problem in refused.value.problems] == ["holder_code", "claim_missing", "dates"]
    assert refused.value.detail_zh.count("；") == 2


def test_a_refusal_never_repeats_a_persons_data() -> None:
    with pytest.raises(RecordRefused) as refused:
        parse_record(changed(holder(code="330502198809179968"), "real-estate-ownership"), catalogue())
    assert "330502" not in refused.value.detail + refused.value.detail_zh


def test_an_open_end_is_accepted_where_the_type_allows_one() -> None:
    assert parse_record(changed(member(valid_until=None)), catalogue()).valid_until is None


def test_a_license_may_be_valid_for_a_single_day() -> None:
    raw = changed(member(valid_from="2026-05-01", valid_until="2026-05-01"), "construction-qualification")
    assert parse_record(raw, catalogue()).valid_until is not None


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(UnknownLicenseType):
        parse_record(changed(member(license_type="driving-license")), catalogue())


@pytest.mark.parametrize(
    "value",
    [
        "示例\x00公司",
        "示\u200b例",
        "示例\u2066公司",
        "",
        " 示例",
        "例" * 121,
        "示\ufe0f例",
        "\ue000",
        "示\n例",
    ],
    ids=range(9),
)
def test_a_name_that_hides_or_reorders_something_is_refused(value: str) -> None:
    with pytest.raises(XinzhengError):
        parse_record(changed(holder(name=value)), catalogue())


@pytest.mark.parametrize("drop", ["license_type", "issuer", "holder", "claims", "valid_from", "valid_until"])
def test_a_missing_member_is_named(drop: str) -> None:
    with pytest.raises(MalformedRecord, match=drop):
        parse_record(changed(lambda raw: raw.pop(drop)), catalogue())


@pytest.mark.parametrize("value", [None, 7, True, [], {}, [[[[[[[]]]]]]]])
@pytest.mark.parametrize("name", ["license_type", "issuer", "holder", "claims", "valid_from", "extra"])
def test_a_member_of_a_wrong_kind_is_refused(name: str, value: Any) -> None:
    with pytest.raises(XinzhengError):
        parse_record(changed(member(**{name: value})), catalogue())


@pytest.mark.parametrize(
    "value", [None, 7, True, [], {}, [7], "", "x\x07", "2026-13-01", "1.234", {"a": [1]}]
)
@pytest.mark.parametrize("name", ["entity_type", "registered_capital", "established_on"])
def test_a_claim_of_a_wrong_kind_is_refused(name: str, value: Any) -> None:
    with pytest.raises(RecordRefused) as refused:
        parse_record(changed(claim(**{name: value})), catalogue())
    assert refused.value.problems[0].field == f"claims.{name}"


def test_a_member_written_twice_is_refused() -> None:
    text = json.dumps(example("business-license"))
    with pytest.raises(MalformedRecord):
        parse_record(text.replace('"valid_from"', '"issuer": "x", "valid_from"'), catalogue())


def test_a_record_that_is_too_large_or_too_deep_is_refused() -> None:
    with pytest.raises(MalformedRecord):
        parse_record(b" " * (LARGEST_RECORD + 1), catalogue())
    with pytest.raises(MalformedRecord):
        parse_record("[" * 100_000, catalogue())


@given(st.binary(max_size=300))
def test_no_octets_raise_anything_else(data: bytes) -> None:
    with pytest.raises(XinzhengError):
        parse_record(data, catalogue())


@given(st.data())
def test_a_truncated_or_bent_record_raises_nothing_else(data: st.DataObject) -> None:
    good = bytearray(json.dumps(example("real-estate-ownership"), ensure_ascii=False).encode())
    position = data.draw(st.integers(0, len(good) - 1))
    good[position] ^= 1 << data.draw(st.integers(0, 7))
    try:
        parse_record(bytes(good), catalogue())
        parse_record(bytes(good[:position]), catalogue())
    except XinzhengError:
        pass
