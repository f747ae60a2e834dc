"""What the HTTP surface needs of a node. `api.node.Node` is one; nothing here opens or commits anything."""

from typing import Protocol

from ca.timestamp import TimeStampAuthority
from licenses.snapshot import TrustSnapshot
from licenses.verify import Lookup

from api.config import NodeConfig
from api.db import Database
from keys.clock import Clock
from keys.log.journal import Log
from licenses.catalogue import Catalogue


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
    def snapshot(self) -> TrustSnapshot: ...
