"""Sentences that name a signature by its field, never by its signer: reasons may be logged, names may not."""

from typing import Protocol


class _HasEvidence(Protocol):
    @property
    def evidence(self) -> "_HasField": ...


class _HasField(Protocol):
    @property
    def field(self) -> str: ...


def say(detail: _HasEvidence, reason: str, reason_zh: str) -> tuple[str, str]:
    """A reason with the field it is about, English and Chinese."""
    field = detail.evidence.field[:60] or "?"
    return f"Signature “{field}”: {reason.rstrip('.')}.", f"签名“{field}”：{reason_zh.rstrip('。')}。"
