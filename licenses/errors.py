"""Errors of `licenses`: one class per decision a caller can take. None carries personal data."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from keys.errors import Kind, XinzhengError


class CatalogueBroken(XinzhengError):
    """A license type file is wrong. Raised at start, never while serving."""

    code: ClassVar[str] = "catalogue_broken"
    kind: ClassVar[Kind] = Kind.INTERNAL
    title: ClassVar[str] = "A license type file is wrong"
    title_zh: ClassVar[str] = "证照类型文件有误"


class UnknownLicenseType(XinzhengError):
    code: ClassVar[str] = "license_type_unknown"
    kind: ClassVar[Kind] = Kind.REFUSED
    title: ClassVar[str] = "This license type is not in the catalogue"
    title_zh: ClassVar[str] = "证照目录中没有这个证照类型"


class MalformedRecord(XinzhengError):
    """The record is not the JSON object it should be; nothing was judged yet."""

    code: ClassVar[str] = "record_malformed"
    kind: ClassVar[Kind] = Kind.MALFORMED
    title: ClassVar[str] = "The license record cannot be read"
    title_zh: ClassVar[str] = "证照数据格式不正确，无法读取"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a record is refused: which rule, which field, and what a clerk should know."""

    rule: str
    field: str
    detail: str
    detail_zh: str


class RecordRefused(XinzhengError):
    """The record can be read but breaks rules; `problems` names every one of them."""

    code: ClassVar[str] = "record_refused"
    kind: ClassVar[Kind] = Kind.REFUSED
    title: ClassVar[str] = "The license record is not acceptable"
    title_zh: ClassVar[str] = "证照数据不符合要求"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "; ".join(problem.detail for problem in self.problems),
            "；".join(problem.detail_zh for problem in self.problems),
        )


class MalformedIdentifier(XinzhengError):
    code: ClassVar[str] = "identifier_malformed"
    kind: ClassVar[Kind] = Kind.MALFORMED
    title: ClassVar[str] = "This is not a license identifier"
    title_zh: ClassVar[str] = "这不是证照标识"


class MalformedCredential(XinzhengError):
    """An SD-JWT that cannot be read safely, or breaks RFC 9901 before any signature is looked at."""

    code: ClassVar[str] = "credential_malformed"
    kind: ClassVar[Kind] = Kind.MALFORMED
    title: ClassVar[str] = "The credential cannot be read"
    title_zh: ClassVar[str] = "电子凭证格式不正确，无法读取"


class CredentialSignatureWrong(XinzhengError):
    code: ClassVar[str] = "credential_signature_wrong"
    kind: ClassVar[Kind] = Kind.UNTRUSTED
    title: ClassVar[str] = "The issuer's signature on the credential does not hold"
    title_zh: ClassVar[str] = "电子凭证的签发机关签名验证不通过"


class KeyBindingWrong(XinzhengError):
    code: ClassVar[str] = "key_binding_wrong"
    kind: ClassVar[Kind] = Kind.UNTRUSTED
    title: ClassVar[str] = "The holder's proof of possession does not hold"
    title_zh: ClassVar[str] = "持证人的密钥证明验证不通过"


class MalformedStatusList(XinzhengError):
    code: ClassVar[str] = "status_list_malformed"
    kind: ClassVar[Kind] = Kind.MALFORMED
    title: ClassVar[str] = "The status list cannot be read"
    title_zh: ClassVar[str] = "状态列表格式不正确，无法读取"


class StatusTokenWrong(XinzhengError):
    """The status token's signature or subject does not hold. An old token is not wrong: see `freshness`."""

    code: ClassVar[str] = "status_token_wrong"
    kind: ClassVar[Kind] = Kind.UNTRUSTED
    title: ClassVar[str] = "The status list token does not hold"
    title_zh: ClassVar[str] = "状态列表的签名验证不通过"


class DocumentRefused(XinzhengError):
    """The page cannot be set without losing a character or a line."""

    code: ClassVar[str] = "document_refused"
    kind: ClassVar[Kind] = Kind.REFUSED
    title: ClassVar[str] = "The document cannot be printed faithfully"
    title_zh: ClassVar[str] = "照面无法完整、准确地排版"


