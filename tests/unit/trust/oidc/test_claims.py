"""What is released: by scope, by the claims parameter, verified claims, pairwise subjects, user info."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.algorithms import Algorithm
from tests.unit.trust.oidc.world import Person, World, a_client, claims_in, header_in
from trust.oauth_errors import InvalidRequest, InvalidToken, OAuthError
from trust.oidc.claims_request import parse_claims
from trust.oidc.client_auth import Call
from trust.oidc.parameters import read_parameters
from trust.oidc.policies import COMPAT, STANDARD
from trust.oidc.provider import SignedAnswer
from trust.oidc.userinfo import userinfo

CLIENT = a_client(STANDARD)
VERIFIED = {
    "verification": {
        "trust_framework": "cn_zwfw_realname",
        "assurance_level": "L2",
        "time": "2026-11-01T00:00:00+00:00",
        "evidence": [{"type": "electronic_record", "record": {"type": "population_register"}}],
    },
    "claims": {"name": "张三", "birthdate": "1990-01-01"},
}


def ask(world: World, text: str, method: str = "GET", **more: Any) -> Any:
    return world.run(
        userinfo, Call(read_parameters([]), authorization=f"Bearer {text}", method=method, **more)
    )


def released(world: World, **changes: str | None) -> dict[str, Any]:
    return dict(ask(world, world.tokens(CLIENT, **changes)["access_token"]).body)


def test_scopes_release_claims_and_nothing_else(world: World) -> None:
    world.add(CLIENT)
    assert released(world).keys() == {"sub"}
    assert released(world, scope="openid profile").keys() == {"sub", "name", "gender"}
    assert released(world, scope="openid phone").keys() == {"sub", "phone_number"}


def test_the_claims_parameter_releases_where_it_says(world: World) -> None:
    world.add(CLIENT)
    body = world.tokens(
        CLIENT, claims='{"id_token":{"name":null,"missing":{"essential":true}},"userinfo":{"gender":null}}'
    )
    identity = claims_in(body["id_token"])
    assert identity["name"] == "张三"
    assert "missing" not in identity
    assert "gender" not in identity
    assert ask(world, body["access_token"]).body.keys() == {"sub", "gender"}


def test_a_claims_request_cannot_overwrite_what_the_provider_says(world: World) -> None:
    world.add(CLIENT)
    world.people.held["person-1"] = Person(
        "person-1", {"sub": "x", "iss": "y", "aud": "z", "acr": "L9", "exp": 1, "name": "n"}
    )
    claims = '{"id_token":{"iss":null,"aud":null,"exp":null,"amr":null,"name":null}}'
    identity = claims_in(world.tokens(CLIENT, claims=claims)["id_token"])
    assert identity["iss"] == world.provider.issuer
    assert identity["aud"] == CLIENT.client_id
    assert identity["name"] == "n"


def wish(verification: str = '{"trust_framework":null}', claims: str = '{"name":null}') -> str:
    return f'{{"userinfo":{{"verified_claims":{{"verification":{verification},"claims":{claims}}}}}}}'


FULFILLED = {
    "any framework": wish(),
    "our framework": wish('{"trust_framework":{"value":"cn_zwfw_realname"}}'),
    "one of several": wish('{"trust_framework":{"values":["x","cn_zwfw_realname"]}}'),
    "level": wish('{"trust_framework":null,"assurance_level":{"value":"L2"}}'),
    "young enough": wish('{"trust_framework":null,"time":{"max_age":3000000}}'),
    "evidence": wish(
        '{"trust_framework":null,"evidence":[{"type":{"value":"electronic_record"},"record":null}]}'
    ),
    "claim value": wish(claims='{"name":{"value":"张三"}}'),
}
OMITTED = {
    "another framework": wish('{"trust_framework":{"value":"eidas"}}'),
    "higher level": wish('{"trust_framework":null,"assurance_level":{"value":"L4"}}'),
    "too old": wish('{"trust_framework":null,"time":{"max_age":60}}'),
    "another evidence": wish('{"trust_framework":null,"evidence":[{"type":{"value":"document"}}]}'),
    "another value": wish(claims='{"name":{"value":"李四"}}'),
    "a claim we do not have": wish(claims='{"nationality":{"essential":true}}'),
    "a member we do not have": wish('{"trust_framework":null,"txn":null}'),
}
MALFORMED = [
    wish("{}"),
    wish(claims="{}"),
    wish(claims="null"),
    wish("null"),
    wish('"cn_zwfw_realname"'),
    '{"userinfo":{"verified_claims":[]}}',
    '{"userinfo":{"verified_claims":null}}',
    '{"userinfo":{"verified_claims":7}}',
    '{"userinfo":7}',
    '{"userinfo":{"name":7}}',
    '{"userinfo":{"name":{"essential":"yes"}}}',
    '{"userinfo":{"name":{"values":"x"}}}',
    "[]",
    "{",
    '{"userinfo":{},"userinfo":{}}',
    "[" * 5000,
]


@pytest.mark.parametrize("name", FULFILLED)
def test_verified_claims_are_given_as_asked_for(world: World, name: str) -> None:
    world.add(CLIENT)
    world.people.held["person-1"] = Person("person-1", verified=(VERIFIED,))
    given = released(world, claims=FULFILLED[name])["verified_claims"]
    assert given["claims"] == {"name": "张三"}
    assert given["verification"]["trust_framework"] == "cn_zwfw_realname"
    assert ("evidence" in given["verification"]) == (name == "evidence")


@pytest.mark.parametrize("name", OMITTED)
def test_verified_claims_that_cannot_be_given_are_left_out_silently(world: World, name: str) -> None:
    world.add(CLIENT)
    world.people.held["person-1"] = Person("person-1", {"name": "张三"}, verified=(VERIFIED,))
    assert "verified_claims" not in released(world, claims=OMITTED[name])


def test_several_requests_get_several_answers(world: World) -> None:
    world.add(CLIENT)
    world.people.held["person-1"] = Person("person-1", verified=(VERIFIED,))
    one = '{"verification":{"trust_framework":null},"claims":{"%s":null}}'
    text = '{{"id_token":{{"verified_claims":[{},{},{}]}}}}'.format(
        one % "name", one % "birthdate", one % "x"
    )
    given = claims_in(world.tokens(CLIENT, claims=text)["id_token"])["verified_claims"]
    assert [set(held["claims"]) for held in given] == [{"name"}, {"birthdate"}]


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_claims_parameter_is_an_invalid_request(text: str) -> None:
    with pytest.raises(InvalidRequest):
        parse_claims(text)


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=60)
    | st.recursive(
        st.none() | st.booleans() | st.text(max_size=4),
        lambda x: st.dictionaries(
            st.sampled_from(["userinfo", "id_token", "verified_claims", "claims", "value"]), x
        ),
        max_leaves=8,
    ).map(repr)
)
def test_any_text_is_a_claims_request_or_refused(text: str) -> None:
    try:
        parse_claims(text)
    except InvalidRequest:
        pass


def test_clients_of_different_sectors_see_different_subjects_and_sessions(world: World) -> None:
    here = world.add(CLIENT)
    same = world.add(a_client(STANDARD, client_id="same-host"))
    uris = ("https://other.example/cb",)
    other = world.add(a_client(STANDARD, client_id="other-host", redirect_uris=uris))
    public = [world.add(a_client(COMPAT, client_id=f"public-{number}")) for number in (1, 2)]
    first, second = (claims_in(world.tokens(one)["id_token"]) for one in (here, same))
    code = world.code(other, redirect_uri=uris[0])
    third = claims_in(world.exchange(other, code, redirect_uri=uris[0])["id_token"])
    assert first["sub"] == second["sub"] != third["sub"]
    assert len({one["sid"] for one in (first, second, third)}) == 3
    shared = {claims_in(world.tokens(one)["id_token"])["sub"] for one in public}
    assert len(shared) == 1
    assert first["sub"] not in shared


def test_signed_user_info_names_issuer_and_audience(world: World) -> None:
    client = world.add(a_client(STANDARD, userinfo_algorithm=Algorithm.RS256))
    answer = ask(world, world.tokens(client, scope="openid profile")["access_token"], "POST")
    assert isinstance(answer, SignedAnswer)
    assert answer.media_type == "application/jwt"
    assert header_in(answer.token)["alg"] == "RS256"
    members = claims_in(answer.token)
    assert (members["iss"], members["aud"], members["name"]) == (
        world.provider.issuer,
        client.client_id,
        "张三",
    )


def test_user_info_needs_a_live_person_token_with_openid(world: World) -> None:
    world.add(CLIENT)
    machine = world.token(CLIENT, {"grant_type": "client_credentials"})["access_token"]
    person = world.tokens(CLIENT)["access_token"]
    posted = Call(read_parameters([("access_token", person)]))
    assert world.run(userinfo, posted).body["sub"]
    with pytest.raises(InvalidRequest):
        world.run(
            userinfo, Call(read_parameters([("access_token", person)]), authorization=f"Bearer {person}")
        )
    world.people.held.clear()
    for call in (Call(read_parameters([])), Call(read_parameters([]), authorization="Basic eA=="), posted):
        with pytest.raises(InvalidToken):
            world.run(userinfo, call)
    for text in (machine, "", "x", "a.b.c"):
        with pytest.raises(OAuthError):
            ask(world, text)
