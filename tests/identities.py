"""People, companies and clients for tests of identity, written the way the node's own services write them."""

import base64
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from api.node import Node
from trust.authn.accounts import add_login_name, open_account, set_password
from trust.authn.passwords import OWASP, PasswordHasher
from trust.authn.totp import STEP_SECONDS, begin_totp, code_at, confirm_totp
from trust.oidc.client_auth import new_secret
from trust.oidc.clients import AUTHORIZATION_CODE, REFRESH_TOKEN, Client
from trust.oidc.policies import POLICIES, AuthMethod
from trust.oidc.store import insert_client
from trust.persons import accounts, companies
from trust.persons.documents import parse_document
from trust.persons.levels import record_proof
from trust.persons.organization import make_organization
from trust.persons.person import make_person

PASSWORD = "mountain rice lantern seven"
CITIZEN = "11010519491231002X"
COMPANY = "91350100M000100Y43"
REDIRECT = "https://platform.example/callback"
HASHER = PasswordHasher(OWASP, threading.BoundedSemaphore(2))


@dataclass(frozen=True)
class Citizen:
    """Somebody with an account, a password and a generator of one-time codes."""

    person_id: UUID
    name: str
    secret: bytes

    def code(self, node: Node, *, steps: int = 0) -> str:
        return code_at(self.secret, int(node.clock().timestamp()) // STEP_SECONDS + steps)


def make_citizen(
    node: Node,
    *,
    name: str = "李秀英",
    login: str = "xiuying",
    number: str = CITIZEN,
    level: int = 3,
    generator: bool = True,
) -> Citizen:
    """A person proven to the level, with a password, and a generator unless there shall be none."""
    now = node.clock()
    person = make_person(name, parse_document("citizen_number", number))
    with node.database.writing() as session:
        person_id = accounts.open_account(session, node.cipher, person, now)
        method = {2: "register", 3: "face", 4: "counter"}[level]
        record_proof(session, person_id, method=method, source="test", evidence=f"test:{person_id}", now=now)
        account = str(person_id)
        open_account(session, account, now)
        add_login_name(session, node.cipher, account, login, now)
        set_password(session, node.cipher, account, HASHER.hash(PASSWORD), now)
        session.commit()
    secret = enrol_generator(node, person_id) if generator else b""
    return Citizen(person_id, name, secret)


def enrol_generator(node: Node, person_id: UUID) -> bytes:
    """A generator of one-time codes, confirmed a step ago so that the present code is good; its secret."""
    now, account = node.clock(), str(person_id)
    with node.database.writing() as session:
        enrolment = begin_totp(session, node.cipher, account, service="test", account="test", now=now)
        secret = base64.b32decode(enrolment.secret)
        before = now - timedelta(seconds=STEP_SECONDS)
        code = code_at(secret, int(before.timestamp()) // STEP_SECONDS)
        confirm_totp(session, node.cipher, account, enrolment.totp_id, code, now)
        session.commit()
    return secret


def make_client(node: Node, client_id: str = "platform", **changes: Any) -> str:
    """A client of policy `standard` with a secret; answers the secret."""
    secret, digest = new_secret()
    described: dict[str, Any] = {
        "name": "示例平台",
        "owner": "test",
        "policy": POLICIES["standard"],
        "auth_method": AuthMethod.CLIENT_SECRET_BASIC,
        "grant_types": frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN}),
        "scopes": frozenset({"openid", "profile", "offline_access", "agent"}),
        "redirect_uris": (REDIRECT,),
        "secret_digests": (digest,),
        **changes,
    }
    with node.database.writing() as session:
        insert_client(session, Client(client_id=client_id, **described), node.clock(), local_names=True)
        session.commit()
    return secret


def make_company(node: Node, representative: Citizen) -> None:
    """A company whose representative the register has confirmed."""
    now = node.clock()
    with node.database.writing() as session:
        company = make_organization(COMPANY, "杭州示例科技有限公司")
        view = companies.enrol(session, company, representative.person_id, now)
        record_proof(
            session,
            view.organization_id,
            subject_kind="organization",
            method="register",
            source="test",
            evidence="company",
            now=now,
        )
        session.commit()
