"""Octets of every kind into `verify`: a report comes out, never an exception, never "valid" by accident."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keys.report import Verdict
from licenses.verify import verify
from tests.builders import a_province
from tests.databases import Databases
from tests.forger import a_credential
from tests.materials import NOW
from tests.province import Province

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


class Known:
    """A node, one license and what a verifier knows; plain, for hypothesis prints what it is given."""

    def __init__(self, made: Province) -> None:
        self.made = made
        self.issued = made.issue()
        self.snapshot = made.snapshot()


@pytest.fixture(scope="module")
def known(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    folder = tmp_path_factory.mktemp("garbage")
    database = databases.fresh(folder)
    yield Known(a_province(folder, database))
    database.close()


@FEW
@given(artifact=st.binary(max_size=600))
def test_random_octets_get_a_report(known: Known, artifact: bytes) -> None:
    assert verify(artifact, known.snapshot, now=NOW, lookup=known.made.lookup).verdict is not Verdict.VALID


@FEW
@given(artifact=st.text(max_size=300))
def test_random_text_gets_a_report(known: Known, artifact: str) -> None:
    assert (
        verify(artifact.encode(), known.snapshot, now=NOW, lookup=known.made.lookup).verdict
        is not Verdict.VALID
    )


@FEW
@given(length=st.integers(0, 5000))
def test_a_truncated_credential_gets_a_report(known: Known, length: int) -> None:
    cut = known.issued.credential.encode()[:length]
    assert verify(cut, known.snapshot, now=NOW).verdict in (
        Verdict.INDETERMINATE,
        Verdict.INVALID,
        Verdict.VALID,
    )


@settings(max_examples=25, deadline=None)
@given(
    member=st.sampled_from(
        ["iss", "iat", "nbf", "exp", "status", "issuer", "identifier", "license_type", "vct", "valid_from",
         "valid_until", "holder", "claims", "name", "issued_on", "cnf"]
    ),
    value=JSON,
)  # fmt: skip
def test_a_perfectly_signed_member_of_a_wrong_kind_gets_a_report(
    known: Known, member: str, value: object
) -> None:
    """An issuer may sign anything. What it signs may be nonsense, but not a crash."""
    try:
        credential = a_credential(known.made, **{member: value})
    except (ValueError, TypeError):
        return  # not something canonical JSON carries
    report = verify(credential.encode(), known.snapshot, now=NOW, lookup=known.made.lookup)
    assert report.verdict in (Verdict.INDETERMINATE, Verdict.INVALID, Verdict.VALID)
    report.to_json()


@settings(max_examples=20, deadline=None)
@given(place=st.integers(0, 80_000), bit=st.integers(0, 7))
def test_a_document_with_a_flipped_bit_is_never_valid(known: Known, place: int, bit: int) -> None:
    """Anywhere the signature covers: all but the hole for its own value."""
    octets = bytearray(known.issued.document)
    covered = re.search(rb"/ByteRange\s*\[0 (\d+) (\d+)", octets)
    assert covered is not None
    start, end = int(covered[1]), int(covered[2])
    place %= len(octets) - (end - start)
    octets[place if place < start else place + end - start] ^= 1 << bit
    assert verify(bytes(octets), known.snapshot, now=NOW).verdict is not Verdict.VALID
