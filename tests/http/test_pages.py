"""The pages as a program sees them: what is said in which state, in which language, without a browser."""

import pytest

import api.limits
from api.licensing import Faces, change
from api.node import Node
from licenses.lifecycle import Operation
from tests.asgi import AsgiClient
from tests.served import printed_address

PDF = "application/pdf"


def test_chinese_comes_first_and_english_is_one_choice_away(client: AsgiClient) -> None:
    assert 'lang="zh-CN"' in client.get("/").text
    assert 'lang="en"' in client.get("/?lang=en").text.partition("<head>")[0]
    assert 'lang="zh-CN"' in client.get("/?lang=fr").text
    assert 'lang="en"' in client.get("/", headers={"cookie": "lang=en"}).text.partition("<head>")[0]
    assert client.get("/?lang=en").headers["content-language"] == "en"


def test_the_first_page_says_who_may_issue_here_and_what_anybody_can_check(
    client: AsgiClient, node: Node
) -> None:
    page = client.get("/").text
    assert "浙江省市场监督管理局" in page
    assert "营业执照" in page
    assert "/trust/list" in page
    fingerprint = node.anchor.fingerprint(node.anchor.signature_hash_algorithm)  # type: ignore[arg-type]
    assert fingerprint.hex().upper()[:4] in page


def test_an_uploaded_document_is_answered_in_words(client: AsgiClient, faces: Faces) -> None:
    page = client.post("/verify?lang=zh", files={"file": ("证照.pdf", faces.document, PDF)}).text
    assert '<h2 id="verdict">有效</h2>' in page
    assert "文件：证照.pdf" in page
    assert page.index("有效") < page.index("证照内容") < page.index("逐项核验")


def test_a_text_is_answered_too_and_an_urlencoded_form_is_taken(client: AsgiClient, faces: Faces) -> None:
    for form in ({"data": {"text": faces.identifier}}, {"files": {"text": (None, faces.credential)}}):
        assert '<h2 id="verdict">有效</h2>' in client.post("/verify", **form).text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"data": {"text": "  "}}, "请先选择一个文件"),
        ({"data": {"other": "x"}}, "请先选择一个文件"),
        ({"files": {"file": ("", b"")}}, "请先选择一个文件"),
        ({"files": {"file": ("a", b"1"), "text": (None, b"2")}}, "只能选一种"),
    ],
)
def test_a_form_that_cannot_be_taken_says_why_and_stays(
    client: AsgiClient, form: dict[str, object], said: str
) -> None:
    response = client.post("/verify", **form)
    assert response.status_code == 422
    assert response.text.count(said) >= 2  # at the top with a link, and at the field
    assert 'role="alert"' in response.text


def test_a_file_that_is_too_large_is_told_on_the_form(
    client: AsgiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.limits, "BODY_OCTETS", {"/verify": 10})
    response = client.post("/verify", files={"file": ("a", b"1" * 100)})
    assert response.status_code == 413
    assert "25 MB" in response.text


def test_a_body_that_is_no_form_is_a_page_for_people(client: AsgiClient) -> None:
    response = client.post("/verify", content=b"x", headers={"accept": "text/html", "content-type": "a/b"})
    assert response.status_code == 400
    assert "这次没有办成" in response.text


def test_a_busy_node_says_so_on_a_page(client: AsgiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from api.refusals import QueueFull
    from api.verifying import Verifier

    async def full(*_args: object, **_more: object) -> None:
        raise QueueFull

    monkeypatch.setattr(Verifier, "examine", full)
    response = client.post("/verify", data={"text": "x"}, headers={"accept": "text/html"})
    assert (response.status_code, response.headers["retry-after"]) == (503, "2")
    assert "现在有点忙" in response.text


def test_a_suspended_license_is_invalid_on_its_public_page_with_what_to_do(
    client: AsgiClient, node: Node, faces: Faces
) -> None:
    path = "/l/" + printed_address(faces.document).rpartition("/")[2]
    assert '<h2 id="verdict">有效</h2>' in client.get(path).text
    change(node, faces.license_id, Operation.SUSPEND, note="test", requested_by="test")
    node.snapshots.refresh()
    page = client.get(path).text
    assert '<h2 id="verdict">无效</h2>' in page
    assert "暂扣" in page
    assert "接下来怎么办" in page


def test_an_unknown_printed_code_is_a_404_that_warns(client: AsgiClient) -> None:
    for secret in ("A" * 22, "x", "a" * 500):
        response = client.get(f"/l/{secret}")
        assert response.status_code == 404
        assert "查不到这张证照" in response.text
        assert response.headers["x-robots-tag"] == "noindex, nofollow"


def test_the_public_page_shows_no_claims_that_a_stranger_need_not_see(
    client: AsgiClient, faces: Faces
) -> None:
    page = client.get("/l/" + printed_address(faces.document).rpartition("/")[2]).text
    assert "签发机关" in page
    assert "法定代表人" not in page
    assert "持证人未出示" not in page


def test_the_public_page_of_a_person_shows_a_masked_name(client: AsgiClient, node: Node) -> None:
    from tests.served import ESTATE, issue_example

    faces = issue_example(node, ESTATE)
    page = client.get("/l/" + printed_address(faces.document).rpartition("/")[2]).text
    assert "**" in page
    assert "个人信息已部分遮盖" in page
