"""T10: tokens built to cost time or memory are refused before they cost any."""

import time
import tracemalloc

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from keys.algorithms import Algorithm
from keys.encoding import b64url
from keys.errors import XinzhengError
from keys.jws import MAX_TOKEN_BYTES, verify_compact

KEY = ec.generate_private_key(ec.SECP256R1()).public_key()
HEADER = '{"alg":"ES256","typ":"x+jwt"%s}'
BOMBS = {
    "ten thousand nested arrays": HEADER % (',"x":' + "[" * 10_000 + "]" * 10_000),
    "five thousand nested arrays within the size": HEADER % (',"x":' + "[" * 4_000 + "]" * 4_000),
    "nested objects": HEADER % (',"x":' + '{"a":' * 1_500 + "1" + "}" * 1_500),
    "a number of ten thousand digits": HEADER % (',"x":' + "9" * 10_000),
    "a number with a huge exponent": HEADER % ',"x":1e99999999',
    "PBES2 with two thousand million rounds": HEADER % ',"p2c":2147483648,"alg":"PBES2-HS256+A128KW"',
    "compressed content": HEADER % ',"zip":"DEF","enc":"A256GCM"',
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_token_bomb_costs_neither_time_nor_memory(name: str) -> None:
    token = f"{b64url(BOMBS[name].encode())}.{b64url(b'{}')}.{b64url(b'0' * 64)}"
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(XinzhengError):
        verify_compact(token, public_key=KEY, algorithm=Algorithm.ES256, typ="x+jwt")
    spent, (_, peak) = time.process_time() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spent < 0.5
    assert peak < 20_000_000


def test_a_token_of_forty_megabytes_is_not_even_split() -> None:
    token = "." * 40_000_000
    started = time.process_time()
    with pytest.raises(XinzhengError):
        verify_compact(token, public_key=KEY, algorithm=Algorithm.ES256, typ="x+jwt")
    assert time.process_time() - started < 0.1
    assert MAX_TOKEN_BYTES == 16 * 1024
