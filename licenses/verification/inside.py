"""Questions about a document and the credential inside it (照面文件与内嵌凭证): do they belong together?

`seal.verify` has judged the document as a PDF: signatures, seal, later changes. Here: 1 the receipt of the
log lies inside and is right, 2 the page says what the credential says, 3 the seal is that of the department
that issued. Only attachments and text of the revision that was sealed count; what was added later belongs
to nobody.
"""

from dataclasses import dataclass

from keys.errors import ReceiptWrong, XinzhengError
from keys.log.receipt import Receipt, verify_receipt
from keys.report import Check
from licenses.document import RECEIPT_NAME
from licenses.errors import UnknownLicenseType
from licenses.order import KIND
from licenses.printed import missing_from_page
from licenses.verification.certificates import credit_code
from licenses.verification.credential import CredentialCase
from licenses.verification.rules import Question, failed, not_applicable, passed, unknown
from seal.verify import PdfFindings


@dataclass(frozen=True, slots=True)
class DocumentCase:
    """A sealed document and the credential taken out of it."""

    credential: CredentialCase
    findings: PdfFindings


def _receipt(case: DocumentCase) -> Check:
    raw = case.findings.attachments.get(RECEIPT_NAME)
    if raw is None:
        return _NO_RECEIPT
    node = case.credential.issuer.node
    if node is None:
        return _UNKNOWN_LOG
    try:
        receipt = Receipt.from_json(raw)
        verify_receipt(receipt, case.credential.parsed.record, kind=KIND, verifier=node.content.log)
    except ReceiptWrong as error:
        return failed("receipt", error.detail, error.detail_zh)
    except XinzhengError:
        return _UNREADABLE_RECEIPT
    return _RECEIPT


def _faces_agree(case: DocumentCase) -> Check:
    claims, text = case.credential.claims, case.findings.text
    try:
        license_type = case.credential.snapshot.catalogue.get(claims["license_type"])
    except (UnknownLicenseType, KeyError, TypeError):
        return _NO_TYPE
    if not text.strip():
        return _NO_TEXT
    missing = missing_from_page(claims, license_type, text)
    return _DISAGREE if missing else _AGREE


def _seal_owner(case: DocumentCase) -> Check:
    certifying = case.findings.certifying
    if certifying is None or certifying.certificate is None:
        return _NO_SEAL
    code = credit_code(certifying.certificate)
    if not code or code != case.credential.issuer.code:
        return _OTHER_SEAL
    return _OWN_SEAL


QUESTIONS: tuple[Question[DocumentCase], ...] = (
    Question("receipt", "RFC 9162 §2.1.3; DESIGN §2", _receipt),
    Question("faces_agree", "DESIGN §3", _faces_agree),
    Question("seal_owner", "DESIGN §3", _seal_owner),
)

ALONE = (
    not_applicable(
        "receipt", "A credential on its own carries no receipt of the log.", "单独的电子凭证不附日志回执。"
    ),
    not_applicable("faces_agree", "There is no page to compare with.", "没有照面可供比对。"),
    not_applicable("seal_owner", "There is no seal on a credential.", "电子凭证上没有印章。"),
)
"""The same questions for a lone credential."""

_RECEIPT = passed(
    "receipt", "The issue of this license stands in the public log.", "本证照的签发已记入公开日志。"
)
_NO_RECEIPT = failed(
    "receipt",
    "The document carries no receipt of the log: it may have been issued behind the log's back.",
    "文件中没有签发日志回执，可能未经登记私自签发。",
)
_UNREADABLE_RECEIPT = failed(
    "receipt", "The receipt of the log cannot be read.", "文件中的签发日志回执无法读取。"
)
_UNKNOWN_LOG = unknown(
    "receipt",
    "There is no trust list that names the log of the issuer's region.",
    "没有信任列表可以确认签发机关所在地区的日志。",
)
_AGREE = passed("faces_agree", "The page says what the signed data says.", "照面文字与签名数据一致。")
_DISAGREE = failed(
    "faces_agree",
    "The page says something else than the signed data inside. Do not rely on what is printed.",
    "照面文字与内嵌的签名数据不一致，请勿采信照面内容。",
)
_NO_TEXT = unknown(
    "faces_agree",
    "The page's text cannot be read, so that it cannot be compared with the signed data.",
    "照面文字无法读取，不能与签名数据比对。",
)
_NO_TYPE = unknown(
    "faces_agree",
    "The license type is not in the catalogue at hand, so that the page cannot be compared.",
    "证照目录中没有这个证照类型，无法比对照面。",
)
_OWN_SEAL = passed(
    "seal_owner", "The seal is that of the department that issued the license.", "印章属于签发机关。"
)
_OTHER_SEAL = failed(
    "seal_owner",
    "The seal is not that of the department that issued the license.",
    "文件所盖印章不属于签发机关。",
)
_NO_SEAL = unknown(
    "seal_owner",
    "No seal on this document can be attributed to anybody.",
    "无法确认文件所盖印章的归属。",
)
