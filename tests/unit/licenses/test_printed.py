"""The exact strings of the page, and finding a page that says something else than its credential."""

import pytest

from licenses.credential_reading import parse_credential
from licenses.printed import missing_from_page, page_values, printed_fields
from tests.unit.licenses.faces import NAMES, content, credential


def test_a_business_license_prints_its_fields_in_order() -> None:
    made = content()
    fields = printed_fields(made.to_claims(), made.license_type)
    assert [(field.label.zh, field.lines[0]) for field in fields] == [
        ("名称", "示例明镜检测（003）有限公司"),
        ("统一社会信用代码", "91330402XYXY0003XT"),
        ("类型", "有限责任公司"),
        ("法定代表人", "陈佳宁"),
        ("注册资本", "人民币肆拾万元整"),
        ("成立日期", "2003年4月4日"),
        ("住所", "示例市示范区滨江大道22号"),
        ("经营范围", "软件开发；信息系统集成服务；技术咨询；会议及展览服务。"),
        ("营业期限", "2026年1月5日至长期"),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_verifier_derives_from_the_credential_what_the_page_was_made_from(name: str) -> None:
    made = content(name)
    parsed = parse_credential(credential(made))
    assert page_values(parsed.claims, made.license_type) == page_values(made.to_claims(), made.license_type)


def test_title_issuer_identifier_and_day_of_issue_are_on_the_page() -> None:
    made = content()
    values = page_values(made.to_claims(), made.license_type)
    assert {"营业执照", made.issuer.name, str(made.identifier), "2026年11月22日"} <= set(values)


def test_a_list_prints_one_line_an_item() -> None:
    made = content("construction-qualification-many")
    fields = {field.name: field for field in printed_fields(made.to_claims(), made.license_type)}
    assert len(fields["claims.qualifications"].lines) == 8


def test_a_page_is_compared_without_spaces_and_line_breaks() -> None:
    made = content()
    values = page_values(made.to_claims(), made.license_type)
    text = "\n".join(" ".join(value) for value in values)
    assert missing_from_page(made.to_claims(), made.license_type, text) == []


def test_a_page_that_says_something_else_is_found_out() -> None:
    made = content()
    text = "".join(page_values(made.to_claims(), made.license_type)).replace("肆拾万", "肆佰万")
    assert missing_from_page(made.to_claims(), made.license_type, text) == ["人民币肆拾万元整"]


def test_what_is_withheld_or_of_a_wrong_kind_is_not_printed() -> None:
    license_type = content().license_type
    claims = {"holder": {"name": 7}, "claims": {"registered_capital": 5, "address": None}, "valid_from": "x"}
    assert printed_fields(claims, license_type) == ()
    assert printed_fields({}, license_type) == ()
    assert printed_fields({"holder": [], "claims": "x"}, license_type) == ()
