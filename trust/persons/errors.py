"""What can go wrong with people and organisations. No message holds a name or a number."""

from keys.errors import Kind, XinzhengError


class IdentityDocumentWrong(XinzhengError):
    """A document number that its own type does not allow."""

    code = "identity_document_wrong"
    kind = Kind.REFUSED
    title = "This identity document is not right"
    title_zh = "证件信息不正确"


class PersonRefused(XinzhengError):
    """Particulars that contradict each other or the document."""

    code = "person_refused"
    kind = Kind.REFUSED
    title = "The particulars do not fit together"
    title_zh = "人员信息不符合要求"


class PersonNotFound(XinzhengError):
    code = "person_not_found"
    kind = Kind.NOT_FOUND
    title = "There is no such person here"
    title_zh = "未找到该人员"


class PersonConflict(XinzhengError):
    """The document belongs to an account already, or the account changed in between."""

    code = "person_conflict"
    kind = Kind.CONFLICT
    title = "This account cannot be opened or changed like this"
    title_zh = "无法以此方式开立或变更账户"


class OrganizationNotFound(XinzhengError):
    code = "organization_not_found"
    kind = Kind.NOT_FOUND
    title = "There is no such organisation here"
    title_zh = "未找到该单位"


class OrganizationConflict(XinzhengError):
    code = "organization_conflict"
    kind = Kind.CONFLICT
    title = "The organisation was changed in the meantime, or is known already"
    title_zh = "单位信息已存在或已被他人修改"


class GrantRefused(XinzhengError):
    """A rule of `trust.persons.agency` says no to a grant."""

    code = "grant_refused"
    kind = Kind.REFUSED
    title = "This authorisation is not possible"
    title_zh = "不能作此授权"


class GrantNotFound(XinzhengError):
    """Unknown, or none of the caller's business: the two look the same."""

    code = "grant_not_found"
    kind = Kind.NOT_FOUND
    title = "There is no such authorisation"
    title_zh = "未找到该授权"


class GrantConflict(XinzhengError):
    """Somebody was faster: confirmed, ended or expired in between, or no place for another agent."""

    code = "grant_conflict"
    kind = Kind.CONFLICT
    title = "The authorisation is not (or no longer) in the state this needs"
    title_zh = "授权当前状态不允许此操作"


class ProofRefused(XinzhengError):
    """A rule of proofing says no: not your own proof, not twice the same clerk, wrong evidence."""

    code = "proof_refused"
    kind = Kind.REFUSED
    title = "The identity proof is not acceptable"
    title_zh = "身份核验不予接受"


class ProofConflict(XinzhengError):
    code = "proof_conflict"
    kind = Kind.CONFLICT
    title = "The identity proof is not waiting for this any more"
    title_zh = "该身份核验已处理或已过期"


class ProofNotMatched(XinzhengError):
    """The one answer to an applicant whom no register confirms; says nothing of the reason (T19)."""

    code = "proof_not_matched"
    kind = Kind.REFUSED
    title = "The particulars could not be confirmed; check them, or go to a counter with your document"
    title_zh = "信息未能核验通过，请核对后重试，或携带证件到窗口办理"


class RegisterUnavailable(XinzhengError):
    """Down, slow, or answering what cannot be true. Never taken as a yes, never as a no."""

    code = "register_unavailable"
    kind = Kind.UNAVAILABLE
    title = "The register cannot be asked at the moment; try again later or go to a counter"
    title_zh = "核验渠道暂时不可用，请稍后再试，或到窗口办理"


class RegisterQueryRefused(XinzhengError):
    """The channel may not be asked this: unknown purpose, missing field, too many queries."""

    code = "register_query_refused"
    kind = Kind.FORBIDDEN
    title = "This query may not be made"
    title_zh = "不得发起该核验"


class ChannelConfigurationWrong(XinzhengError):
    code = "channel_configuration_wrong"
    kind = Kind.MALFORMED
    title = "The description of a register channel is not right"
    title_zh = "核验渠道配置不正确"


class RegisterFileWrong(XinzhengError):
    code = "register_file_wrong"
    kind = Kind.MALFORMED
    title = "The register file is not right"
    title_zh = "内置登记库文件不正确"


class ConsentRefused(XinzhengError):
    code = "consent_refused"
    kind = Kind.REFUSED
    title = "Consent cannot be recorded like this"
    title_zh = "不能这样记录同意"


class ConsentNotFound(XinzhengError):
    code = "consent_not_found"
    kind = Kind.NOT_FOUND
    title = "There is no such consent, or it was withdrawn already"
    title_zh = "未找到该项同意，或已撤回"


class CorrectionRefused(XinzhengError):
    code = "correction_refused"
    kind = Kind.REFUSED
    title = "This correction cannot be taken"
    title_zh = "不能受理该更正申请"


class CorrectionConflict(XinzhengError):
    code = "correction_conflict"
    kind = Kind.CONFLICT
    title = "The correction is not in the state this needs"
    title_zh = "更正申请当前状态不允许此操作"
