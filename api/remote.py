"""Asking another node to verify (`verify --url`). The caller chose that node and believes its answer."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from api.errors import Unreachable, WrongUsage
from keys.encoding import parse_json
from keys.errors import XinzhengError
from keys.report import Verdict

TIMEOUT_S = 60.0
LARGEST_ANSWER = 4 * 1024 * 1024
MEMBERS = ("verdict", "kind", "as_of", "checks", "signatures", "license")


def ask_node(
    url: str, artifact: bytes, *, at: datetime | None, transport: httpx.BaseTransport | None = None
) -> dict[str, Any]:
    """POST the artifact to `{url}/v1/verify` and return the report.

    Follows no redirect and reads no proxy settings. Raises Unreachable, WrongUsage.
    """
    _check_address(url)
    media_type = "application/pdf" if artifact.startswith(b"%PDF-") else "application/octet-stream"
    try:
        with (
            httpx.Client(transport=transport, timeout=TIMEOUT_S, trust_env=False) as client,
            client.stream(
                "POST",
                f"{url.rstrip('/')}/v1/verify",
                params={"at": at.isoformat()} if at else {},
                content=artifact,
                headers={"content-type": media_type},
            ) as answer,
        ):
            body = parse_json(_bounded(answer), max_bytes=LARGEST_ANSWER)
    except httpx.HTTPError as error:
        raise Unreachable(log_only=str(error)) from error
    except (httpx.InvalidURL, UnicodeError) as error:
        raise WrongUsage("--url cannot be read", "--url 格式不正确") from error
    except XinzhengError as error:
        raise Unreachable("The other node's answer cannot be read", "对方节点的应答无法读取") from error
    if answer.status_code != httpx.codes.OK or not _is_report(body):
        detail = body.get("detail") if isinstance(body, dict) else None
        raise Unreachable(
            f"The other node answered {answer.status_code}: {detail or 'no report'}",
            f"对方节点应答 {answer.status_code}，未给出核验报告",
        )
    return {name: body[name] for name in MEMBERS}


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("https", "http") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise WrongUsage("--url is the address of a node, https://…", "--url 应为节点网址 https://…")


def _bounded(answer: httpx.Response) -> bytes:
    """The body, given up once it is longer than any report."""
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            break
    return bytes(body)


def _is_report(body: Any) -> bool:
    return (
        isinstance(body, dict)
        and all(name in body for name in MEMBERS)
        and body["verdict"] in set(Verdict)
        and isinstance(body["checks"], list)
        and isinstance(body["signatures"], list)
    )
