"""The one family of errors. Nothing in it knows HTTP: `api/problems.py` holds the only mapping to the edge.

A package subclasses `XinzhengError` once per *decision its caller can take*, in its own `errors.py`.
Verification does not raise: it answers with a `keys.report.Report`.
"""

from enum import Enum
from typing import ClassVar


class Kind(Enum):
    """What went wrong, in the words the edge needs to choose an answer."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    REFUSED = "refused"
    """Well formed, but a rule of the field says no (a bad check digit, a type the issuer may not issue)."""
    UNTRUSTED = "untrusted"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class XinzhengError(Exception):
    """Base of every error raised on purpose.

    `detail` and `detail_zh` may be shown to the caller and say what happened and what to do; `log_only` never
    leaves the log. None of the three may hold personal data.
    """

    code: ClassVar[str] = "internal"
    """Stable machine name, unique in the project, snake_case."""
    kind: ClassVar[Kind] = Kind.INTERNAL
    title: ClassVar[str] = "Something went wrong on our side"
    title_zh: ClassVar[str] = "系统内部出现问题"

    def __init__(self, detail: str = "", detail_zh: str = "", *, log_only: str | None = None) -> None:
        self.detail = detail or self.title
        self.detail_zh = detail_zh or self.title_zh
        self.log_only = log_only
        super().__init__(self.detail)


class MalformedInput(XinzhengError):
    """Bytes that are not what their format says (JSON, base64url, a note, a key)."""

    code = "malformed_input"
    kind = Kind.MALFORMED
    title = "The data is not in the expected format"
    title_zh = "数据格式不正确"


class InputTooLarge(XinzhengError):
    code = "input_too_large"
    kind = Kind.TOO_LARGE
    title = "The data is larger than allowed"
    title_zh = "数据超出允许的大小"


class UnacceptableKey(XinzhengError):
    """A public key outside the closed table of algorithms, curves and sizes."""

    code = "unacceptable_key"
    kind = Kind.REFUSED
    title = "This kind of key is not accepted"
    title_zh = "不接受此类密钥"


class BadSignature(XinzhengError):
    code = "bad_signature"
    kind = Kind.UNTRUSTED
    title = "The signature does not match"
    title_zh = "签名不匹配"


class TokenRefused(XinzhengError):
    """A token that is well formed but breaks one of the header rules of `keys.jws`."""

    code = "token_refused"
    kind = Kind.UNTRUSTED
    title = "The token breaks a rule and is not accepted"
    title_zh = "令牌不符合规则，不予接受"


class KeyNotFound(XinzhengError):
    code = "key_not_found"
    kind = Kind.NOT_FOUND
    title = "There is no such signing key"
    title_zh = "没有该签名密钥"


class KeyUseRefused(XinzhengError):
    """A key was asked to sign something that its uses, its state or the intent do not allow."""

    code = "key_use_refused"
    kind = Kind.FORBIDDEN
    title = "This key may not sign this"
    title_zh = "该密钥不得用于此项签名"


class KeyStateConflict(XinzhengError):
    """The key is not (or no longer) in the state the change starts from."""

    code = "key_state_conflict"
    kind = Kind.CONFLICT
    title = "The key is not in the state this change needs"
    title_zh = "密钥当前状态不允许此变更"


class KekUnavailable(XinzhengError):
    """The key-encryption key is missing, readable by others, or not the one the node was made with."""

    code = "kek_unavailable"
    kind = Kind.UNAVAILABLE
    title = "The key-encryption key cannot be used"
    title_zh = "密钥加密密钥不可用"


class UnwrapFailed(XinzhengError):
    """Wrapped bytes were changed, moved to another row, or wrapped under another key-encryption key."""

    code = "unwrap_failed"
    kind = Kind.UNAVAILABLE
    title = "A protected value could not be opened"
    title_zh = "受保护的数据无法解开"


class CheckpointWrong(XinzhengError):
    code = "checkpoint_wrong"
    kind = Kind.UNTRUSTED
    title = "The log checkpoint is not acceptable"
    title_zh = "日志检查点不可接受"


class ReceiptWrong(XinzhengError):
    code = "receipt_wrong"
    kind = Kind.UNTRUSTED
    title = "The log receipt does not prove this record"
    title_zh = "日志回执不能证明该记录"


class ProofWrong(XinzhengError):
    code = "proof_wrong"
    kind = Kind.UNTRUSTED
    title = "The log proof does not hold"
    title_zh = "日志证明不成立"


class LogDamaged(XinzhengError):
    """What is stored does not hash to what was signed. The log refuses to sign further."""

    code = "log_damaged"
    kind = Kind.UNAVAILABLE
    title = "The log does not agree with its own checkpoint; nothing more is signed"
    title_zh = "日志与其检查点不一致，已停止签名"


class LogConflict(XinzhengError):
    """Somebody else appended in between (compare-and-swap failed). Roll back and try again."""

    code = "log_conflict"
    kind = Kind.CONFLICT
    title = "The log moved on in the meantime; try again"
    title_zh = "日志已被其他操作更新，请重试"


class LogEmpty(XinzhengError):
    code = "log_empty"
    kind = Kind.NOT_FOUND
    title = "The log has no such entry or checkpoint"
    title_zh = "日志中没有该条目或检查点"


class ClockWentBack(XinzhengError):
    """The clock stands before the last checkpoint; signing now would back-date."""

    code = "clock_went_back"
    kind = Kind.UNAVAILABLE
    title = "The clock is behind the log; nothing is signed until it is right"
    title_zh = "系统时钟早于日志时间，校正前不予签名"


class IntentRefused(XinzhengError):
    """The intent is unknown, already closed, not committed, or not what the log holds."""

    code = "intent_refused"
    kind = Kind.CONFLICT
    title = "This act is not recorded as open, so nothing is signed for it"
    title_zh = "该操作未登记为待办，不予签名"


class ApprovalRefused(XinzhengError):
    code = "approval_refused"
    kind = Kind.FORBIDDEN
    title = "The approval is not acceptable"
    title_zh = "审批不予接受"


class ApprovalReplayed(XinzhengError):
    code = "approval_replayed"
    kind = Kind.CONFLICT
    title = "This approval has been used already"
    title_zh = "该审批已被使用"


class CitizenNumberWrong(XinzhengError):
    code = "citizen_number_wrong"
    kind = Kind.REFUSED
    title = "This is not a citizen identification number"
    title_zh = "公民身份号码不正确"


class CreditCodeWrong(XinzhengError):
    code = "credit_code_wrong"
    kind = Kind.REFUSED
    title = "This is not a unified social credit code"
    title_zh = "统一社会信用代码不正确"


class RegionUnknown(XinzhengError):
    code = "region_unknown"
    kind = Kind.REFUSED
    title = "This is not a known administrative division code"
    title_zh = "行政区划代码不存在"
