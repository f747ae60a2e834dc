"""T6 refresh replay: sender-bound and not rotated, or rotated with the family dying at reuse."""

import threading

import pytest
from sqlalchemy.orm import Session

from api.db import Database
from tests.unit.trust.oidc.world import DPOP_KEY, OTHER_KEY, World, a_client, claims_in, public_client
from trust.oauth_errors import InvalidClient, InvalidGrant, InvalidScope
from trust.oidc.codes import Refused
from trust.oidc.policies import FAPI2, STANDARD
from trust.oidc.token import token


def test_refresh_token_of_a_confidential_client_is_not_rotated(world: World) -> None:
    client = world.add(a_client(FAPI2))
    first = world.tokens(client)
    second = world.refresh(client, first["refresh_token"])
    third = world.refresh(client, first["refresh_token"])
    assert first["refresh_token"] == second["refresh_token"] == third["refresh_token"]
    assert second["access_token"] != third["access_token"]
    assert claims_in(second["id_token"])["auth_time"] == claims_in(first["id_token"])["auth_time"]
    assert "nonce" not in claims_in(second["id_token"])


def test_a_refresh_token_is_bound_to_its_client(world: World) -> None:
    client = world.add(a_client(STANDARD))
    thief = world.add(a_client(STANDARD, client_id="thief"))
    text = world.tokens(client)["refresh_token"]
    with pytest.raises(InvalidGrant):
        world.refresh(thief, text)
    assert world.refresh(client, text)["access_token"]


def test_reuse_of_an_old_refresh_token_kills_the_family(world: World) -> None:
    client = world.add(public_client())
    first = world.tokens(client)["refresh_token"]
    second = world.refresh(client, first)["refresh_token"]
    third = world.refresh(client, second)["refresh_token"]
    assert len({first, second, third}) == 3
    with pytest.raises(InvalidGrant):
        world.refresh(client, first)
    for text in (third, second, first):
        with pytest.raises(InvalidGrant):
            world.refresh(client, text)


def test_the_same_client_may_retry_until_the_new_token_is_used(world: World) -> None:
    client = world.add(public_client())
    first = world.tokens(client)["refresh_token"]
    lost = world.refresh(client, first)["refresh_token"]
    again = world.refresh(client, first)["refresh_token"]
    assert lost != again
    assert world.refresh(client, again)["refresh_token"]
    with pytest.raises(InvalidGrant):
        world.refresh(client, first)  # the new one was used: this is reuse
    with pytest.raises(InvalidGrant):
        world.refresh(client, again)


def test_a_thief_and_his_victim_cannot_leapfrog_each_other(world: World) -> None:
    """Both hold the first token; each retry gives another new one, so the second to move is found out."""
    client = world.add(public_client())
    stolen = world.tokens(client)["refresh_token"]
    thiefs = world.refresh(client, stolen)["refresh_token"]
    victims = world.refresh(client, stolen)["refresh_token"]
    with pytest.raises(InvalidGrant):
        world.refresh(client, thiefs)
    with pytest.raises(InvalidGrant):
        world.refresh(client, victims)


def test_a_refresh_token_of_a_public_client_is_bound_to_its_key(world: World) -> None:
    client = world.add(public_client())
    text = world.exchange(client, world.code(client), key=DPOP_KEY)["refresh_token"]
    for key in (None, OTHER_KEY):
        with pytest.raises(InvalidGrant):
            world.refresh(client, text, key=key)
    assert world.refresh(client, text, key=DPOP_KEY)["token_type"] == "DPoP"


def test_a_forged_refresh_token_harms_nobody(world: World) -> None:
    """Who knows the grant's name, as every resource server does, can neither use nor kill it."""
    client = world.add(public_client())
    text = world.tokens(client)["refresh_token"]
    for forged in (text[:-2] + ("AA" if text[-2:] != "AA" else "BB"), "A" * len(text), text + "A", text[1:]):
        with pytest.raises(InvalidGrant):
            world.refresh(client, forged)
    assert world.refresh(client, text)["access_token"]


def test_scope_may_shrink_and_never_grow(world: World) -> None:
    client = world.add(a_client(STANDARD))
    text = world.tokens(client, scope="openid profile")["refresh_token"]
    assert world.refresh(client, text, scope="profile")["scope"] == "profile"
    assert world.refresh(client, text)["scope"] == "openid profile"
    with pytest.raises(InvalidScope):
        world.refresh(client, text, scope="openid phone")


def test_a_refresh_token_ends_with_its_time_its_account_and_its_client(world: World) -> None:
    client = world.add(a_client(STANDARD))
    text = world.tokens(client)["refresh_token"]
    person = world.people.held.pop("person-1")
    with pytest.raises(InvalidGrant):
        world.refresh(client, text)
    world.people.held["person-1"] = person
    assert world.refresh(client, text)["access_token"]
    world.later(hours=12)
    with pytest.raises(InvalidGrant):
        world.refresh(client, text)
    with pytest.raises(InvalidClient):
        world.refresh(a_client(STANDARD, client_id="gone"), text)


def test_concurrent_reuse_leaves_one_working_token_or_none(
    world: World, database: Database, short_database: Database
) -> None:
    client = world.add(public_client())
    text = world.tokens(client)["refresh_token"]
    call = world.call(client, {"grant_type": "refresh_token", "refresh_token": text})
    world.session.rollback()
    world.short.rollback()
    given: list[str] = []
    barrier = threading.Barrier(8)

    def refresh() -> None:
        barrier.wait()
        with Session(database.engine) as session, short_database.writing() as short:
            answer = token(world.provider, session, short, call, world.now)
            short.commit()
            if not isinstance(answer, Refused):
                given.append(answer.body["refresh_token"])

    threads = [threading.Thread(target=refresh) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(given)) == len(given) == 8
    working = 0
    for one in sorted(given, key=given.index, reverse=True):
        try:
            world.refresh(client, one)
        except InvalidGrant:
            continue
        working += 1
    assert working <= 1
