"""T7 token theft: a bound token is worth nothing without the key, a proof nothing the second time."""

import threading
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from api.db import Database
from keys.encoding import b64url
from keys.jwk import public_jwk
from tests.unit.trust.oidc.tokens_of_clients import proof, signed
from tests.unit.trust.oidc.world import DPOP_KEY, OTHER_KEY, RSA_KEY, World, a_client, claims_in
from trust.oauth_errors import InvalidDpopProof, InvalidToken, OAuthError, UseDpopNonce
from trust.oidc.client_auth import Call
from trust.oidc.dpop import check_proof
from trust.oidc.dpop_nonce import make_nonce
from trust.oidc.parameters import read_parameters
from trust.oidc.policies import FAPI2, STANDARD
from trust.oidc.userinfo import userinfo

URL = "https://zhejiang.example/oidc/token"
JWK = {
    name: value
    for name, value in public_jwk(DPOP_KEY.public_key()).items()
    if name in ("kty", "crv", "x", "y")
}
PRIVATE = DPOP_KEY.private_numbers().private_value.to_bytes(32, "big")


def check(world: World, made: str, **changes: Any) -> str | None:
    asked = {"method": "POST", "url": URL, "nonce_required": False, "now": world.now, **changes}
    return check_proof(world.provider, world.short, (made,), **asked)


NEGATIVE: dict[str, dict[str, Any]] = {
    "no jti": {"jti": None},
    "jti is a number": {"jti": 7},
    "jti is empty": {"jti": ""},
    "no htm": {"htm": None},
    "another method": {"htm": "GET"},
    "method in small letters": {"htm": "post"},
    "no htu": {"htu": None},
    "another path": {"htu": URL + "/x"},
    "another host": {"htu": "https://evil.example/oidc/token"},
    "user in htu": {"htu": "https://zhejiang.example@evil.example/oidc/token"},
    "plain http": {"htu": URL.replace("https", "http")},
    "another port": {"htu": "https://zhejiang.example:8443/oidc/token"},
    "no iat": {"iat": None},
    "iat is text": {"iat": "1"},
    "iat is true": {"iat": True},
    "old": {"iat": 1_000_000_000},
    "from the future": {"iat": 4_000_000_000},
    "expired": {"exp": 1_000_000_000},
    "not yet valid": {"nbf": 4_000_000_000},
    "another type": {"header": {"typ": "JWT"}},
    "no type": {"header": {"typ": None}},
    "no key": {"header": {"jwk": None}},
    "another key": {"header": {"jwk": public_jwk(OTHER_KEY.public_key())}},
    "a private key": {"header": {"jwk": {**JWK, "d": b64url(PRIVATE)}}},
    "a symmetric key": {"header": {"jwk": {"kty": "oct", "k": "AAAA"}, "alg": "HS256"}},
    "no algorithm": {"header": {"alg": "none"}},
    "symmetric algorithm": {"header": {"alg": "HS256"}},
    "algorithm of another key": {"header": {"alg": "PS256"}},
    "unknown crit": {"header": {"crit": ["x"], "x": 1}},
    "jku": {"header": {"jku": "https://evil.example/jwks"}},
}


@pytest.mark.parametrize("fault", NEGATIVE)
def test_dpop_negative_tests(world: World, fault: str) -> None:
    with pytest.raises(InvalidDpopProof):
        check(world, proof(DPOP_KEY, URL, now=world.now, **NEGATIVE[fault]))


@pytest.mark.parametrize("seconds", [-59, -10, 0, 10, 59])
def test_a_clock_that_is_a_little_off_is_forgiven(world: World, seconds: int) -> None:
    issued = int(world.now.timestamp()) + seconds
    assert check(world, proof(DPOP_KEY, URL, now=world.now, iat=issued))


def test_check_dpop_proof_nbf_exp(world: World) -> None:
    issued = int(world.now.timestamp())
    assert check(world, proof(DPOP_KEY, URL, now=world.now, nbf=issued, exp=issued + 30))
    for changes in ({"exp": issued - 11}, {"nbf": issued + 30}):
        with pytest.raises(InvalidDpopProof):
            check(world, proof(DPOP_KEY, URL, now=world.now, **changes))


def test_htu_is_compared_without_query_fragment_and_case_of_the_host(world: World) -> None:
    for htu in (
        URL + "?a=1",
        URL + "#x",
        "HTTPS://ZHEJIANG.example/oidc/token",
        URL.replace("example/", "example:443/"),
    ):
        assert check(world, proof(DPOP_KEY, URL, now=world.now, htu=htu))


def test_a_proof_is_good_once(world: World) -> None:
    made = proof(DPOP_KEY, URL, now=world.now)
    assert check(world, made)
    with pytest.raises(InvalidDpopProof):
        check(world, made)
    world.later(seconds=59)
    with pytest.raises(InvalidDpopProof):
        check(world, made)


