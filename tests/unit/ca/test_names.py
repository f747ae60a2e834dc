import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from ca.errors import NameRefused
from ca.names import Subject, is_under
from keys.errors import XinzhengError
from tests.unit.ca.world import NODE_SUBJECT, ORGAN_CODE, REGION, organ


def test_the_parts_stand_in_the_order_of_the_standard() -> None:
    assert [part.oid for part in organ().to_name()] == [
        NameOID.COUNTRY_NAME,
        NameOID.STATE_OR_PROVINCE_NAME,
        NameOID.ORGANIZATION_NAME,
        NameOID.ORGANIZATION_IDENTIFIER,
        NameOID.COMMON_NAME,
    ]


def test_the_country_is_printable_and_all_else_is_utf8() -> None:
    der = organ().to_name().public_bytes()
    assert b"\x13\x02CN" in der
    assert b"\x0c" + bytes((len(REGION.encode()),)) + REGION.encode() in der
    assert b"\x0c\x12" + ORGAN_CODE.encode() in der


def test_what_a_node_issues_lies_under_its_region() -> None:
    assert is_under(organ().to_name(), NODE_SUBJECT.subtree())
    assert not is_under(organ(region="广东省").to_name(), NODE_SUBJECT.subtree())


def test_a_shorter_name_is_not_under_a_longer_one() -> None:
    assert not is_under(x509.Name([]), NODE_SUBJECT.subtree())


def test_a_ministry_is_bound_by_its_own_name() -> None:
    ministry = Subject("教育部签发 CA", "教育部")
    assert is_under(Subject("学位证书签发", "教育部").to_name(), ministry.subtree())
    assert not is_under(Subject("学位证书签发", "财政部").to_name(), ministry.subtree())
    assert len(ministry.subtree().rdns) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 前有空格",
        "后有空格 ",
        "换\n行",
        "零\u200b宽",
        "左\u202e右",
        "空\x00字",
        "長" * 65,
        "e\u0301",
        "私\ue000有",
    ],
    ids=[
        "empty",
        "leading",
        "trailing",
        "newline",
        "zero-width",
        "bidi",
        "nul",
        "long",
        "not-nfc",
        "private",
    ],
)
def test_a_string_that_readers_could_see_differently_is_refused(text: str) -> None:
    with pytest.raises(NameRefused):
        Subject(text, "浙江省数据局")
    with pytest.raises(NameRefused):
        Subject("电子印章", text)


def test_a_wrong_credit_code_is_refused() -> None:
    wrong = ORGAN_CODE[:-1] + ("0" if ORGAN_CODE[-1] != "0" else "1")
    with pytest.raises(XinzhengError):
        Subject("电子印章", "浙江省市场监督管理局", wrong, REGION)


def test_a_common_name_longer_than_64_octets_is_cut_visibly_and_the_organisation_is_not() -> None:
    long = "新疆维吾尔自治区伊犁哈萨克自治州人力资源和社会保障局"
    name = Subject(long, long).to_name()
    shown = str(name.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    assert shown == long[:20] + "…"
    assert name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == long


def test_a_common_name_of_21_chinese_characters_stands_whole() -> None:
    name = Subject("章" * 21, "局").to_name()
    assert name.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "章" * 21
