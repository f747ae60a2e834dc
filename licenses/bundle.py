"""The trust bundle (离线验证包): all a verifier needs without network, in one ZIP with a signed manifest.

    manifest.jws            typ trust-bundle+jwt: {"iss", "version", "iat", "exp", "files": {name: SHA-256}}
    trust/<name>.jwt        signed trust lists
    status/<name>.jwt       signed status tokens
    certificates/<name>.der issuing CAs, never anchors
    crls/<name>.crl         revocation lists
    types/<key>.toml        license types

The bundle never vouches for itself: the anchors are an argument, and without one that fits nothing in it is
trusted, so that every verdict is `indeterminate`. Each piece is signed by its own node as well; the
manifest adds that they belong together, when, and in which version. An older version than one already seen
is refused. Past `exp` the bundle still opens, and the verdicts of its snapshot are `indeterminate`.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ca.parse import parse_certificate, parse_crl
from ca.paths import X509Snapshot, check_path
from ca.profile import TRUST_LIST_SIGNER
from keys.algorithms import algorithm_of
from keys.encoding import canonical_json, parse_json, unb64url
from keys.errors import XinzhengError
from keys.jws import sign_compact, verify_compact
from keys.report import Trust
from keys.signer import Signer
from licenses.archive import pack, unpack
from licenses.catalogue import Catalogue, parse_type
from licenses.credential import x5c_header
from licenses.errors import BundleRollback, BundleWrong, MalformedBundle
from licenses.snapshot import TrustSnapshot, build_snapshot
from licenses.status_token import LARGEST_TOKEN
from licenses.toml_reading import TypeFileError
from licenses.trust_list import signer_of

TYP = "trust-bundle+jwt"
MANIFEST = "manifest.jws"
LARGEST_MANIFEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BundleContents:
    """What goes into a bundle. Signed tokens as text, the rest as it is published."""

    trust_lists: tuple[str, ...]
    status_tokens: tuple[str, ...]
    intermediates: tuple[x509.Certificate, ...]
    crls: tuple[bytes, ...]
    """DER."""
    types: Mapping[str, bytes]
    """Key of the type → its TOML file."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was read: its pieces fit its manifest."""

    url: str
    """The node that made it."""
    version: int
    as_of: datetime
    expires_at: datetime
    snapshot: TrustSnapshot
    signer_trust: Trust
    """Whether the manifest's signer leads to one of the anchors. UNKNOWN without a fitting anchor."""


def write_bundle(
    contents: BundleContents,
    *,
    url: str,
    version: int,
    signer: Signer,
    x5c: Sequence[x509.Certificate],
    now: datetime,
    expires_at: datetime,
) -> bytes:
    """The ZIP. The same contents give the same pieces; only the manifest's signature differs."""
    files = _files(contents)
    payload = {
        "iss": url,
        "version": version,
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
        "files": {name: sha256(content).hexdigest() for name, content in files.items()},
    }
    manifest = sign_compact(canonical_json(payload), signer=signer, typ=TYP, header={"x5c": x5c_header(x5c)})
    return pack({MANIFEST: manifest.encode(), **files})


def read_bundle(
    data: bytes,
    *,
    anchors: Sequence[x509.Certificate],
    now: datetime,
    seen_version: int | None = None,
) -> Bundle:
    """Open a bundle under the caller's anchors.

    seen_version: the newest version of this node's bundles the caller has used before.
    Raises: MalformedBundle, BundleWrong (a signature or a hash does not hold), BundleRollback.
    """
    files = unpack(data)
    manifest = _manifest(files)
    _compare(manifest["files"], files)
    as_of, expires_at = _moment(manifest, "iat"), _moment(manifest, "exp")
    version = _whole(manifest, "version", below=2**53)
    if seen_version is not None and version < seen_version:
        raise BundleRollback()
    certificates = _x509(files, anchors, as_of)
    signer = signer_of(files[MANIFEST].decode("ascii"), LARGEST_MANIFEST)
    path = check_path(signer, certificates, at=now, now=now, profile=TRUST_LIST_SIGNER)
    if path.outcome is Trust.UNTRUSTED:
        raise BundleWrong(path.reason, path.reason_zh)
    tokens = [_text(content) for name, content in files.items() if name.startswith("status/")]
    snapshot = build_snapshot(
        x509=certificates,
        trust_lists=[_text(content) for name, content in files.items() if name.startswith("trust/")],
        status_tokens={_uri_of(token): token for token in tokens},
        catalogue=_catalogue(files),
    )
    return Bundle(
        url=str(manifest.get("iss")),
        version=version,
        as_of=as_of,
        expires_at=expires_at,
        snapshot=replace(snapshot, expires_at=expires_at),
        signer_trust=path.outcome,
    )


