"""Serial numbers (证书序列号), RFC 5280 §4.1.2.2; also of time-stamps (RFC 3161 §2.4.2: at most 160 bits).

126 random bits in exactly 16 octets: positive, never zero, far below the 20-octet limit, and nobody has to
keep a counter that a restored backup would wind back.
"""

import secrets

SERIAL_OCTETS = 16
_TOP_BIT = 1 << (8 * SERIAL_OCTETS - 2)
_SERIAL_HEX = 2 * SERIAL_OCTETS


def new_serial() -> int:
    """A fresh serial number: positive, 16 octets in DER, 126 bits of entropy."""
    return _TOP_BIT | secrets.randbits(8 * SERIAL_OCTETS - 2)


def serial_text(serial: int) -> str:
    """The spelling used in the database, in URLs and in transcripts: lower-case hexadecimal, at least 32
    digits.
    """
    return f"{serial:0{_SERIAL_HEX}x}"
