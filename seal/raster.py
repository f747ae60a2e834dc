"""A seal's picture as PNG: one ink on a transparent ground, for screens and for seal records (GB/T 38540).

A seal has one ink, so a palette of a few shades of red says all there is: a tenth of the size of RGBA.
Written by hand because a PNG is four chunks around one zlib stream; an imaging library would be large.
"""

import struct
import zlib

import pypdfium2

from seal.errors import PictureRefused

INK = (0xD2, 0x10, 0x1E)
_MM_PER_INCH = 25.4
_POINTS_PER_INCH = 72


def png(pdf: bytes, *, dpi: int, bits: int = 4) -> bytes:
    """Page 1 of `pdf` as an indexed PNG of 2^bits shades of the ink; `bits` is 2, 4 or 8.

    Raises PictureRefused when `pdf` cannot be rendered or is not the size of a seal.
    """
    width, height, alpha = _coverage(pdf, dpi)
    shades = 1 << bits
    per_byte = 8 // bits
    quantise = bytes((value * (shades - 1) + 127) // 255 for value in range(256))
    levels = alpha.translate(quantise)
    rows = bytearray()
    for start in range(0, width * height, width):
        row = levels[start : start + width]
        row += bytes(-width % per_byte)
        rows.append(0)
        rows += _pack(row, bits, per_byte)
    header = struct.pack(">IIBBBBB", width, height, bits, 3, 0, 0, 0)
    per_metre = round(dpi / _MM_PER_INCH * 1000)
    transparency = bytes(round(shade * 255 / (shades - 1)) for shade in range(shades))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", bytes(INK) * shades),
            _chunk(b"tRNS", transparency),
            _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
            _chunk(b"IDAT", zlib.compress(bytes(rows), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _coverage(pdf: bytes, dpi: int) -> tuple[int, int, bytes]:
    try:
        with pypdfium2.PdfDocument(pdf) as document:
            page = document[0]
            if max(page.get_size()) > 100 / _MM_PER_INCH * _POINTS_PER_INCH:
                raise PictureRefused("The picture is larger than a seal.", "印模尺寸超过印章应有的大小。")
            bitmap = page.render(
                scale=dpi / _POINTS_PER_INCH, fill_color=(255, 255, 255, 0), force_bitmap_format=4
            )
            stride, width, height = bitmap.stride, bitmap.width, bitmap.height
            pixels = bytes(bitmap.buffer)
    except (pypdfium2.PdfiumError, ValueError, IndexError) as reason:
        raise PictureRefused(
            "The picture cannot be rendered.", "印模无法显示。", log_only=str(reason)
        ) from None
    return (
        width,
        height,
        b"".join(pixels[row * stride + 3 : row * stride + width * 4 : 4] for row in range(height)),
    )


def _pack(row: bytes, bits: int, per_byte: int) -> bytes:
    if per_byte == 1:
        return row
    packed = bytearray(len(row) // per_byte)
    for position in range(per_byte):
        shift = 8 - bits * (position + 1)
        for index, value in enumerate(row[position::per_byte]):
            packed[index] |= value << shift
    return bytes(packed)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
