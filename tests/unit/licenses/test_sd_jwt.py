"""Selective disclosure, RFC 9901: what is put back in its place and what is refused."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.encoding import b64url
from licenses.errors import MalformedCredential
from licenses.sd_jwt import digest_of, hide, reveal


def disclosure(*parts: Any) -> str:
    return b64url(json.dumps(parts, ensure_ascii=False).encode())


NAME = disclosure("salt", "name", "张晓舟")
CODE = disclosure("salt", "code", "1")
ELEMENT = disclosure("salt", "甲")


def test_a_digest_is_over_the_ascii_of_the_disclosure() -> None:
    """The example of RFC 9901 §4.2.3."""
    text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert digest_of(text) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


def test_what_was_hidden_is_revealed_in_its_place() -> None:
    disclosures: list[str] = []
    hidden = hide({"name": "张晓舟", "code": "1"}, disclosures=disclosures, decoys=3)
    revealed = reveal({"holder": hidden, "vct": "v"}, disclosures)
    assert revealed.claims == {"vct": "v", "holder": {"name": "张晓舟", "code": "1"}}
    assert set(revealed.paths.values()) == {("holder", "name"), ("holder", "code")}
    assert revealed.hidden == 3


def test_digests_are_sorted_so_that_their_order_tells_nothing() -> None:
    hidden = hide({str(number): number for number in range(20)}, disclosures=[], decoys=5)
    assert hidden["_sd"] == sorted(hidden["_sd"])
    assert len(hidden["_sd"]) == 25


def test_salts_have_128_bits_and_differ() -> None:
    disclosures: list[str] = []
    asked: list[int] = []

    def octets(count: int) -> bytes:
        asked.append(count)
        return bytes([len(asked)]) * count

    hide({"a": 1, "b": 1}, disclosures=disclosures, random_bytes=octets)
    assert asked == [16, 16]
    assert len(set(disclosures)) == 2


def test_what_is_not_disclosed_stays_out_and_is_counted() -> None:
    payload = {"_sd": [digest_of(NAME), digest_of(CODE)], "_sd_alg": "sha-256"}
    assert reveal(payload, [CODE]).claims == {"code": "1"}
    assert reveal(payload, [CODE]).hidden == 1
    assert reveal(payload, []).claims == {}


def test_array_elements_and_nested_disclosures_are_revealed() -> None:
    inner = disclosure("s", "right", {"_sd": [digest_of(NAME)], "list": [{"...": digest_of(ELEMENT)}, "乙"]})
    revealed = reveal({"_sd": [digest_of(inner)]}, [inner, NAME, ELEMENT])
    assert revealed.claims == {"right": {"name": "张晓舟", "list": ["甲", "乙"]}}
    assert revealed.paths[ELEMENT] == ("right", "list", 0)
    without = reveal({"_sd": [digest_of(inner)]}, [inner])
    assert without.claims == {"right": {"list": ["乙"]}}


DIGEST = digest_of(NAME)
REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a digest twice in one list": ({"_sd": [DIGEST, DIGEST]}, [NAME]),
    "a digest twice at two places": ({"_sd": [DIGEST], "a": {"_sd": [DIGEST]}}, [NAME]),
    "a withheld digest twice": ({"_sd": ["x"], "a": {"_sd": ["x"]}}, []),
    "a digest in an object and in an array": ({"_sd": [DIGEST], "a": [{"...": DIGEST}]}, [NAME]),
    "a disclosure twice": ({"_sd": [DIGEST]}, [NAME, NAME]),
    "a disclosure nothing refers to": ({"_sd": [DIGEST]}, [NAME, CODE]),
    "a name that is there already": ({"_sd": [DIGEST], "name": "李"}, [NAME]),
    "two disclosures of one name": (
        {"_sd": [DIGEST, digest_of(disclosure("t", "name", 2))]},
        [NAME, disclosure("t", "name", 2)],
    ),
    "the name _sd": ({"_sd": [digest_of(disclosure("s", "_sd", []))]}, [disclosure("s", "_sd", [])]),
    "the name ...": ({"_sd": [digest_of(disclosure("s", "...", 1))]}, [disclosure("s", "...", 1)]),
    "an element in the place of a member": ({"_sd": [digest_of(ELEMENT)]}, [ELEMENT]),
    "a member in the place of an element": ({"a": [{"...": DIGEST}]}, [NAME]),
    "a name that is no text": ({"_sd": [digest_of(disclosure("s", 1, 2))]}, [disclosure("s", 1, 2)]),
    "a salt that is no text": ({"_sd": [digest_of(disclosure(1, "a", 2))]}, [disclosure(1, "a", 2)]),
    "four parts": ({"_sd": [digest_of(disclosure("s", "a", 2, 3))]}, [disclosure("s", "a", 2, 3)]),
    "an object for a disclosure": ({}, [b64url(b'{"a":1}')]),
    "no JSON for a disclosure": ({}, [b64url(b"[")]),
    "two values in one disclosure": ({}, [b64url(b'["s","a",1]["s","b",2]')]),
    "a line break to forge a second": ({}, [b64url(b'["s","a",1]\n["s","b",2]'), NAME]),
    "a disclosure that is not base64url": ({}, ["WyJ+"]),
    "a disclosure with an object that repeats a name": ({}, [b64url(b'["s","a",{"b":1,"b":2}]')]),
    "_sd that is no list": ({"_sd": "x"}, []),
    "_sd that is null": ({"_sd": None}, []),
    "_sd with a number": ({"_sd": [1]}, []),
    "an element with more members": ({"a": [{"...": "x", "b": 1}]}, []),
    "an element digest that is no text": ({"a": [{"...": {}}]}, []),
    "... as a member": ({"a": {"...": "x"}}, []),
    "_sd_alg below the top": ({"a": {"_sd_alg": "sha-256"}}, []),
    "another digest algorithm": ({"_sd_alg": "sha-512"}, []),
    "too deep": (json.loads('{"a":' * 20 + "1" + "}" * 20), []),
    "too deep in arrays": (json.loads('{"a":' + "[" * 20 + "]" * 20 + "}"), []),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    payload, disclosures = REFUSED[name]
    with pytest.raises(MalformedCredential):
        reveal(payload, disclosures)


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8).filter(lambda name: name not in ("_sd", "...", "_sd_alg")),
        st.one_of(st.text(max_size=20), st.integers(-9, 9), st.lists(st.text(max_size=5), max_size=3)),
        max_size=8,
    )
)
def test_any_members_hidden_are_revealed_again(members: dict[str, Any]) -> None:
    clean = json.loads(json.dumps(members).replace("\\u0000", "x"))
    disclosures: list[str] = []
    hidden = hide(clean, disclosures=disclosures)
    assert reveal(hidden, disclosures).claims == clean


def test_decoys_look_like_digests() -> None:
    (decoy,) = hide({}, disclosures=[], decoys=1)["_sd"]
    assert len(decoy) == len(b64url(hashlib.sha256(b"").digest()))