class TransitionRefused(XinzhengError):
    """The operation does not start from the state this license is in."""

    code: ClassVar[str] = "license_transition_refused"
    kind: ClassVar[Kind] = Kind.REFUSED
    title: ClassVar[str] = "This cannot be done to a license in its present state"
    title_zh: ClassVar[str] = "证照当前状态不允许办理此项业务"


class ChangeRefused(XinzhengError):
    """The order itself is incomplete: a legal basis or a reason in words is missing, or does not fit."""

    code: ClassVar[str] = "license_change_refused"
    kind: ClassVar[Kind] = Kind.REFUSED
    title: ClassVar[str] = "The change needs a legal basis and a reason"
    title_zh: ClassVar[str] = "变更证照状态须写明法定情形和事由"


class SuccessorRefused(XinzhengError):
    """A new version must be of the same type, by the same issuer, for the same holder, of a valid license."""

    code: ClassVar[str] = "license_successor_refused"
    kind: ClassVar[Kind] = Kind.REFUSED
    title: ClassVar[str] = "The new version does not continue the old license"
    title_zh: ClassVar[str] = "新证照与原证照不能衔接，不能办理变更或延续"


class NotAccredited(XinzhengError):
    """The department may not issue this type, in this region, at this time."""

    code: ClassVar[str] = "issuer_not_accredited"
    kind: ClassVar[Kind] = Kind.REFUSED
    title: ClassVar[str] = "The department may not issue this type of license"
    title_zh: ClassVar[str] = "该部门无权签发此类证照"


class LicenseNotFound(XinzhengError):
    code: ClassVar[str] = "license_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    title: ClassVar[str] = "There is no such license here"
    title_zh: ClassVar[str] = "本平台没有这个证照"


class LicenseChangedMeanwhile(XinzhengError):
    """A compare-and-swap found another state than the one the decision was made on. Read and decide again."""

    code: ClassVar[str] = "license_changed_meanwhile"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "Somebody else changed this license at the same time"
    title_zh: ClassVar[str] = "该证照刚刚被他人办理了其他业务，请重新查看后再办理"


class IdempotencyConflict(XinzhengError):
    code: ClassVar[str] = "idempotency_conflict"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "This idempotency key was used for another request"
    title_zh: ClassVar[str] = "该幂等键已用于另一份申请，内容不同，不能重复使用"


class AlreadyRequested(XinzhengError):
    """The same request was received before; `license_id` is its license, which may still be pending."""

    code: ClassVar[str] = "license_already_requested"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "This license was requested before"
    title_zh: ClassVar[str] = "同一申请已经受理"

    def __init__(self, license_id: UUID) -> None:
        self.license_id = license_id
        super().__init__()


class MalformedTrustList(XinzhengError):
    code: ClassVar[str] = "trust_list_malformed"
    kind: ClassVar[Kind] = Kind.MALFORMED
    title: ClassVar[str] = "The trust list cannot be read"
    title_zh: ClassVar[str] = "信任列表格式不正确，无法读取"


class TrustListWrong(XinzhengError):
    """Its signature, its signer or the region it speaks for does not hold. An old list is not wrong."""

    code: ClassVar[str] = "trust_list_wrong"
    kind: ClassVar[Kind] = Kind.UNTRUSTED
    title: ClassVar[str] = "The trust list does not hold"
    title_zh: ClassVar[str] = "信任列表的签名或适用地区验证不通过"


class MalformedBundle(XinzhengError):
    code: ClassVar[str] = "bundle_malformed"
    kind: ClassVar[Kind] = Kind.MALFORMED
    title: ClassVar[str] = "The trust bundle cannot be read safely"
    title_zh: ClassVar[str] = "离线验证包格式不正确，无法安全读取"


class BundleWrong(XinzhengError):
    """The manifest is not signed under the given anchor, or a file differs from what the manifest says."""

    code: ClassVar[str] = "bundle_wrong"
    kind: ClassVar[Kind] = Kind.UNTRUSTED
    title: ClassVar[str] = "The trust bundle does not hold under the given anchor"
    title_zh: ClassVar[str] = "离线验证包未通过指定信任锚的验证"


class BundleRollback(XinzhengError):
    code: ClassVar[str] = "bundle_rollback"
    kind: ClassVar[Kind] = Kind.UNTRUSTED
    title: ClassVar[str] = "This trust bundle is older than one already seen"
    title_zh: ClassVar[str] = "该离线验证包比已经使用过的版本更旧，不予采用"
