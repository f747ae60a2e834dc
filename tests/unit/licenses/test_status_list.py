"""The 2-bit status list: the draft's own vectors as numbers, and what a hostile list may not do."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.encoding import b64url
from licenses.errors import MalformedStatusList
from licenses.status_list import LARGEST_INFLATED, LicenseStatus, StatusList

SMALL = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
"""draft-ietf-oauth-status-list §4.1: octets C9 44 F9."""
LARGE = {
    0: 1, 1993: 2, 25460: 1, 159495: 3, 495669: 1, 554353: 1,
    645645: 2, 723232: 1, 854545: 1, 934534: 2, 1000345: 3,
}  # fmt: skip
"""Appendix of the draft, 2^20 entries of 2 bits."""
LARGE_LST = (
    "eNrt2zENACEQAEEuoaBABP5VIO01fCjIHTMStt9ovGVIAAAAAABAbiEBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEB5"
    "WwIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAID0ugQAAAAAAAAAAAAAAAAAQG12SgAAAAAAAAAAAAAAAAAAAAAAAAAAAOCSIQEAAAAAAAAAAAAAAAAAAAAAAAD8ExIA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAwJEuAQAAAAAAAAAAAAAAAAAAAAAAAMB9SwIAAAAAAAAAAAAAAAAAAACoYUoA"
    "AAAAAAAAAAAAAEBqH81gAQw"
)


def test_the_small_vector_of_the_draft() -> None:
    statuses = StatusList.of(dict(enumerate(SMALL)), 12)
    assert statuses.encode() == "eNo76fITAAPfAgc"
    assert StatusList.decode("eNo76fITAAPfAgc") == statuses
    assert [statuses.status(index) for index in range(12)] == SMALL


def test_the_large_vector_of_the_draft() -> None:
    decoded = StatusList.decode(LARGE_LST)
    assert len(decoded) == 2**20
    assert decoded == StatusList.of(LARGE, 2**20)
    assert decoded.status(1993) is LicenseStatus.SUSPENDED
    assert decoded.status(1000345) is LicenseStatus.SUPERSEDED


@given(st.dictionaries(st.integers(0, 1023), st.integers(0, 3)))
def test_any_list_reads_back(values: dict[int, int]) -> None:
    statuses = StatusList.decode(StatusList.of(values, 1024).encode())
    assert all(statuses.status(index) == values.get(index, 0) for index in range(1024))


@pytest.mark.parametrize("index", [-1, 12, 2**63])
def test_an_index_outside_the_list_is_refused(index: int) -> None:
    with pytest.raises(MalformedStatusList):
        StatusList.of({}, 12).status(index)


@pytest.mark.parametrize(("values", "size"), [({}, 0), ({}, 10), ({12: 1}, 12), ({-1: 1}, 12), ({0: 4}, 12)])
def test_a_list_is_never_made_wrong(values: dict[int, int], size: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        StatusList.of(values, size)


def test_a_bomb_is_not_inflated() -> None:
    bomb = b64url(zlib.compress(bytes(LARGEST_INFLATED + 4), 9))
    assert len(bomb) < 20_000
    with pytest.raises(MalformedStatusList):
        StatusList.decode(bomb)


@pytest.mark.parametrize(
    "lst",
    [
        "",
        "eNo76fITAAPfAgc=",
        "eNo76fITAAPfAg",
        "eNo76fITAAPfAgcAAAA",
        b64url(zlib.compress(b"")),
        b64url(b"\x1f\x8b" + bytes(20)),
        b64url(bytes(20)),
        "名",
        "A" * 9_000_000,
    ],
    ids=range(9),
)
def test_what_is_not_a_list_is_refused(lst: str) -> None:
    with pytest.raises(MalformedStatusList):
        StatusList.decode(lst)


@given(st.binary(max_size=200))
def test_no_octets_raise_anything_else(data: bytes) -> None:
    try:
        StatusList.decode(b64url(data))
    except MalformedStatusList:
        pass
