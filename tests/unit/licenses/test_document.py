"""The document face: deterministic, complete whatever the names are, with a place for the seal."""

from dataclasses import replace
from functools import cache

import pypdfium2
import pytest
import zxingcpp

from licenses.content import LicenseContent
from licenses.document import (
    CREDENTIAL_NAME,
    RECEIPT_NAME,
    Attachments,
    DocumentPress,
    LicenseDocument,
    qr_svg,
)
from licenses.errors import DocumentRefused
from licenses.printed import missing_from_page
from tests.unit.licenses.faces import NAMES, content, credential, example

URL = "https://zj.example/l/AAAAAAAAAAAAAAAAAAAAAA"
RARE = "龘䶮镕玥旸"
SIXTY = "示例" + "龘䶮镕玥旸" * 11 + "公司。"


@cache
def press() -> DocumentPress:
    return DocumentPress()


def printed(made: LicenseContent, *, demonstration: bool = True) -> LicenseDocument:
    attachments = Attachments(credential="a.b.c~" + "x" * 20 + '"\\#\n~', receipt_json='{"size": 1}')
    return press().print(made, verify_url=URL, attachments=attachments, demonstration=demonstration)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def assert_complete(made: LicenseContent, document: LicenseDocument) -> None:
    assert missing_from_page(made.to_claims(), made.license_type, text_of(document.pdf)) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_example_fits_one_page_and_shows_every_claim(name: str) -> None:
    made = content(name)
    document = printed(made)
    assert document.pages == 1
    assert_complete(made, document)


def test_the_same_license_gives_the_same_octets() -> None:
    made = content()
    assert (
        printed(made).pdf
        == DocumentPress()
        .print(
            made,
            verify_url=URL,
            attachments=Attachments(credential="a.b.c~" + "x" * 20 + '"\\#\n~', receipt_json='{"size": 1}'),
            demonstration=True,
        )
        .pdf
    )


def test_credential_and_receipt_lie_inside_unchanged() -> None:
    made, text = content(), credential()
    attachments = Attachments(credential=text, receipt_json='{"origin":"浙江省/日志","quote":"\\"\\\\"}')
    pdf = press().print(made, verify_url=URL, attachments=attachments, demonstration=True).pdf
    document = pypdfium2.PdfDocument(pdf)
    found = {
        document.get_attachment(index).get_name(): bytes(document.get_attachment(index).get_data())
        for index in range(document.count_attachments())
    }
    document.close()
    assert found == {
        CREDENTIAL_NAME: text.encode(),
        RECEIPT_NAME: attachments.receipt_json.encode(),
    }


@pytest.mark.parametrize("name", NAMES)
def test_names_of_sixty_rare_characters_wrap_and_are_complete(name: str) -> None:
    assert len(SIXTY) == 60
    raw = example(name)
    made = content(name, holder={**raw["holder"], "name": SIXTY})
    assert_complete(made, printed(made))


def test_a_department_with_a_long_name_is_complete() -> None:
    made = content()
    long = replace(made, issuer=replace(made.issuer, name="示例市" + "综合行政审批" * 9 + "局"))
    assert_complete(long, printed(long))


def test_a_very_long_scope_goes_on_a_second_page_and_the_seal_with_it() -> None:
    raw = example("business-license")
    made = content(claims={**raw["claims"], "business_scope": ("软件开发；" + RARE) * 90})
    document = printed(made)
    assert document.pages == 2
    assert document.seal_place.page == 1
    assert_complete(made, document)
    assert "第1页，共2页" in text_of(document.pdf)


def test_the_seal_stands_at_the_lower_right_inside_the_page() -> None:
    for name, width in (("business-license", 841.9), ("real-estate-ownership", 595.3)):
        place = printed(content(name)).seal_place
        assert place.page == 0
        assert width / 2 < place.left < place.right < width - 40
        assert 40 < place.bottom < place.top < 300
        assert place.right - place.left == pytest.approx(45 / 25.4 * 72)


def test_the_seals_place_has_the_size_of_the_seal() -> None:
    place = (
        press()
        .print(content(), verify_url=URL, attachments=None, demonstration=True, seal_diameter_mm=42.0)
        .seal_place
    )
    assert place.top - place.bottom == pytest.approx(42 / 25.4 * 72)


def test_a_demonstration_says_so_and_a_real_license_does_not() -> None:
    assert "演示证照" in text_of(printed(content()).pdf)
    assert "演示证照" not in text_of(printed(content(), demonstration=False).pdf)


def test_a_character_without_a_glyph_is_refused_rather_than_printed_as_a_box() -> None:
    raw = example("business-license")
    made = content(holder={**raw["holder"], "name": "示例\U00020bb7公司"})
    with pytest.raises(DocumentRefused) as refused:
        printed(made)
    assert "“名称”" in f"“{refused.value.detail_zh.partition('：')[2]}”"
    assert "\U00020bb7" not in f"{refused.value.detail}{refused.value.detail_zh}{refused.value.log_only}"


@pytest.mark.parametrize(
    "name", ['#panic("x")', '"); #panic("x")', "\\u{41}", "$x$", "*粗* _斜_ @ref <a>", "// 注", "[[]]"]
)
def test_a_name_is_never_typst_code(name: str) -> None:
    raw = example("business-license")
    made = content(holder={**raw["holder"], "name": name})
    assert_complete(made, printed(made))


def test_the_qr_code_on_the_page_reads_as_the_url() -> None:
    document = pypdfium2.PdfDocument(printed(content()).pdf)
    bitmap = document[0].render(scale=2, grayscale=True)
    view = memoryview(bytes(bitmap.buffer)).cast("B", (bitmap.height, bitmap.stride))
    document.close()
    (code,) = zxingcpp.read_barcodes(view)
    assert code.text == URL
    assert code.ec_level == "M"
    assert qr_svg(URL).lstrip().startswith("<?xml")


def test_more_than_eight_pages_are_refused() -> None:
    made = content("construction-qualification")
    many = replace(
        made, claims={**made.claims, "qualifications": tuple(f"第{i}项" + "示例" * 300 for i in range(60))}
    )
    with pytest.raises(DocumentRefused):
        printed(many)


def test_the_page_has_the_size_of_its_type() -> None:
    document = pypdfium2.PdfDocument(printed(content()).pdf)
    width, height = document[0].get_size()
    document.close()
    assert (round(width), round(height)) == (842, 595)
