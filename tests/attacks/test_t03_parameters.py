"""T3 parameter pollution (CVE-2026-9689): whoever repeats a parameter gets nothing."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.attacks.request_objects import request_object
from tests.unit.trust.oidc.world import World, a_client
from trust.oauth_errors import InvalidRequest
from trust.oidc.parameters import MAX_LONG_VALUE, MAX_VALUE, read_form, read_parameters
from trust.oidc.policies import FAPI2, STANDARD, AuthMethod

NAMES = (
    "client_id response_type redirect_uri scope state nonce code_challenge code_challenge_method prompt "
    "max_age acr_values claims request request_uri response_mode login_hint id_token_hint ui_locales "
    "dpop_jkt grant_type code code_verifier refresh_token client_secret client_assertion "
    "client_assertion_type token device_code post_logout_redirect_uri something_unknown"
).split()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("second", ["same", "other", ""])
def test_a_repeated_parameter_is_refused_wherever_its_second_copy_stands(name: str, second: str) -> None:
    for query, body in (([(name, "same"), (name, second)], []), ([(name, "same")], [(name, second)])):
        with pytest.raises(InvalidRequest):
            read_parameters(query, body)


def test_only_resource_may_be_repeated() -> None:
    read = read_parameters([("resource", "https://a.example"), ("resource", "https://b.example")])
    assert read.every("resource") == ("https://a.example", "https://b.example")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_par_without_duplicate_parameters(world: World, data: Any) -> None:
    client = a_client(STANDARD)
    pairs = list(world.request(client).items())
    twice = data.draw(st.sampled_from(pairs))
    place = data.draw(st.integers(0, len(pairs)))
    value = data.draw(st.sampled_from([twice[1], "", "https://evil.example"]))
    pairs.insert(place, (twice[0], value))
    with pytest.raises(InvalidRequest):
        read_parameters(pairs)


def test_a_request_object_cannot_smuggle_what_stands_beside_it(world: World) -> None:
    """RFC 9101 §6.3: with a request object only its members count."""
    client = world.add(a_client(STANDARD, auth_method=AuthMethod.PRIVATE_KEY_JWT, jwks=a_client(FAPI2).jwks))
    inside = request_object(world, client, state="inside")
    answer = world.arrive({**world.request(client, state="outside"), "request": inside}, world.login())
    assert answer.parameters["state"] == "inside"  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [1_000_000, MAX_LONG_VALUE + 1])
@pytest.mark.parametrize("name", ["state", "client_assertion", "scope"])
def test_a_parameter_of_a_megabyte_is_refused(name: str, size: int) -> None:
    with pytest.raises(InvalidRequest):
        read_parameters([(name, "x" * size)])


def test_state_may_have_more_than_a_thousand_characters_but_names_no_control() -> None:
    assert len(read_parameters([("state", "s" * 4000)])["state"]) == 4000
    for value in ("a\x00b", "a\nb", "\x7f", "a\r\nSet-Cookie: x"):
        with pytest.raises(InvalidRequest):
            read_parameters([("state", value)])
    with pytest.raises(InvalidRequest):
        read_parameters([("scope", "s" * (MAX_VALUE + 1))])
    with pytest.raises(InvalidRequest):
        read_parameters([(f"p{number}", "x") for number in range(65)])


def test_a_parameter_without_a_value_is_left_out() -> None:
    assert "scope" not in read_parameters([("scope", "")])


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_form_is_read_or_refused(encoded: bytes) -> None:
    try:
        read_parameters(read_form(encoded))
    except InvalidRequest:
        pass


def test_an_oversized_or_foreign_form_is_refused() -> None:
    for encoded in (b"a=" + b"x" * 100_000, "a=ä".encode(), b"a=%ff", b"&".join([b"a=1"] * 100)):
        with pytest.raises(InvalidRequest):
            read_form(encoded)
