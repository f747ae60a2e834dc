"""A little provider for the tests: real keys, a real database, people and consents in memory."""

import base64
import functools
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from keys.encoding import b64url, parse_json, unb64url
from keys.foreign import read_foreign_keys
from keys.jwk import public_jwk
from keys.keyring import Keyring
from keys.models import SigningKey
from tests.unit.keys.world import KEK
from tests.unit.trust.oidc.tokens_of_clients import PrivateKey, assertion, proof
from trust.oauth_errors import UseDpopNonce
from trust.oidc.assertion import ASSERTION_TYPE
from trust.oidc.authorize import (
    Arrival,
    AuthorizeAnswer,
    Continuation,
    Interaction,
    Returned,
    authorize,
    continue_authorize,
)
from trust.oidc.client_auth import Call, secret_digest
from trust.oidc.client_cache import StoredClients
from trust.oidc.clients import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, DEVICE_CODE, REFRESH_TOKEN, Client
from trust.oidc.codes import Refused
from trust.oidc.dpop_nonce import make_nonce
from trust.oidc.handles import ProviderSecret
from trust.oidc.login_keys import ensure_login_keys
from trust.oidc.par import push
from trust.oidc.parameters import read_parameters
from trust.oidc.people import AgentGrant, Subject, VerifiedRequest
from trust.oidc.policies import FAPI2, STANDARD, AuthMethod, Policy
from trust.oidc.provider import ACR_VALUES, Answer, Provider
from trust.oidc.steps import Decision
from trust.oidc.store import insert_client
from trust.oidc.token import token

ISSUER = "https://zhejiang.example"
REDIRECT = "https://platform.example/callback"
SECRET = "a-secret-of-256-bits-in-real-life-this-one-is-for-tests"
VERIFIER = "v" * 43
CLIENT_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
DPOP_KEY = ec.generate_private_key(ec.SECP256R1())
L1, L2, L3, L4 = ACR_VALUES
SCOPES = frozenset({"openid", "profile", "phone", "offline_access", "agent"})


def challenge(verifier: str = VERIFIER) -> str:
    return b64url(hashlib.sha256(verifier.encode()).digest())


@functools.cache
def login_keyring(now: datetime) -> Keyring:
    """One keyring for all tests: making an RSA key takes a second."""
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine, tables=[SQLModel.metadata.tables[str(SigningKey.__tablename__)]])
    keyring = Keyring(KEK)
    with Session(engine) as session:
        ensure_login_keys(session, keyring, now)
    return keyring


@dataclass(frozen=True)
class Person:
    """A person as the provider sees one."""

    person_id: str
    known: Mapping[str, Any] = field(default_factory=dict)
    verified: tuple[Mapping[str, Any], ...] = ()
    agents: tuple[AgentGrant, ...] = ()

    def claims(self, requested: Collection[str]) -> Mapping[str, Any]:
        return {name: self.known[name] for name in requested if name in self.known}

    def verified_claims(self, request: VerifiedRequest) -> Sequence[Mapping[str, Any]]:
        return self.verified

    def grants(self, at: datetime) -> Sequence[AgentGrant]:
        return self.agents


class Crowd:
    """People in memory."""

    def __init__(self) -> None:
        self.held: dict[str, Subject] = {}

    def subject(self, session: Session, person_id: str, now: datetime) -> Subject | None:
        return self.held.get(person_id)


class Ledger:
    """Consents in memory: everybody has agreed to everything until told otherwise."""

    def __init__(self) -> None:
        self.agreed = True

    def covers(self, session: Session, person_id: str, client_id: str, names: Collection[str]) -> bool:
        return self.agreed


@dataclass(frozen=True)
class Login:
    """A login session."""

    auth_time: datetime
    sid: str = "session-1"
    person_id: str = "person-1"
    acr: str = L2
    amr: Sequence[str] = ("pwd", "otp")


