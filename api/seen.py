"""Opening a trust bundle on a machine that remembers: a version older than one already used here is refused.

What was seen is kept per node and anchor in the user's state folder. Where that cannot be written the bundle
still opens; then only its expiry protects against an old one.
"""

import contextlib
import json
import os
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from api.settings import settings
from keys.report import Trust
from licenses.bundle import Bundle, read_bundle

FILE = "bundles-seen.json"


def open_bundle(data: bytes, anchors: Sequence[x509.Certificate], *, now: datetime) -> Bundle:
    """Open a bundle and remember its version. Raises MalformedBundle, BundleWrong, BundleRollback."""
    path = settings().state_folder / FILE
    seen = _read(path)
    bundle = read_bundle(data, anchors=anchors, now=now)
    if bundle.signer_trust is not Trust.TRUSTED:
        return bundle  # nobody vouches for it: neither believed nor remembered
    name = _name(bundle, anchors)
    bundle = read_bundle(data, anchors=anchors, now=now, seen_version=seen.get(name))
    if bundle.version > seen.get(name, -1):
        with contextlib.suppress(OSError):
            _write(path, {**seen, name: bundle.version})
    return bundle


def _name(bundle: Bundle, anchors: Sequence[x509.Certificate]) -> str:
    prints = sorted(anchor.fingerprint(hashes.SHA256()).hex() for anchor in anchors)
    return sha256("\n".join([bundle.url, *prints]).encode()).hexdigest()


def _read(path: Path) -> dict[str, int]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): version for name, version in found.items() if isinstance(version, int)}


def _write(path: Path, seen: dict[str, int]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps(seen), encoding="utf-8")
    beside.replace(path)
