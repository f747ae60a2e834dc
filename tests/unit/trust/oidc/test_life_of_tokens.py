"""A state machine over codes, refresh tokens, sessions and time: whatever the order, the rules of T5 and
T6 hold."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from api.db import open_database
from tests.conftest import NOW
from tests.unit.trust.oidc.conftest import DURABLE, SHORT
from tests.unit.trust.oidc.world import World, a_client, make_world, public_client
from trust.oauth_errors import InvalidGrant, InvalidToken
from trust.oidc.client_auth import Call
from trust.oidc.logout import end_session
from trust.oidc.parameters import read_parameters
from trust.oidc.policies import STANDARD
from trust.oidc.revocation import revoke
from trust.oidc.userinfo import userinfo
from trust.short_lived import SHORT_LIVED


class Family:
    """What a test remembers of one authorization."""

    def __init__(self, code: str, sid: str, made_at: Any) -> None:
        self.code, self.sid, self.made_at = code, sid, made_at
        self.redeemed = False
        self.dead = False
        self.access: list[str] = []
        self.current: set[str] = set()
        """Refresh tokens that must work."""
        self.old: set[str] = set()
        """Refresh tokens whose use must kill the family."""


class LifeOfTokens(RuleBasedStateMachine):
    """One confidential and one public client, one person, two browser sessions."""

    families = Bundle("families")

    def __init__(self) -> None:
        super().__init__()
        folder = Path(tempfile.mkdtemp(prefix="xz-oidc-"))
        self.databases = [open_database(f"sqlite:///{folder}/{name}.db") for name in ("main", "short")]
        SQLModel.metadata.create_all(self.databases[0].engine, tables=DURABLE)
        SHORT_LIVED.create_all(self.databases[1].engine, tables=SHORT)
        self.world: World = make_world(
            Session(self.databases[0].engine), Session(self.databases[1].writer), NOW
        )
        self.client = self.world.add(a_client(STANDARD))
        self.public = self.world.add(public_client())
        self.all: list[tuple[Family, bool]] = []

    def teardown(self) -> None:
        self.world.session.close()
        self.world.short.close()
        for database in self.databases:
            database.close()

    def of(self, public: bool) -> Any:
        return self.public if public else self.client

    @initialize(target=families)
    def first(self) -> tuple[Family, bool]:
        held = self.authorize(True, "session-1")
        self.redeem_code(held)
        return held

    def authorize(self, public: bool, sid: str) -> tuple[Family, bool]:
        login = self.world.login(sid=sid)
        made = (Family(self.world.code(self.of(public), login), sid, self.world.now), public)
        self.all.append(made)
        return made

    @rule(target=families, public=st.booleans(), second=st.booleans(), at_once=st.booleans())
    def log_in(self, public: bool, second: bool, at_once: bool) -> tuple[Family, bool]:
        held = self.authorize(public, "session-2" if second else "session-1")
        if at_once:
            self.redeem_code(held)
        return held

    @rule(held=families)
    def redeem(self, held: tuple[Family, bool]) -> None:
        self.redeem_code(held)

    def redeem_code(self, held: tuple[Family, bool]) -> None:
        family, public = held
        expired = (self.world.now - family.made_at).total_seconds() >= 60
        try:
            body = self.world.exchange(self.of(public), family.code)
        except InvalidGrant:
            assert family.redeemed or family.dead or expired
            if family.redeemed:
                self.kill(family)
            return
        assert not family.redeemed
        assert not family.dead
        assert not expired
        family.redeemed = True
        family.access.append(body["access_token"])
        family.current = {body["refresh_token"]}

    @rule(held=families)
    def refresh(self, held: tuple[Family, bool]) -> None:
        family, public = held
        for text in sorted(family.current)[:1]:
            over = family.dead or (self.world.now - family.made_at).total_seconds() >= 12 * 3600
            try:
                body = self.world.refresh(self.of(public), text)
            except InvalidGrant:
                assert over
                return
            assert not over
            family.access.append(body["access_token"])
            if public:
                family.old |= family.current - {text}
                family.current = {body["refresh_token"]}
                self.retry(family, public, text)

    def retry(self, family: Family, public: bool, text: str) -> None:
        """The answer was lost: the same token again gives yet another one, the lost one is old."""
        again = self.world.refresh(self.of(public), text)["refresh_token"]
        family.old |= family.current
        family.current = {again}

    @rule(held=families)
    def replay_an_old_one(self, held: tuple[Family, bool]) -> None:
        family, public = held
        for text in sorted(family.old)[:1]:
            try:
                self.world.refresh(self.of(public), text)
            except InvalidGrant:
                self.kill(family)
                return
            raise AssertionError("an old refresh token worked")

    @rule(held=families)
    def steal(self, held: tuple[Family, bool]) -> None:
        """Another client presents what it found."""
        family, public = held
        for text in family.current:
            try:
                self.world.refresh(self.of(not public), text)
            except InvalidGrant:
                return
            raise AssertionError("a stolen refresh token worked")

    @rule(held=families)
    def give_back(self, held: tuple[Family, bool]) -> None:
        family, public = held
        for text in sorted(family.current)[:1]:
            self.world.run(revoke, self.world.call(self.of(public), {"token": text}))
            self.kill(family)

    @rule(held=consumes(families))
    def log_out(self, held: tuple[Family, bool]) -> None:
        sid = held[0].sid
        end_session(self.world.provider, self.world.session, self.world.short, sid, self.world.now)
        self.world.short.commit()
        for family, _ in self.all:
            if family.sid == sid:
                self.kill(family)

    @rule(seconds=st.booleans())
    def wait(self, seconds: bool) -> None:
        self.world.later(seconds=31 if seconds else 3600)

    def kill(self, family: Family) -> None:
        family.dead = True

    @invariant()
    def dead_families_open_nothing(self) -> None:
        for family, _ in self.all[-3:]:
            for text in family.access[-1:]:
                call = Call(read_parameters([]), authorization=f"Bearer {text}")
                try:
                    self.world.run(userinfo, call)
                except InvalidToken:
                    continue
                assert not family.dead


TestLifeOfTokens = LifeOfTokens.TestCase
TestLifeOfTokens.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
