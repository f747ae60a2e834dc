"""How public data is answered: the same few rules of RFC 9111 and RFC 9110 for all of it.

Everything here is signed by somebody and the same for everyone, so any origin may read it and any cache may
keep it for `max_age_s`. A strong ETag lets a client ask again for nothing; gzip is done once a version, not
once a request.
"""

import gzip
import hashlib
from functools import lru_cache

from fastapi import Request, Response

from api.headers import PUBLIC

GZIP_FROM_OCTETS = 1024


@lru_cache(maxsize=64)
def _zipped(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=6, mtime=0)


def published(
    request: Request, content: bytes, media_type: str, *, max_age_s: int, compress: bool = True
) -> Response:
    """Answer public content with validators: 200, or 304 when the client already has it."""
    tag = hashlib.sha256(content).hexdigest()[:32]
    headers = {**PUBLIC, "cache-control": f"public, max-age={max_age_s}"}
    compress = compress and len(content) >= GZIP_FROM_OCTETS
    zipped = compress and _takes_gzip(request.headers.get("accept-encoding", ""))
    if compress:
        headers["vary"] = "accept-encoding"
    headers["etag"] = f'"{tag}-gzip"' if zipped else f'"{tag}"'
    if _matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    if zipped:
        headers["content-encoding"] = "gzip"
        content = _zipped(content)
    return Response(content, headers=headers, media_type=media_type)


def _takes_gzip(accept_encoding: str) -> bool:
    """RFC 9110 §12.5.3, as far as it concerns gzip."""
    for item in accept_encoding.lower().split(","):
        coding, _, parameters = item.partition(";")
        if coding.strip() in ("gzip", "*"):
            return parameters.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _matches(if_none_match: str, tag: str) -> bool:
    if if_none_match.strip() == "*":
        return True
    known = {item.strip().removeprefix("W/").strip('"') for item in if_none_match.split(",")}
    return bool(known & {tag, f"{tag}-gzip"})
