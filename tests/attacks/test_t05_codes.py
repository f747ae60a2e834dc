"""T5 code replay and injection: 60 seconds, one use, bound to client, address, challenge and key."""

import threading

import pytest
from sqlalchemy.orm import Session

from api.db import Database
from keys.jwk import thumbprint
from tests.unit.trust.oidc.tokens_of_clients import proof
from tests.unit.trust.oidc.world import (
    DPOP_KEY,
    OTHER_KEY,
    REDIRECT,
    VERIFIER,
    World,
    a_client,
)
from trust.oauth_errors import InvalidGrant, InvalidRequest, InvalidToken, OAuthError
from trust.oidc.client_auth import Call
from trust.oidc.codes import Refused
from trust.oidc.introspection import introspect
from trust.oidc.parameters import read_parameters
from trust.oidc.policies import COMPAT, FAPI2, STANDARD
from trust.oidc.token import token
from trust.oidc.userinfo import userinfo


def test_attempt_reuse_authorization_code_after_one_second(world: World) -> None:
    client = world.add(a_client(STANDARD))
    code = world.code(client)
    first = world.exchange(client, code)
    bearer = Call(read_parameters([]), authorization=f"Bearer {first['access_token']}", method="GET")
    assert world.run(userinfo, bearer).body["sub"]
    world.later(seconds=1)
    with pytest.raises(InvalidGrant):
        world.exchange(client, code)
    with pytest.raises(InvalidToken):
        world.run(userinfo, bearer)
    with pytest.raises(InvalidGrant):
        world.refresh(client, first["refresh_token"])
    asked = world.call(client, {"token": first["access_token"]})
    assert world.run(introspect, asked).body == {"active": False}


def test_attempt_to_use_expired_auth_code(world: World) -> None:
    client = world.add(a_client(FAPI2))
    code = world.code(client)
    world.later(seconds=60)
    with pytest.raises(InvalidGrant):
        world.exchange(client, code)


def test_ensure_authorization_code_is_bound_to_client(world: World) -> None:
    client = world.add(a_client(STANDARD))
    other = world.add(a_client(STANDARD, client_id="other"))
    code = world.code(client)
    with pytest.raises(InvalidGrant):
        world.exchange(other, code)
    assert world.exchange(client, code)["access_token"]  # a thief cannot use it up either
    with pytest.raises(InvalidGrant):
        world.exchange(other, code)


def test_a_thief_who_replays_the_code_of_another_client_revokes_nothing(world: World) -> None:
    client = world.add(a_client(STANDARD))
    thief = world.add(a_client(STANDARD, client_id="thief"))
    code = world.code(client)
    body = world.exchange(client, code)
    with pytest.raises(InvalidGrant):
        world.exchange(thief, code)
    assert world.refresh(client, body["refresh_token"])["access_token"]


def test_the_redirect_address_must_come_again(world: World) -> None:
    client = world.add(a_client(STANDARD))
    code = world.code(client)
    with pytest.raises(InvalidRequest):
        world.exchange(client, code, redirect_uri=None)
    with pytest.raises(InvalidGrant):
        world.exchange(client, code, redirect_uri=REDIRECT + "/")
    assert world.exchange(client, code)["access_token"]


def test_ensure_mismatched_dpop_jkt_fails(world: World) -> None:
    client = world.add(a_client(FAPI2))
    url = world.provider.endpoints.par
    other = thumbprint(OTHER_KEY.public_key())
    nonce = world.nonce()
    with pytest.raises(InvalidRequest):
        world.push(client, dpop=(proof(DPOP_KEY, url, now=world.now, nonce=nonce),), dpop_jkt=other)


def test_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(world: World) -> None:
    client = world.add(a_client(FAPI2))
    code = world.code(client, dpop_jkt=thumbprint(OTHER_KEY.public_key()))
    with pytest.raises(InvalidGrant):
        world.exchange(client, code, key=DPOP_KEY)
    assert world.exchange(client, code, key=OTHER_KEY)["access_token"]


@pytest.mark.parametrize("garbage", ["x", "A" * 70, "", "💥", "../../etc", "AAAA" * 500])
def test_a_code_we_did_not_make_is_refused(world: World, garbage: str) -> None:
    client = world.add(a_client(COMPAT))
    with pytest.raises(OAuthError):
        world.exchange(client, garbage)


def test_no_handle_of_another_kind_is_a_code(world: World) -> None:
    client = world.add(a_client(STANDARD))
    body = world.tokens(client)
    for text in (body["refresh_token"], body["access_token"], body["id_token"]):
        with pytest.raises(InvalidGrant):
            world.exchange(client, text)


def test_fifty_parallel_redemptions_of_one_code_give_one_set_of_tokens_and_then_none(
    world: World, short_database: Database, database: Database
) -> None:
    client = world.add(a_client(STANDARD))
    members = {
        "grant_type": "authorization_code",
        "code": world.code(client),
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    call = world.call(client, members)
    world.session.rollback()
    world.short.rollback()
    outcomes: list[str] = []
    barrier = threading.Barrier(10)

    def redeem_five() -> None:
        barrier.wait()
        for _ in range(5):
            with Session(database.engine) as session, short_database.writing() as short:
                try:
                    answer = token(world.provider, session, short, call, world.now)
                except InvalidGrant:
                    outcomes.append("refused")
                    continue
                short.commit()
                outcomes.append("reused" if isinstance(answer, Refused) else "given")
                if not isinstance(answer, Refused):
                    given.append(answer.body["refresh_token"])

    given: list[str] = []
    threads = [threading.Thread(target=redeem_five) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(outcomes)) == ["given", "reused"]
    assert outcomes.count("given") == 1
    with pytest.raises(InvalidGrant):
        world.refresh(client, given[0])
