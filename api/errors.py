"""What a node itself can refuse: its folder, its database, its place among other processes."""

from keys.errors import Kind, XinzhengError


class NodeExists(XinzhengError):
    """`init` never touches a folder that holds something."""

    code = "node_exists"
    kind = Kind.CONFLICT
    title = "There is already something in this folder; choose an empty one"
    title_zh = "该目录不是空目录，请另选一个空目录"


class NodeMissing(XinzhengError):
    code = "node_missing"
    kind = Kind.NOT_FOUND
    title = "There is no node in this folder; run `xinzheng init` first"
    title_zh = "该目录中没有节点，请先运行 xinzheng init"


class NodeDamaged(XinzhengError):
    """A file of the node cannot be read or contradicts another."""

    code = "node_damaged"
    kind = Kind.INTERNAL
    title = "A file of this node is missing or unreadable"
    title_zh = "节点文件缺失或无法读取"


class UnsupportedDatabase(XinzhengError):
    """Neither SQLite in a local file nor PostgreSQL, or a database that will not promise durability."""

    code = "unsupported_database"
    kind = Kind.REFUSED
    title = "This database cannot be used; give a local SQLite file or a PostgreSQL URL"
    title_zh = "不支持该数据库，请使用本机 SQLite 文件或 PostgreSQL"


class SchemaMismatch(XinzhengError):
    """The database stands at another migration than this program."""

    code = "schema_mismatch"
    kind = Kind.UNAVAILABLE
    title = "The database has another version than this program; stop the node and run `xinzheng serve` again"
    title_zh = "数据库版本与程序版本不一致，请停止节点后重新运行 xinzheng serve"


class Busy(XinzhengError):
    """Others wrote the same rows again and again; nothing of this request was written."""

    code = "busy"
    kind = Kind.UNAVAILABLE
    title = "Too many requests at once; nothing was written, please try again"
    title_zh = "当前请求过多，本次未写入任何内容，请稍后重试"


class UnknownOperator(XinzhengError):
    code = "unknown_operator"
    kind = Kind.NOT_FOUND
    title = "There is no operator with this identifier"
    title_zh = "没有该编号的操作员"


class UnknownDepartment(XinzhengError):
    code = "unknown_department"
    kind = Kind.NOT_FOUND
    title = "There is no department with this credit code on this node"
    title_zh = "本节点没有该统一社会信用代码对应的部门"


class OperatorExists(XinzhengError):
    code = "operator_exists"
    kind = Kind.CONFLICT
    title = "There is already an operator with this identifier or key"
    title_zh = "该编号或密钥已登记为操作员"


class WrongUsage(XinzhengError):
    """The command line cannot be understood; the process exits 64 (EX_USAGE)."""

    code = "wrong_usage"
    kind = Kind.MALFORMED
    title = "The command cannot be understood"
    title_zh = "命令用法有误"


class Unreachable(XinzhengError):
    """Another node did not answer, or not with a report."""

    code = "unreachable"
    kind = Kind.UNAVAILABLE
    title = "The other node did not answer"
    title_zh = "对方节点没有应答"


class JoinRefused(XinzhengError):
    """What came back from the root's ceremony does not fit this node."""

    code = "join_refused"
    kind = Kind.REFUSED
    title = "These certificates are not for this node"
    title_zh = "这些证书不适用于本节点"