@dataclass
class World:
    """The provider, its databases and a clock that tests move by hand."""

    provider: Provider
    session: Session
    short: Session
    now: datetime
    people: Crowd
    ledger: Ledger

    def login(self, **changes: Any) -> Login:
        return replace(Login(self.now), **changes)

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def add(self, client: Client) -> Client:
        insert_client(self.session, client, self.now)
        self.session.commit()
        return client

    def run(self, endpoint: Callable[..., Any], *values: Any) -> Any:
        """Call an endpoint as `api` does: commit what is returned, roll back what is raised."""
        try:
            answer = endpoint(self.provider, self.session, self.short, *values, self.now)
        except BaseException:
            self.short.rollback()
            self.session.rollback()
            raise
        self.short.commit()
        self.session.commit()
        if isinstance(answer, Refused):
            raise answer.error
        return answer

    # --- what a client sends -------------------------------------------------------------------

    def credentials(self, client: Client, **changes: Any) -> dict[str, str]:
        if client.auth_method is AuthMethod.CLIENT_SECRET_POST:
            return {"client_id": client.client_id, "client_secret": SECRET}
        if client.auth_method is AuthMethod.PRIVATE_KEY_JWT:
            values = {"audience": self.provider.issuer, "now": self.now, "key": CLIENT_KEY, **changes}
            made = assertion(client.client_id, **values)
            return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": made}
        return {"client_id": client.client_id}

    def call(
        self, client: Client, members: dict[str, str], *, dpop: tuple[str, ...] = (), **extra: Any
    ) -> Call:
        authorization = None
        if client.auth_method is AuthMethod.CLIENT_SECRET_BASIC:
            authorization = basic(client.client_id)
        sent = {**self.credentials(client), **members}
        return Call(read_parameters(sent.items()), authorization=authorization, dpop=dpop, **extra)

    def request(self, client: Client, **changes: str | None) -> dict[str, str]:
        members: dict[str, str | None] = {
            "client_id": client.client_id,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": "openid",
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in members.items() if value is not None}

    def nonce(self) -> str:
        return make_nonce(self.provider.secret, self.now)

    # --- whole steps ---------------------------------------------------------------------------

    def push(self, client: Client, *, dpop: tuple[str, ...] = (), **changes: str | None) -> str:
        answer: Answer = self.run(push, self.call(client, self.request(client, **changes), dpop=dpop))
        return str(answer.body["request_uri"])

    def authorize(self, client: Client, login: Login | None, **changes: str | None) -> AuthorizeAnswer:
        if client.policy.pushed_only:
            members = {"client_id": client.client_id, "request_uri": self.push(client, **changes)}
        else:
            members = self.request(client, **changes)
        return self.arrive(members, login)

    def arrive(self, members: dict[str, str], login: Login | None) -> AuthorizeAnswer:
        answer: AuthorizeAnswer = self.run(authorize, Arrival(read_parameters(members.items()), login))
        return answer

    def go_on(self, page: Interaction, login: Login | None, **decided: Any) -> AuthorizeAnswer:
        continuation = Continuation(page.handle, login, Decision(**decided))
        answer: AuthorizeAnswer = self.run(continue_authorize, continuation)
        return answer

    def code(self, client: Client, login: Login | None = None, **changes: str | None) -> str:
        answer = self.authorize(client, login or self.login(), **changes)
        assert isinstance(answer, Returned), answer
        return answer.parameters["code"]

    def token(
        self, client: Client, members: dict[str, str], *, key: PrivateKey | None = None, **changes: Any
    ) -> dict[str, Any]:
        """Ask the token endpoint; with `key`, prove it, taking the nonce that is offered."""
        url = self.provider.endpoints.token

        def attempt(nonce: str | None) -> dict[str, Any]:
            proofs = (proof(key, url, now=self.now, nonce=nonce, **changes),) if key else ()
            return dict(self.run(token, self.call(client, members, dpop=proofs)).body)

        try:
            return attempt(None)
        except UseDpopNonce as error:
            return attempt(error.dpop_nonce)

    def exchange(
        self, client: Client, code: str, *, key: PrivateKey | None = None, **changes: str | None
    ) -> dict[str, Any]:
        members: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
            **changes,
        }
        if key is None and client.sender_constrained:
            key = DPOP_KEY
        return self.token(
            client, {name: value for name, value in members.items() if value is not None}, key=key
        )

    def refresh(
        self, client: Client, text: str, *, key: PrivateKey | None = None, **members: str
    ) -> dict[str, Any]:
        if key is None and client.sender_constrained:
            key = DPOP_KEY
        return self.token(client, {"grant_type": "refresh_token", "refresh_token": text, **members}, key=key)

    def tokens(self, client: Client, **changes: str | None) -> dict[str, Any]:
        return self.exchange(client, self.code(client, **changes))


def basic(client_id: str, secret: str = SECRET) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def make_world(session: Session, short: Session, now: datetime) -> World:
    people, ledger = Crowd(), Ledger()
    people.held["person-1"] = Person(
        "person-1", {"name": "张三", "phone_number": "+8613800000000", "gender": "male"}
    )
    people.held["person-2"] = Person("person-2", {"name": "李四"})
    provider = Provider(
        issuer=ISSUER,
        keyring=login_keyring(now),
        secret=ProviderSecret(b"s" * 32),
        clients=StoredClients(),
        people=people,
        consents=ledger,
        machine_scopes=frozenset({"licenses:read", "licenses:issue"}),
    )
    return World(provider, session, short, now, people, ledger)


def a_client(policy: Policy = FAPI2, **changes: Any) -> Client:
    """A well-formed client of a policy: keys for fapi2, a secret otherwise."""
    by_key = policy is FAPI2
    values: dict[str, Any] = {
        "client_id": f"client-{policy.name}",
        "name": "一网通办",
        "owner": "91350100M000100Y43",
        "policy": policy,
        "auth_method": AuthMethod.PRIVATE_KEY_JWT if by_key else AuthMethod.CLIENT_SECRET_POST,
        "grant_types": frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS, DEVICE_CODE}),
        "scopes": SCOPES | {"licenses:read"},
        "redirect_uris": (REDIRECT,),
        "post_logout_redirect_uris": ("https://platform.example/bye",),
        "pairwise": policy.pairwise,
        "id_token_algorithm": policy.id_token_algorithm,
        **changes,
    }
    if values["auth_method"] is AuthMethod.PRIVATE_KEY_JWT:
        values.setdefault("jwks", {"keys": [public_jwk(CLIENT_KEY.public_key(), kid="k1")]})
    elif values["auth_method"] is not AuthMethod.NONE:
        values.setdefault("secret_digests", (secret_digest(SECRET),))
    if values.get("jwks"):
        values["keys"] = read_foreign_keys(values["jwks"])
    return Client(**values)


def public_client(**changes: Any) -> Client:
    """A public client of the standard policy."""
    grants = frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN, DEVICE_CODE})
    return a_client(
        STANDARD, auth_method=AuthMethod.NONE, grant_types=grants, client_id="client-public", **changes
    )


def claims_in(jws: str) -> dict[str, Any]:
    """The payload of a token, unverified."""
    members: dict[str, Any] = parse_json(unb64url(jws.split(".")[1]), max_bytes=100_000)
    return members


def header_in(jws: str) -> dict[str, Any]:
    members: dict[str, Any] = parse_json(unb64url(jws.split(".")[0]), max_bytes=100_000)
    return members


def query_of(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