def test_a_jti_used_at_once_in_eight_workers_succeeds_once(world: World, short_database: Database) -> None:
    made = proof(DPOP_KEY, URL, now=world.now)
    world.short.rollback()
    outcomes: list[bool] = []
    barrier = threading.Barrier(8)

    def present() -> None:
        barrier.wait()
        with short_database.writing() as short:
            try:
                check_proof(
                    world.provider,
                    short,
                    (made,),
                    method="POST",
                    url=URL,
                    nonce_required=False,
                    now=world.now,
                )
                short.commit()
                outcomes.append(True)
            except InvalidDpopProof:
                outcomes.append(False)

    threads = [threading.Thread(target=present) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 7 + [True]


def test_two_proofs_at_once_are_none(world: World) -> None:
    pair = (proof(DPOP_KEY, URL, now=world.now), proof(DPOP_KEY, URL, now=world.now))
    with pytest.raises(InvalidDpopProof):
        check_proof(
            world.provider, world.short, pair, method="POST", url=URL, nonce_required=False, now=world.now
        )


def test_a_stale_or_foreign_nonce_is_answered_with_a_fresh_one(world: World) -> None:
    old = make_nonce(world.provider.secret, world.now)
    world.later(minutes=4)
    for nonce in (old, "x", "A" * 32, None):
        with pytest.raises(UseDpopNonce) as caught:
            check(world, proof(DPOP_KEY, URL, now=world.now, nonce=nonce), nonce_required=True)
        fresh = caught.value.dpop_nonce
        assert check(world, proof(DPOP_KEY, URL, now=world.now, nonce=fresh), nonce_required=True)
    with pytest.raises(UseDpopNonce):
        check(world, proof(DPOP_KEY, URL, now=world.now, nonce=7))  # type: ignore[arg-type]


def test_a_nonce_is_good_for_two_minutes_and_not_before_its_time(world: World) -> None:
    nonce = make_nonce(world.provider.secret, world.now)
    world.later(minutes=2)
    assert check(world, proof(DPOP_KEY, URL, now=world.now, nonce=nonce), nonce_required=True)
    world.later(minutes=-3)
    with pytest.raises(UseDpopNonce):
        check(world, proof(DPOP_KEY, URL, now=world.now, nonce=nonce), nonce_required=True)


def test_ensure_holder_of_key_required(world: World) -> None:
    client = world.add(a_client(FAPI2))
    members = {"grant_type": "authorization_code", "code": world.code(client)}
    with pytest.raises(InvalidDpopProof):
        world.token(client, members)


def present(world: World, scheme: str, text: str, *proofs: str, method: str = "GET") -> Any:
    call = Call(read_parameters([]), authorization=f"{scheme} {text}", dpop=proofs, method=method)
    return world.run(userinfo, call)


def test_a_stolen_bound_token_opens_nothing(world: World) -> None:
    client = world.add(a_client(FAPI2))
    text = world.tokens(client)["access_token"]
    assert claims_in(text)["cnf"]["jkt"]
    url = world.provider.endpoints.userinfo
    good = {"now": world.now, "method": "GET"}
    for scheme, proofs in (
        ("Bearer", ()),
        ("Bearer", (proof(DPOP_KEY, url, access_token=text, **good),)),
        ("DPoP", ()),
        ("DPoP", (proof(OTHER_KEY, url, access_token=text, **good),)),
        ("DPoP", (proof(DPOP_KEY, url, access_token="another", **good),)),
        ("DPoP", (proof(DPOP_KEY, url, **good),)),
        ("DPoP", (proof(DPOP_KEY, url, access_token=text, now=world.now),)),
    ):
        with pytest.raises((InvalidToken, InvalidDpopProof)):
            present(world, scheme, text, *proofs)
    assert present(world, "DPoP", text, proof(DPOP_KEY, url, access_token=text, **good)).body["sub"]


def test_an_unbound_token_cannot_be_dressed_up(world: World) -> None:
    client = world.add(a_client(STANDARD))
    text = world.tokens(client)["access_token"]
    url = world.provider.endpoints.userinfo
    made = proof(DPOP_KEY, url, now=world.now, method="GET", access_token=text)
    with pytest.raises(InvalidToken):
        present(world, "DPoP", text, made)


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP256K1(), ec.SECP224R1()])
def test_a_key_of_another_curve_proves_nothing(world: World, curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve)
    numbers = key.public_key().public_numbers()
    size = (curve.key_size + 7) // 8
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "x": b64url(numbers.x.to_bytes(size, "big")),
        "y": b64url(numbers.y.to_bytes(size, "big")),
    }
    with pytest.raises(OAuthError):
        check(world, signed({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}, b"{}", DPOP_KEY))


def test_a_client_may_prove_any_kind_of_key_we_take(world: World) -> None:
    for key in (DPOP_KEY, RSA_KEY, ed25519.Ed25519PrivateKey.generate()):
        assert check(world, proof(key, URL, now=world.now))


@pytest.mark.parametrize("garbage", ["", "a.b", "a.b.c", "." * 9000, "é.é.é", "e30.e30.e30"])
def test_garbage_is_no_proof(world: World, garbage: str) -> None:
    with pytest.raises(InvalidDpopProof):
        check(world, garbage)
