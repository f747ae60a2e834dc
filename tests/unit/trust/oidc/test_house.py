"""Keeping house: documents, key rotation, step-up helper, janitor, and what a flow costs in statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from keys.algorithms import Algorithm
from keys.errors import KeyStateConflict
from keys.jws import verify_compact
from keys.keyring import Keyring
from keys.lifecycle import KeyState
from keys.signer import KeyUse
from tests.unit.keys.world import KEK
from tests.unit.trust.oidc.world import ISSUER, L2, L3, World, a_client, claims_in
from trust.oidc import short_models
from trust.oidc.client_cache import CachedClients
from trust.oidc.discovery import discovery_document, key_set
from trust.oidc.janitor import TABLES, sweep
from trust.oidc.login_keys import next_key, prepare_next, promote_next
from trust.oidc.policies import FAPI2, POLICIES, STANDARD
from trust.oidc.provider import ACR_VALUES, key_label
from trust.oidc.step_up import challenge_for
from trust.oidc.tokens import make_access_token
from trust.short_lived import SHORT_LIVED


def test_the_document_says_what_the_provider_does(world: World) -> None:
    document = discovery_document(world.provider, verified_claims=["name"])
    assert document["issuer"] == ISSUER
    assert document["response_types_supported"] == ["code"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert "password" not in document["grant_types_supported"]
    assert "none" not in document["request_object_signing_alg_values_supported"]
    assert document["trust_frameworks_supported"] == ["cn_zwfw_realname"]
    for name, value in document.items():
        if name.endswith(("_endpoint", "_uri")):
            assert value.startswith(ISSUER + "/oidc/")
    assert None not in document.values()


def test_no_policy_allows_what_the_profile_forbids() -> None:
    for policy in POLICIES.values():
        assert "none" not in policy.signing_algorithms
        assert not any(name.startswith("HS") for name in policy.signing_algorithms)
    assert "RS256" not in FAPI2.signing_algorithms
    assert FAPI2.pushed_only
    assert FAPI2.sender_constrained
    assert FAPI2.pkce_required


def test_a_key_is_published_before_it_signs_and_after(session: Session, world: World) -> None:
    keyring = Keyring(KEK)
    old = keyring.generate(
        session, uses=[KeyUse.LOGIN_TOKEN], label=key_label(Algorithm.ES256), now=world.now
    )
    object.__setattr__(world.provider, "keyring", keyring)
    client = a_client(STANDARD)

    def token() -> str:
        return make_access_token(world.provider, client, scope=["a"], resources=[], jkt=None, now=world.now)

    def kids() -> set[str]:
        return {key["kid"] for key in key_set(world.provider)["keys"]}

    before = token()
    following = prepare_next(session, keyring, Algorithm.ES256, world.now)
    assert kids() == {old.kid, following.kid}
    assert next_key(keyring, Algorithm.ES256) is following
    verify_compact(token(), public_key=old.public_key, algorithm=Algorithm.ES256, typ="at+jwt")
    with pytest.raises(KeyStateConflict):
        prepare_next(session, keyring, Algorithm.ES256, world.now)
    promote_next(session, keyring, Algorithm.ES256, world.now)
    verify_compact(token(), public_key=following.public_key, algorithm=Algorithm.ES256, typ="at+jwt")
    verify_compact(before, public_key=old.public_key, algorithm=Algorithm.ES256, typ="at+jwt")
    assert kids() == {old.kid, following.kid}
    keyring.destroy(session, old.kid, world.now)
    assert kids() == {following.kid}
    assert old.state is KeyState.DESTROYED
    with pytest.raises(KeyStateConflict):
        promote_next(session, keyring, Algorithm.ES256, world.now)


def test_a_resource_server_is_told_what_to_ask_for(world: World) -> None:
    client = world.add(a_client(STANDARD))
    claims = claims_in(world.tokens(client)["access_token"])
    asked: dict[str, Any] = {"known": ACR_VALUES, "now": world.now}
    assert challenge_for(claims, **asked) is None
    assert challenge_for(claims, acr=L2, max_age=60, **asked) is None
    stronger = challenge_for(claims, acr=L3, **asked)
    assert stronger is not None
    assert stronger.header == (
        'Bearer error="insufficient_user_authentication", error_description="A stronger or fresher '
        f'authentication is needed", acr_values="{L3} {ACR_VALUES[3]}"'
    )
    fresher = challenge_for(claims, max_age=60, known=ACR_VALUES, now=world.now + timedelta(seconds=61))
    assert fresher is not None
    assert fresher.header.endswith("max_age=60")
    for odd in ({}, {"acr": L3}, {"acr": L3, "auth_time": True}, {"acr": "gold", "auth_time": 1}):
        assert challenge_for(odd, acr=L2, **asked) is not None
    assert challenge_for({"cnf": {}, **claims}, acr=L3, **asked).scheme == "DPoP"  # type: ignore[union-attr]


def test_the_janitor_leaves_nothing_that_is_over_and_touches_nothing_else(world: World) -> None:
    client = world.add(a_client(FAPI2))
    for _ in range(5):
        world.tokens(client)
    rows = {table.name: count(world, table) for table in TABLES}
    assert rows["oidc_grant"] == 5
    assert sweep(world.short, world.now) == 0
    world.later(hours=1)
    assert sweep(world.short, world.now, batch=2) == 2
    while sweep(world.short, world.now, batch=2):
        world.short.commit()
    left = {table.name: count(world, table) for table in TABLES}
    assert left["oidc_grant"] == 5
    assert left["oidc_request"] == 0
    world.later(days=1)
    while sweep(world.short, world.now):
        world.short.commit()
    assert sum(count(world, table) for table in TABLES) == 0


def test_every_short_lived_table_of_the_provider_is_swept() -> None:
    ours = {
        str(model.__tablename__)
        for model in vars(short_models).values()
        if isinstance(model, type) and str(getattr(model, "__tablename__", "")).startswith("oidc_")
    }
    assert {table.name for table in TABLES} == ours <= SHORT_LIVED.tables.keys()


def count(world: World, table: Any) -> int:
    return int(world.short.connection().scalar(select(func.count()).select_from(table)) or 0)


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_login_costs_few_statements(world: World) -> None:

    world.provider = replace(world.provider, clients=CachedClients())
    client, strict = world.add(a_client(STANDARD)), world.add(a_client(FAPI2))
    machine = {"grant_type": "client_credentials"}
    for warm in (client, strict):
        world.tokens(warm)
    two_files = world.session.get_bind().dialect.name == "sqlite"
    with counted(world.session) as durable, counted(world.short) as short:

        def cost(work: Any) -> tuple[int, int]:
            durable.clear()
            short.clear()
            work()
            return (len(durable), len(short)) if two_files else (0, len(short))

        assert cost(lambda: world.token(client, machine)) == (0, 0)
        code: list[str] = []
        assert cost(lambda: code.append(world.code(client))) == (0, 1)
        body: list[dict[str, Any]] = []
        assert cost(lambda: body.append(world.exchange(client, code[0]))) == (0, 1)
        assert cost(lambda: world.refresh(client, body[0]["refresh_token"])) == (0, 1)
        # PAR: assertion jti, request; authorize: read, use, grant
        assert cost(lambda: code.append(world.code(strict))) == (0, 2 + 3)
        # a first try without nonce, then assertion jti, proof jti, redeem
        assert cost(lambda: world.exchange(strict, code[1])) == (0, 1 + 3)
