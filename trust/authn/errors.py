"""What can go wrong when somebody proves who they are.

A wrong password, an unknown name, a locked account and a wrong code are one error with one text, so that
nobody learns which accounts exist (T19). None of the texts holds personal data.
"""

from keys.errors import Kind, XinzhengError


class LoginRefused(XinzhengError):
    """The proof was not accepted. Deliberately does not say which part of it was wrong."""

    code = "login_refused"
    kind = Kind.UNAUTHENTICATED
    title = "The account or what you entered is not right"
    title_zh = "账号或所填内容不正确"


class TooManyAttempts(XinzhengError):
    """A bucket is empty: for this name, for this address, or for the node as a whole."""

    code = "too_many_attempts"
    kind = Kind.UNAVAILABLE
    title = "Too many attempts; wait a moment and try again"
    title_zh = "尝试次数过多，请稍后再试"


class LoginBusy(XinzhengError):
    """More passwords are being checked than this process computes at once."""

    code = "login_busy"
    kind = Kind.UNAVAILABLE
    title = "Many people are logging in at this moment; please try again"
    title_zh = "当前登录人数较多，请稍后再试"


class PasswordTooWeak(XinzhengError):
    code = "password_too_weak"
    kind = Kind.REFUSED
    title = "This password is too easy to guess"
    title_zh = "密码过于简单，容易被猜到"


class AuthenticatorConflict(XinzhengError):
    """The authenticator or login name is registered already, or was changed in between."""

    code = "authenticator_conflict"
    kind = Kind.CONFLICT
    title = "This way of logging in is registered already or has just been changed"
    title_zh = "该登录方式已登记，或刚刚被更改"


class AuthenticatorRefused(XinzhengError):
    """A registration that does not prove what it must (no user verification, a foreign page, a weak key)."""

    code = "authenticator_refused"
    kind = Kind.REFUSED
    title = "This way of logging in could not be registered"
    title_zh = "该登录方式未能登记"


class AuthenticatorMissing(XinzhengError):
    code = "authenticator_missing"
    kind = Kind.NOT_FOUND
    title = "There is no such way of logging in on this account"
    title_zh = "该账号没有此登录方式"


class StrongerLoginNeeded(XinzhengError):
    """The session is good, but this act needs a fresh or stronger proof."""

    code = "stronger_login_needed"
    kind = Kind.FORBIDDEN
    title = "Please confirm once more who you are before doing this"
    title_zh = "执行此操作前，请再次验证身份"


class FlowRefused(XinzhengError):
    """A login that was begun in another browser, has expired, or was finished already (T15)."""

    code = "login_flow_refused"
    kind = Kind.REFUSED
    title = "This login was not begun in this browser or has expired; begin again"
    title_zh = "此登录不是在本浏览器中发起或已过期，请重新登录"


class FormRefused(XinzhengError):
    """A form without this session's token: it did not come from our own page (T16)."""

    code = "form_refused"
    kind = Kind.FORBIDDEN
    title = "The form did not come from this page or is too old; reload the page"
    title_zh = "表单并非来自本页面或已过期，请刷新页面"


class SessionMissing(XinzhengError):
    code = "session_missing"
    kind = Kind.NOT_FOUND
    title = "There is no such login"
    title_zh = "没有该登录会话"


class RoleRefused(XinzhengError):
    """A role that would put two separated duties into one hand, or that the giver may not give."""

    code = "role_refused"
    kind = Kind.REFUSED
    title = "This role may not be given to this person"
    title_zh = "不得向该人员授予此角色"


class RoleConflict(XinzhengError):
    """The person's roles were changed by somebody else in between."""

    code = "role_conflict"
    kind = Kind.CONFLICT
    title = "The roles of this person were changed in the meantime; read them again"
    title_zh = "该人员的角色已被他人更改，请刷新后重试"


class NotPermitted(XinzhengError):
    """The person holds no role that allows this act here."""

    code = "not_permitted"
    kind = Kind.FORBIDDEN
    title = "Your role does not allow this"
    title_zh = "您的角色无权执行此操作"