def _files(contents: BundleContents) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for index, token in enumerate(contents.trust_lists):
        files[f"trust/{index:04}.jwt"] = token.encode()
    for index, token in enumerate(contents.status_tokens):
        files[f"status/{index:06}.jwt"] = token.encode()
    for index, certificate in enumerate(contents.intermediates):
        files[f"certificates/{index:04}.der"] = certificate.public_bytes(Encoding.DER)
    for index, crl in enumerate(contents.crls):
        files[f"crls/{index:04}.crl"] = crl
    for key, content in contents.types.items():
        files[f"types/{key}.toml"] = content
    return files


def _manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest's payload, once its signature holds under the certificate it brings along."""
    if MANIFEST not in files:
        raise MalformedBundle("The bundle has no manifest.", "离线验证包中没有清单。")
    token = _text(files[MANIFEST])
    try:
        public_key = signer_of(token, LARGEST_MANIFEST).public_key()
        verified = verify_compact(
            token,
            public_key=public_key,  # type: ignore[arg-type]  # algorithm_of refuses every other kind
            algorithm=algorithm_of(public_key),
            typ=TYP,
            max_bytes=LARGEST_MANIFEST,
        )
        manifest = parse_json(verified.payload, max_bytes=LARGEST_MANIFEST, max_depth=4)
    except XinzhengError as error:
        raise BundleWrong(log_only=error.detail) from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise MalformedBundle()
    return manifest


def _compare(expected: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    found = {name: sha256(content).hexdigest() for name, content in files.items() if name != MANIFEST}
    if found != dict(expected):
        raise BundleWrong(
            "The bundle holds other files than its manifest says.", "离线验证包的内容与清单不一致。"
        )


def _x509(files: Mapping[str, bytes], anchors: Sequence[x509.Certificate], as_of: datetime) -> X509Snapshot:
    try:
        intermediates = [
            parse_certificate(content) for name, content in files.items() if name.startswith("certificates/")
        ]
        crls = [parse_crl(content) for name, content in files.items() if name.startswith("crls/")]
    except XinzhengError as error:
        raise MalformedBundle(error.detail, error.detail_zh) from error
    return X509Snapshot(tuple(anchors), tuple(intermediates), tuple(crls), as_of)


def _catalogue(files: Mapping[str, bytes]) -> Catalogue:
    try:
        return Catalogue(
            tuple(
                parse_type(tomllib.loads(content.decode("utf-8")))
                for name, content in sorted(files.items())
                if name.startswith("types/")
            )
        )
    except (TypeFileError, XinzhengError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MalformedBundle(
            "A license type in the bundle cannot be read.",
            "离线验证包中的证照类型无法读取。",
            log_only=str(error),
        ) from error


def _uri_of(unverified_token: str) -> str:
    """Which list a token claims to be; `build_snapshot` holds it to that."""
    try:
        payload = parse_json(unb64url(unverified_token.split(".")[1]), max_bytes=LARGEST_TOKEN, max_depth=6)
        return str(payload["sub"])
    except (XinzhengError, IndexError, KeyError, TypeError) as error:
        raise MalformedBundle() from error


def _text(content: bytes) -> str:
    try:
        return content.decode("ascii")
    except UnicodeDecodeError as error:
        raise MalformedBundle() from error


def _whole(manifest: Mapping[str, Any], name: str, *, below: int) -> int:
    value = manifest.get(name)
    if type(value) is not int or not 0 <= value < below:
        raise MalformedBundle()
    return value


def _moment(manifest: Mapping[str, Any], name: str) -> datetime:
    return datetime.fromtimestamp(_whole(manifest, name, below=2**36), UTC)
