"""Reading a form: what is accepted, and every cap from its far side."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.multipart import MAX_FIELD_OCTETS, MAX_PARTS, Part, media_type_of, parse_form
from api.refusals import MalformedForm
from keys.errors import XinzhengError

TYPE = "multipart/form-data; boundary=line"


def part(name: str, content: bytes, *, filename: str | None = None, extra: str = "") -> bytes:
    disposition = f'Content-Disposition: form-data; name="{name}"'
    if filename is not None:
        disposition += f'; filename="{filename}"'
    return b"--line\r\n" + f"{disposition}\r\n{extra}\r\n".encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--line--\r\n"


def test_a_file_and_a_field_are_read_as_they_were_sent() -> None:
    body = form(
        part("file", b"%PDF-\r\n--lin", filename="营业执照.pdf", extra="Content-Type: application/PDF\r\n"),
        part("text", "证照".encode()),
    )
    assert parse_form(body, TYPE) == (
        Part("file", "营业执照.pdf", "application/pdf", b"%PDF-\r\n--lin"),
        Part("text", None, "", "证照".encode()),
    )


def test_an_urlencoded_form_is_read_too() -> None:
    (only,) = parse_form(b"text=%E8%AF%81+1", "application/x-www-form-urlencoded; charset=gbk")
    assert only == Part("text", None, "text/plain", "证 1".encode())


@pytest.mark.parametrize(
    ("defect", "body", "content_type"),
    [
        ("no boundary", form(part("a", b"1")), "multipart/form-data"),
        ("another boundary", form(part("a", b"1")), "multipart/form-data; boundary=other"),
        ("boundary too long", form(part("a", b"1")), f"multipart/form-data; boundary={'b' * 300}"),
        ("empty body", b"", TYPE),
        ("breaks off", form(part("a", b"1"))[:-8], TYPE),
        ("no name", b"--line\r\nContent-Disposition: form-data\r\n\r\n1\r\n--line--\r\n", TYPE),
        ("no disposition", b"--line\r\nX: y\r\n\r\n1\r\n--line--\r\n", TYPE),
        (
            "two dispositions",
            part("a", b"1", extra='Content-Disposition: form-data; name="b"\r\n') + b"--line--\r\n",
            TYPE,
        ),
        ("too many parts", form(*[part("a", b"1")] * (MAX_PARTS + 1)), TYPE),
        ("a field too long", form(part("a", b"1" * (MAX_FIELD_OCTETS + 1))), TYPE),
        ("a header too long", form(part("a" * 5000, b"1")), TYPE),
        ("too many headers", form(part("a", b"1", extra="".join(f"X{n}: y\r\n" for n in range(20)))), TYPE),
        ("urlencoded: too many", b"&".join([b"a=1"] * 100_000), "application/x-www-form-urlencoded"),
        ("urlencoded: not UTF-8", b"a=%FF", "application/x-www-form-urlencoded"),
        ("urlencoded: not ASCII", "a=证".encode(), "application/x-www-form-urlencoded"),
    ],
)
def test_a_form_beyond_the_caps_is_refused(defect: str, body: bytes, content_type: str) -> None:
    with pytest.raises(MalformedForm):
        parse_form(body, content_type)


def test_the_sender_does_not_choose_the_character_set_of_names() -> None:
    (only,) = parse_form(form(part("file", b"1", filename="a")), f"{TYPE}; charset=idna")
    assert only.filename == "a"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([TYPE, "application/x-www-form-urlencoded", "x/y", ""]))
def test_garbage_gives_parts_or_our_own_refusal(noise: bytes, content_type: str) -> None:
    try:
        parse_form(noise, content_type)
        parse_form(form(part("file", noise, filename="x"))[: len(noise)], content_type)
    except XinzhengError:
        pass


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_file_content_survives_unchanged(content: bytes) -> None:
    if b"\r\n--line" not in content:
        (only,) = parse_form(form(part("file", content, filename="x")), TYPE)
        assert only.content == content


def test_a_media_type_is_compared_without_case_and_parameters() -> None:
    assert media_type_of(" Application/PDF ; a=b") == "application/pdf"
