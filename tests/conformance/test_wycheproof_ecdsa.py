"""Wycheproof, ECDSA P-256 with SHA-256, through `keys.signature`: every vector is judged as expected."""

from collections import Counter

from keys.algorithms import Algorithm, read_public_key
from keys.errors import BadSignature
from keys.signature import verify_signature
from tests.conformance.wycheproof import groups


def test_every_ecdsa_vector_is_judged_as_expected() -> None:
    counted: Counter[str] = Counter()
    for group in groups("ecdsa_secp256r1_sha256_test.json"):
        public_key = read_public_key(bytes.fromhex(group["publicKeyDer"]))
        for test in group["tests"]:
            try:
                verify_signature(
                    public_key, Algorithm.ES256, bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"])
                )
                found = "valid"
            except BadSignature:
                found = "invalid"
            assert found == test["result"], (test["tcId"], test["comment"])
            counted[found] += 1
    assert counted == {"valid": 174, "invalid": 310}
