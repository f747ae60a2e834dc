"""The trust list: read back as written, held to one region, refused when anything does not fit."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.encoding import b64url, canonical_json, parse_json, unb64url
from keys.errors import XinzhengError
from keys.jws import sign_compact
from keys.signer import KeyUse
from licenses.accreditation import Accreditation
from licenses.credential import x5c_header
from licenses.errors import MalformedTrustList, TrustListWrong
from licenses.trust_list import TYP, read_trust_list
from tests.builders import a_province
from tests.databases import Databases
from tests.materials import BUREAU, BUSINESS, TODAY
from tests.province import Province


@pytest.fixture(scope="module")
def made(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    folder = tmp_path_factory.mktemp("trust-list")
    database = databases.fresh(folder)
    yield a_province(folder, database)
    database.close()


def resigned(made: Province, **changes: object) -> str:
    """A list whose payload differs, signed again by the right key."""
    payload = parse_json(unb64url(made.signed_trust_list().split(".")[1]), max_bytes=1 << 20)
    handle, certificate = made.list_signer
    return sign_compact(
        canonical_json(payload | changes),
        signer=handle.standing(KeyUse.TRUST_LIST),
        typ=TYP,
        header={"x5c": x5c_header([certificate])},
    )


def test_a_list_reads_back_as_it_was_written(made: Province) -> None:
    read = read_trust_list(made.signed_trust_list())
    assert read.content == made.trust_list()
    assert read.signer == made.list_signer[1]


def test_a_list_for_another_region_than_its_signers_is_refused(made: Province) -> None:
    with pytest.raises(TrustListWrong):
        read_trust_list(made.signed_trust_list(region="440000"))
    with pytest.raises(TrustListWrong):
        read_trust_list(made.signed_trust_list(region="000000"))


def test_a_grant_outside_the_lists_region_is_refused(made: Province) -> None:
    outside = Accreditation(BUREAU, "局", frozenset({BUSINESS}), "440100", TODAY, TODAY + timedelta(days=1))
    with pytest.raises(TrustListWrong) as refused:
        read_trust_list(made.signed_trust_list(grants=(outside,)))
    assert "本地区以外" in refused.value.detail_zh


def test_a_list_signed_by_another_key_than_its_certificates_is_refused(made: Province) -> None:
    handle, _ = made.list_signer
    _, wrong = made.maker
    payload = made.signed_trust_list().split(".")[1]
    token = sign_compact(
        unb64url(payload),
        signer=handle.standing(KeyUse.TRUST_LIST),
        typ=TYP,
        header={"x5c": x5c_header([wrong])},
    )
    with pytest.raises(TrustListWrong):
        read_trust_list(token)


def test_a_token_of_another_type_is_no_trust_list(made: Province) -> None:
    (status,) = list(made.status_tokens().values()) or [made.signed_trust_list().replace("e", "f", 1)]
    with pytest.raises((TrustListWrong, MalformedTrustList)):
        read_trust_list(status)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "ftp://zj.example"},
        {"iss": "https://zj.example/"},
        {"version": 0},
        {"version": True},
        {"iat": "now"},
        {"node": None},
        {"authorities": "all"},
        {"authorities": [1]},
        {"issuers": {}},
        {"issuers": [{}]},
        {"log": {"origin": "x", "key": "y"}},
        {"anchors": [None]},
    ],
    ids=str,
)
def test_a_member_of_a_wrong_kind_is_refused(made: Province, changes: dict[str, object]) -> None:
    with pytest.raises(MalformedTrustList):
        read_trust_list(resigned(made, **changes))


@settings(max_examples=60, deadline=None)
@given(token=st.text(max_size=200) | st.binary(max_size=100).map(lambda raw: b64url(raw) + ".e30.AA"))
def test_garbage_is_refused_in_our_own_words(token: str) -> None:
    with pytest.raises(XinzhengError):
        read_trust_list(token)


def test_a_list_of_no_region_at_all_is_refused(made: Province) -> None:
    content = replace(made.trust_list(), region="999999")
    with pytest.raises(TrustListWrong):
        read_trust_list(made.signed_trust_list(region=content.region))
