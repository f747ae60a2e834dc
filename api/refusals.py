"""What the HTTP edge itself refuses, before any package below has seen a byte."""

from typing import ClassVar

from keys.errors import Kind, XinzhengError


class BodyTooLarge(XinzhengError):
    """The body is longer than this route takes; nothing of it was kept."""

    code = "body_too_large"
    kind = Kind.TOO_LARGE
    title = "What was sent is too large"
    title_zh = "提交的内容过大"


class BodyTooSlow(XinzhengError):
    """The body did not arrive in time (a slow body holds memory that others need)."""

    code = "body_too_slow"
    kind = Kind.UNAVAILABLE
    title = "The upload took too long and was given up; please try again"
    title_zh = "上传时间过长，已中止，请重试"


class MissingPart(XinzhengError):
    """There is nothing to verify in this request, or more than one thing."""

    code = "missing_part"
    kind = Kind.MALFORMED
    title = "There is nothing to verify in this request"
    title_zh = "请求中没有可核验的内容"


class MalformedForm(XinzhengError):
    """A multipart or urlencoded body that does not follow RFC 7578, or goes beyond our caps."""

    code = "malformed_form"
    kind = Kind.MALFORMED
    title = "The form cannot be read"
    title_zh = "表单无法读取"


class MalformedParameter(XinzhengError):
    """A parameter in the address is missing or not of the expected form."""

    code = "malformed_parameter"
    kind = Kind.MALFORMED
    title = "A parameter in the address is missing or malformed"
    title_zh = "地址中的参数缺失或格式不正确"


class QueueFull(XinzhengError):
    """All verifying processes are busy and the queue before them is full."""

    code = "queue_full"
    kind = Kind.UNAVAILABLE
    title = "Many documents are being verified just now; please try again in a moment"
    title_zh = "当前核验的文件较多，请稍候重试"
    retry_after_s: ClassVar[int] = 2


class NotPublished(XinzhengError):
    """This node has nothing to publish under that name."""

    code = "not_published"
    kind = Kind.NOT_FOUND
    title = "This node publishes nothing under this address"
    title_zh = "本节点在该地址没有公开内容"
