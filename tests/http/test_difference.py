"""/verify shows what was changed after signing: the signed page beside the current one, script or not."""

import base64
import re

import pytest

from api.headers import CONTENT_SECURITY_POLICY
from api.i18n import Language, Words, load_messages
from api.licensing import Faces
from api.pages.difference import MOST_OCTETS, POLICY, differences_of
from seal.verification.pictures import PagePicture
from tests.asgi import AsgiClient
from tests.browsing import amended

PDF = "application/pdf"
PICTURE = re.compile(r'href="data:image/png;base64,([^"]+)"')


def answered(client: AsgiClient, pdf: bytes, language: str = "zh") -> str:
    return client.post(f"/verify?lang={language}", files={"file": ("证照.pdf", pdf, PDF)}).text


def test_a_changed_page_is_shown_before_and_after_with_marks(client: AsgiClient, faces: Faces) -> None:
    page = answered(client, amended(faces.document))
    assert page.index("无效") < page.index("签章之后改了什么") < page.index("逐项核验")
    before, after = (base64.b64decode(found) for found in PICTURE.findall(page))
    assert before != after
    assert before.startswith(b"\x89PNG")
    assert after.startswith(b"\x89PNG")
    assert page.count("<rect ") >= 2
    assert page.count('role="img" aria-label="签章时') == page.count('role="img" aria-label="现在') == 1
    assert re.search(r"第 1 页：\d+ 处不同（[上中下、部]+）", page)


def test_the_difference_is_told_in_english_too(client: AsgiClient, faces: Faces) -> None:
    page = answered(client, amended(faces.document), "en")
    assert "What was changed after it was signed" in page
    assert re.search(r'aria-label="Picture of the page: As it was signed\. Page 1: \d+ differing', page)


def test_an_unchanged_document_shows_no_pictures(client: AsgiClient, faces: Faces) -> None:
    assert not PICTURE.findall(answered(client, faces.document))


def test_only_the_page_that_shows_documents_may_hold_pictures_of_them(
    client: AsgiClient, faces: Faces
) -> None:
    assert client.get("/verify").headers["content-security-policy"] == POLICY
    assert client.get("/").headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert POLICY.replace(" data:", "") == CONTENT_SECURITY_POLICY


def picture(before: bytes, after: bytes, *boxes: tuple[int, int, int, int]) -> PagePicture:
    return PagePicture(2, 60, 90, before, after, boxes)


@pytest.mark.parametrize("language", Language)
def test_a_page_that_was_added_or_taken_out_is_said_to_be(language: Language) -> None:
    words = Words(language, load_messages())
    whole = (0, 0, 60, 90)
    added, removed = differences_of([picture(b"", b"x", whole), picture(b"x", b"", whole)], words)
    assert words("difference.added") in added.title
    assert not added.sides[0].href
    assert words("difference.removed") in removed.title
    assert not removed.sides[1].href


def test_pictures_beyond_what_one_answer_may_hold_are_left_out() -> None:
    words = Words(Language.ZH, load_messages())
    large = picture(b"x" * (MOST_OCTETS // 2), b"y" * (MOST_OCTETS // 3), (0, 0, 9, 9))
    assert len(differences_of([large, large, large], words)) == 1


def test_marks_stay_inside_the_picture() -> None:
    (shown,) = differences_of([picture(b"x", b"y", (0, 0, 60, 90))], Words(Language.ZH, load_messages()))
    (mark,) = shown.marks
    assert mark.x >= 0
    assert mark.y >= 0
    assert mark.x + mark.width <= 60
    assert mark.y + mark.height <= 90
