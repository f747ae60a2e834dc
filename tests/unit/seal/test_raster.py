"""PNG of a seal: small, transparent, in one ink."""

import struct
import zlib
from decimal import Decimal

import pytest

from seal.errors import PictureRefused
from seal.picture import Face, draw
from seal.raster import INK, png
from tests.unit.seal.papers import Paper

PICTURE = draw(Face("云上省市场监督管理局", Decimal(42), demonstration=True)).pdf


def chunks(data: bytes) -> dict[bytes, bytes]:
    """Read a PNG, checking every length and sum."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    found, at = {}, 8
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", data, at + 8 + size)[0] == zlib.crc32(kind + body)
        found[kind] = body
        at += size + 12
    return found


@pytest.mark.parametrize(("dpi", "bits"), [(150, 2), (200, 4), (96, 8)])
def test_a_picture_has_its_size_its_ink_and_a_transparent_ground(dpi: int, bits: int) -> None:
    parts = chunks(png(PICTURE, dpi=dpi, bits=bits))
    width, height, depth, colour = struct.unpack_from(">IIBB", parts[b"IHDR"])
    assert width == height == pytest.approx(42 / 25.4 * dpi, abs=1)
    assert (depth, colour) == (bits, 3)
    assert parts[b"PLTE"] == bytes(INK) * (1 << bits)
    assert parts[b"tRNS"][0] == 0
    assert parts[b"tRNS"][-1] == 255
    rows = zlib.decompress(parts[b"IDAT"])
    stride = 1 + (width * bits + 7) // 8
    assert len(rows) == height * stride
    assert rows[::stride] == bytes(height)
    middle = rows[(height // 2) * stride + 1 :][: stride - 1]
    assert middle[0] != 0
    assert rows[1] == 0


def test_the_picture_of_a_seal_record_stays_small() -> None:
    assert len(png(PICTURE, dpi=150, bits=2)) < 6_000


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"nothing", PICTURE[:200]])
def test_what_cannot_be_rendered_is_refused(data: bytes) -> None:
    with pytest.raises(PictureRefused):
        png(data, dpi=150)


def test_a_whole_page_is_no_picture_of_a_seal() -> None:
    with pytest.raises(PictureRefused):
        png(Paper().to_bytes(), dpi=150)
