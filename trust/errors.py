"""What can go wrong in `trust`. Refusals whose codes are fixed by RFCs: `oauth_errors.py`."""

from keys.errors import Kind, XinzhengError
from trust import oauth_errors as oauth_errors


class ClientConflict(XinzhengError):
    """The client was changed by somebody else in between, or its name is taken."""

    code = "client_conflict"
    kind = Kind.CONFLICT
    title = "The application was changed in the meantime; read it again"
    title_zh = "应用信息已被他人修改，请刷新后重试"


class ClientRefused(XinzhengError):
    """A client that contradicts its own policy is never stored."""

    code = "client_refused"
    kind = Kind.REFUSED
    title = "The application does not fit the rules of its policy"
    title_zh = "应用配置不符合其策略要求"
