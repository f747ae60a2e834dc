"""What the first page says about this node: who may issue here, and what anybody can check without us."""

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256

from api.i18n import BEIJING, Words
from api.surface import Surface
from keys.errors import XinzhengError
from keys.log.checkpoint import CheckpointVerifier
from licenses.catalogue import Catalogue
from licenses.store import departments


@dataclass(frozen=True, slots=True)
class IssuerLine:
    name: str
    types: str
    since: str


def home_of(node: Surface, words: Words) -> dict[str, Any]:
    """The context of home.html. Three small reads; a node that has nothing yet still has a page."""
    now = node.clock()
    with node.database.reading() as session:
        grants = [
            grant for grant in departments.grants(session) if grant.valid_from <= now < grant.valid_until
        ]
        log_size = _log_size(node.log.verifier, _checkpoint(node, session))
    by_name: dict[str, list[Any]] = {}
    for grant in grants:
        by_name.setdefault(grant.name, []).append(grant)
    issuers = [
        IssuerLine(
            name,
            words.pick("、", ", ").join(_type_names(node.catalogue, own, words)),
            words.day(min(one.valid_from for one in own).astimezone(BEIJING).date()),
        )
        for name, own in by_name.items()
    ]
    return {"issuers": issuers, "log_size": log_size, "anchors": _fingerprints(node)}


def _type_names(catalogue: Catalogue, grants: list[Any], words: Words) -> list[str]:
    keys = dict.fromkeys(key for grant in grants for key in sorted(grant.license_types))
    return [
        words.pick(catalogue.get(key).name.zh, catalogue.get(key).name.en) for key in keys if key in catalogue
    ]


def _checkpoint(node: Surface, session: Any) -> str:
    try:
        return node.log.checkpoint(session)
    except XinzhengError:
        return ""


def _log_size(verifier: CheckpointVerifier, note: str) -> str:
    return f"{verifier.verify(note).size:,}" if note else "0"


def _fingerprints(node: Surface) -> list[str]:
    """SHA-256 of each anchor in groups of four, to be compared by eye."""
    prints = []
    for anchor in node.snapshot().x509.anchors:
        digest = anchor.fingerprint(SHA256()).hex().upper()
        prints.append(" ".join(digest[start : start + 4] for start in range(0, len(digest), 4)))
    return prints
