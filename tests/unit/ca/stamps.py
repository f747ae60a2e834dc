"""A time-stamping authority over a world, and requests with one thing changed."""

import hashlib
from typing import Any

from asn1crypto import tsp

from ca.names import Subject
from ca.profile import TIMESTAMP
from ca.timestamp import TimeStampAuthority
from keys.signer import KeyUse
from tests.unit.ca.world import REGION, World

MESSAGE = "有权机关的印章".encode()
DIGEST = hashlib.sha256(MESSAGE).digest()
STAMPER = Subject("时间戳", "浙江省数据局", None, REGION)


def make_authority(world: World, label: str = "tsa") -> TimeStampAuthority:
    handle = world.new_handle(label, KeyUse.TIMESTAMP)
    certificate = world.issue(TIMESTAMP, STAMPER, handle.public_key)
    return TimeStampAuthority(handle, certificate, (world.authority.certificate,))


def request(**changes: Any) -> bytes:
    """A good request for DIGEST with a nonce and certificates, DER; keyword arguments replace its fields."""
    fields: dict[str, Any] = {
        "version": 1,
        "message_imprint": imprint("sha256", DIGEST),
        "nonce": 0x1234567890ABCDEF,
        "cert_req": True,
    }
    encoded: bytes = tsp.TimeStampReq({**fields, **changes}).dump()
    return encoded


def imprint(hash_name: str, digest: bytes) -> dict[str, Any]:
    return {"hash_algorithm": {"algorithm": hash_name}, "hashed_message": digest}
