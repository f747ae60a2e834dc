"""Bytes that are not what they claim to be, made from bytes that are."""

from hypothesis import strategies as st


def spoiled(good: bytes) -> st.SearchStrategy[bytes]:
    """Truncated, bit-flipped, doubled, oversized, deeply nested or altogether random."""
    return st.one_of(
        st.integers(0, len(good) - 1).map(lambda size: good[:size]),
        st.tuples(st.integers(0, len(good) - 1), st.integers(1, 255)).map(
            lambda place: good[: place[0]] + bytes((good[place[0]] ^ place[1],)) + good[place[0] + 1 :]
        ),
        st.binary(max_size=200),
        st.binary(min_size=1, max_size=8).map(lambda tail: good + tail),
        st.sampled_from([b"", good + good, b"\x00" * 5000, *_EXTREME]),
    )


def nested(depth: int, tag: int = 0x30) -> bytes:
    """`depth` elements inside each other, with honest lengths."""
    content = b"\x05\x00"
    for _ in range(depth):
        size = len(content)
        octets = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
        length = bytes((size,)) if size < 0x80 else bytes((0x80 | len(octets),)) + octets
        content = bytes((tag,)) + length + content
    return content


_EXTREME = [
    nested(50),
    nested(900),
    nested(900, 0xA0),
    b"\x30\x84\xff\xff\xff\xff",
    b"\x30\x80" * 400,
    b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
    "不是证书".encode(),
    b"\x02" + b"\x82\xff\xff" + b"\x7f" * 0xFFFF,
]
