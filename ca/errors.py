"""What can go wrong with a certificate, a CRL, a time-stamp or a ceremony: one class per decision of the
caller.

Verification of a path or of a token does not raise: it answers a finding (`ca/paths.py`,
`ca/timestamp_verify.py`).
"""

from keys.errors import Kind, XinzhengError


class MalformedCertificate(XinzhengError):
    """Bytes that are not one X.509 certificate we can read whole."""

    code = "malformed_certificate"
    kind = Kind.MALFORMED
    title = "This is not a certificate that can be read"
    title_zh = "无法读取的证书"


class MalformedCrl(XinzhengError):
    """Bytes that are not one X.509 certificate revocation list."""

    code = "malformed_crl"
    kind = Kind.MALFORMED
    title = "This is not a revocation list that can be read"
    title_zh = "无法读取的证书撤销列表"


class MalformedCsr(XinzhengError):
    """Bytes that are not a PKCS #10 request, or one whose own signature does not hold."""

    code = "malformed_csr"
    kind = Kind.MALFORMED
    title = "This is not a certificate request that can be read, or it is not signed by its own key"
    title_zh = "无法读取的证书申请，或其签名与所含公钥不符"


class MalformedTimeStamp(XinzhengError):
    """Bytes that are not an RFC 3161 token."""

    code = "malformed_time_stamp"
    kind = Kind.MALFORMED
    title = "This is not a time-stamp token that can be read"
    title_zh = "无法读取的时间戳"


class TimeStampRefused(XinzhengError):
    """A time-stamp that is not given. `failure` is the bit of PKIFailureInfo, RFC 3161 §2.4.2."""

    code = "time_stamp_refused"
    kind = Kind.REFUSED
    title = "No time-stamp is given for this"
    title_zh = "不能为此签发时间戳"

    def __init__(self, failure: int, detail: str, *, log_only: str | None = None) -> None:
        self.failure = failure
        super().__init__(detail, log_only=log_only)


class NameRefused(XinzhengError):
    """A subject name that no certificate may carry: empty, too long, control characters, not normalised."""

    code = "certificate_name_refused"
    kind = Kind.REFUSED
    title = "This name may not stand in a certificate"
    title_zh = "该名称不得写入证书"


class ProfileRefused(XinzhengError):
    """The request does not fit the profile: a lifetime too long, an address missing, an issuer of the wrong
    kind.
    """

    code = "certificate_profile_refused"
    kind = Kind.REFUSED
    title = "The request does not fit the certificate profile"
    title_zh = "申请不符合证书模板"


class LintFailed(XinzhengError):
    """A rule refused what was about to be signed; nothing was signed. `rule` names it."""

    code = "certificate_lint_failed"
    kind = Kind.REFUSED
    title = "A rule refused this before it was signed"
    title_zh = "签发前检查未通过"

    def __init__(self, rule: str, citation: str, finding: str) -> None:
        self.rule = rule
        super().__init__(
            f"Rule {rule} ({citation}) refused: {finding}. Nothing was signed.",
            f"规则 {rule}（{citation}）不允许：{finding}。未进行签名。",
        )


class SignatureRefused(XinzhengError):
    """What came back from the signer is not what was linted and logged. The result is thrown away."""

    code = "certificate_signature_refused"
    kind = Kind.INTERNAL
    title = "The signed result is not what was checked; it was thrown away"
    title_zh = "签名结果与已检查内容不一致，已丢弃"


class NoSuchCertificate(XinzhengError):
    code = "no_such_certificate"
    kind = Kind.NOT_FOUND
    title = "No certificate with this serial number was issued here"
    title_zh = "本机构未签发过该序列号的证书"


class CertificateStateConflict(XinzhengError):
    """The certificate is not in a state that allows this: revoked, not held, or changed meanwhile."""

    code = "certificate_state_conflict"
    kind = Kind.CONFLICT
    title = "The certificate is not in a state that allows this"
    title_zh = "证书当前状态不允许该操作"


class CrlRefused(XinzhengError):
    """A CRL that may not be made or taken in: older number, other issuer, clock gone back."""

    code = "crl_refused"
    kind = Kind.CONFLICT
    title = "This revocation list may not be published"
    title_zh = "该证书撤销列表不能发布"


class CeremonyRefused(XinzhengError):
    """The offline root will not do this: a file is there already, the passphrase is wrong, a serial
    unknown.
    """

    code = "ceremony_refused"
    kind = Kind.REFUSED
    title = "The root ceremony cannot go on"
    title_zh = "根证书仪式无法继续"
