"""What the HTTP surface needs of a node. `api.node.Node` is one; nothing here opens or commits anything."""

from typing import Protocol

from api.config import NodeConfig
from api.db import Database
from api.identity import Identity
from ca.timestamp import TimeStampAuthority
from keys.clock import Clock
from keys.log.journal import Log
from licenses.catalogue import Catalogue
from licenses.snapshot import TrustSnapshot
from licenses.verify import Lookup


class Surface(Protocol):
    """A node as its HTTP surface sees it: read, verify, time-stamp; never issue."""

    @property
    def config(self) -> NodeConfig: ...
    @property
    def database(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def log(self) -> Log: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def lookup(self) -> Lookup: ...
    @property
    def timestamping(self) -> TimeStampAuthority: ...
    @property
    def identity(self) -> Identity: ...
    def snapshot(self) -> TrustSnapshot: ...
