"""Why a PDF could not be read. These stay inside `seal.verification`: `verify_pdf` turns them into
reasons."""

from keys.errors import Kind, XinzhengError


class UnreadablePdf(XinzhengError):
    """The bytes are not a PDF we can read safely: broken syntax, a loop, or more than the limits allow."""

    code = "unreadable_pdf"
    kind = Kind.MALFORMED
    title = "This PDF cannot be read safely"
    title_zh = "无法安全读取该 PDF 文件"


class UnreadableSignature(XinzhengError):
    """The contents of a signature are not a CMS or time-stamp structure we can read."""

    code = "unreadable_signature"
    kind = Kind.MALFORMED
    title = "The signature value cannot be read"
    title_zh = "无法读取签名值"
