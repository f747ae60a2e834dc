"""Asking another node to verify (`verify --url`). The caller chose that node and believes its answer."""

from datetime import datetime
from typing import Any

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
    if not url.startswith(("https://", "http://")):
        raise WrongUsage("--url begins with https://", "--url 应以 https:// 开头")
    media_type = "application/pdf" if artifact.startswith(b"%PDF-") else "application/octet-stream"
    try:
        with httpx.Client(transport=transport, timeout=TIMEOUT_S, trust_env=False) as client:
            answer = client.post(
                f"{url.rstrip('/')}/v1/verify",
                params={"at": at.isoformat()} if at else {},
                content=artifact,
                headers={"content-type": media_type},
            )
        body = parse_json(answer.content, max_bytes=LARGEST_ANSWER)
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


def _is_report(body: Any) -> bool:
    return (
        isinstance(body, dict)
        and all(name in body for name in MEMBERS)
        and body["verdict"] in set(Verdict)
        and isinstance(body["checks"], list)
        and isinstance(body["signatures"], list)
    )
