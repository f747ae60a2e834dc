"""Seal errors (电子印章): one class per decision a caller can take. Verification raises none of them."""

from typing import ClassVar

from keys.errors import Kind, XinzhengError


class RankMismatch(XinzhengError):
    """Diameter or centre do not fit the organ's rank (国发〔1999〕25号)."""

    code: ClassVar[str] = "seal_rank_mismatch"
    kind: ClassVar[Kind] = Kind.REFUSED
    title: ClassVar[str] = "The seal does not fit the rank of its organ"
    title_zh: ClassVar[str] = "印章规格与单位级别不符"


class PictureRefused(XinzhengError):
    """No picture can be drawn from this name, line or artwork."""

    code: ClassVar[str] = "seal_picture_refused"
    kind: ClassVar[Kind] = Kind.REFUSED
    title: ClassVar[str] = "The picture of this seal cannot be drawn"
    title_zh: ClassVar[str] = "无法生成该印章的印模"


class MalformedSeal(XinzhengError):
    """The bytes are no seal record of GM/T 0031-2014, GB/T 38540-2020 or GM/T 0031-2025."""

    code: ClassVar[str] = "seal_record_malformed"
    kind: ClassVar[Kind] = Kind.MALFORMED
    title: ClassVar[str] = "The seal record cannot be read"
    title_zh: ClassVar[str] = "电子印章数据格式不正确"


class SealMakerWrong(XinzhengError):
    """The seal maker's signature over the record does not hold, or its algorithm is not one we accept."""

    code: ClassVar[str] = "seal_maker_wrong"
    kind: ClassVar[Kind] = Kind.UNTRUSTED
    title: ClassVar[str] = "The seal maker's signature does not hold"
    title_zh: ClassVar[str] = "制章人签名验证不通过"


class SealAlgorithmUnknown(XinzhengError):
    """The seal is signed with an algorithm this node cannot verify: neither right nor wrong."""

    code: ClassVar[str] = "seal_algorithm_unknown"
    kind: ClassVar[Kind] = Kind.UNTRUSTED
    title: ClassVar[str] = "The seal's signature algorithm is not supported"
    title_zh: ClassVar[str] = "不支持该印章的签名算法"


class SealNotFound(XinzhengError):
    code: ClassVar[str] = "seal_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    title: ClassVar[str] = "There is no such seal or seal request"
    title_zh: ClassVar[str] = "没有找到该印章或申请"


class SealStateConflict(XinzhengError):
    """The seal or request is in a state that does not allow this, or somebody was faster."""

    code: ClassVar[str] = "seal_state_conflict"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "The seal is in a state that does not allow this"
    title_zh: ClassVar[str] = "印章当前状态不允许此操作"


class SealUnusable(XinzhengError):
    """The seal may not be applied: not active, out of its period, or its parts do not belong together."""

    code: ClassVar[str] = "seal_unusable"
    kind: ClassVar[Kind] = Kind.REFUSED
    title: ClassVar[str] = "This seal may not be applied"
    title_zh: ClassVar[str] = "该印章不能使用"


class MandateMissing(XinzhengError):
    """No two people have permitted this seal to be used for this kind of work now."""

    code: ClassVar[str] = "seal_mandate_missing"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    title: ClassVar[str] = "The seal has no mandate for this work"
    title_zh: ClassVar[str] = "该印章没有办理此项业务的用印授权"


class MandateExhausted(XinzhengError):
    """The mandate's rate is used up for this hour."""

    code: ClassVar[str] = "seal_mandate_exhausted"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    title: ClassVar[str] = "The seal's mandate is used up for this hour"
    title_zh: ClassVar[str] = "本小时的用印授权额度已用完"


class NotWhatWasLogged(XinzhengError):
    """What is about to be signed is not what was approved, logged and committed."""

    code: ClassVar[str] = "seal_not_what_was_logged"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    title: ClassVar[str] = "What is to be signed is not what was logged"
    title_zh: ClassVar[str] = "待签内容与已登记的内容不一致"


class UnreadablePdf(XinzhengError):
    """The file is not a PDF this program can read from end to end without guessing."""

    code: ClassVar[str] = "pdf_unreadable"
    kind: ClassVar[Kind] = Kind.MALFORMED
    title: ClassVar[str] = "The PDF file cannot be read"
    title_zh: ClassVar[str] = "PDF 文件无法读取"


class PdfTooLarge(XinzhengError):
    code: ClassVar[str] = "pdf_too_large"
    kind: ClassVar[Kind] = Kind.TOO_LARGE
    title: ClassVar[str] = "The PDF file is too large"
    title_zh: ClassVar[str] = "PDF 文件过大"


class PdfRefused(XinzhengError):
    """The file can be read, but a rule forbids to seal it (encrypted, hybrid, certified against changes)."""

    code: ClassVar[str] = "pdf_refused"
    kind: ClassVar[Kind] = Kind.REFUSED
    title: ClassVar[str] = "This PDF file cannot be sealed"
    title_zh: ClassVar[str] = "该 PDF 文件不能加盖印章"


class PlaceNotFound(XinzhengError):
    """The page or the anchor text does not exist, or the seal would leave the page."""

    code: ClassVar[str] = "seal_place_not_found"
    kind: ClassVar[Kind] = Kind.REFUSED
    title: ClassVar[str] = "The place for the seal was not found"
    title_zh: ClassVar[str] = "找不到盖章位置"


class AnchorAmbiguous(XinzhengError):
    """The anchor text stands more than once in the document."""

    code: ClassVar[str] = "seal_anchor_ambiguous"
    kind: ClassVar[Kind] = Kind.REFUSED
    title: ClassVar[str] = "The anchor text stands more than once"
    title_zh: ClassVar[str] = "定位文字出现多次"


class SealingFailed(XinzhengError):
    """Key, certificate and signature do not fit each other, or the signature outgrew its place."""

    code: ClassVar[str] = "sealing_failed"
    kind: ClassVar[Kind] = Kind.INTERNAL
    title: ClassVar[str] = "The document could not be sealed"
    title_zh: ClassVar[str] = "盖章未能完成"


class SealNeedsRoom(SealingFailed):
    """The signature is larger than the place kept for it; `octets` says how large."""

    code = "seal_needs_room"
    title = "The signature is larger than its place"
    title_zh = "签名数据超出预留空间"

    def __init__(self, octets: int) -> None:
        super().__init__()
        self.octets = octets
