"""Errors of `licenses`: one class per decision a caller can take. None carries personal data."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

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
    """An SD-JWT that cannot be read safely, or breaks a rule of RFC 9901 before any signature is looked at."""

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
    """The status token's signature or binding does not hold. An old token is not wrong: see its `freshness`."""

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
