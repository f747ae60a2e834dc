"""`node.toml`: what a node is called, where it answers, where its database is. Public facts, no secret."""

import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from api.db import parse_url
from api.errors import NodeDamaged, NodeMissing, WrongUsage
from keys.codes.region import region_name
from keys.errors import XinzhengError

FILE = "node.toml"
DEMONSTRATION = "demonstration"
JOINED = "joined"
WHOLE_COUNTRY = "000000"
LARGEST = 64 * 1024
MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """The facts about a node that never change after `init`."""

    name: str
    """Name of the region or ministry, such as 浙江省."""
    region: str
    """GB/T 2260 code, six digits."""
    url: str
    """Where the world reaches this node, without a slash at the end; stands in every license."""
    database: str
    """SQLAlchemy URL without a password; a relative SQLite path starts at the node's folder."""
    log_origin: str
    """Name of the log in its checkpoints (C2SP): the URL without its scheme."""
    root: str
    """`demonstration`: licenses say on their face that they are made up. `joined`: a real root."""

    @property
    def demonstration(self) -> bool:
        return self.root != JOINED

    @property
    def region_name(self) -> str | None:
        """As it stands in every certificate of this node; None for a ministry, which has no region."""
        return None if self.region == WHOLE_COUNTRY else region_name(self.region)

    def database_url(self, folder: Path) -> str:
        """The URL to open, with a relative SQLite path resolved."""
        prefix = "sqlite:///"
        if self.database.startswith(prefix) and not self.database.startswith(prefix + "/"):
            return prefix + str(folder.resolve() / self.database.removeprefix(prefix))
        return self.database


def make_config(*, name: str, region: str, url: str, database: str | None) -> NodeConfig:
    """Check what `init` was told. Raises WrongUsage in words, UnsupportedDatabase."""
    if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
        raise WrongUsage(f"The name must have 1 to {MAX_NAME} characters", "名称应为 1 至 60 个可见字符")
    try:
        if region != WHOLE_COUNTRY:
            region_name(region)
    except XinzhengError as error:
        raise WrongUsage(error.detail, error.detail_zh) from error
    host = _checked_host(url)
    if database is not None and parse_url(database).password is not None:
        raise WrongUsage(
            "Do not write a password into node.toml; use XINZHENG_DATABASE_PASSWORD or a .pgpass file",
            "不要把密码写入 node.toml，请使用 XINZHENG_DATABASE_PASSWORD 或 .pgpass 文件",
        )
    clean = url.rstrip("/")
    return NodeConfig(name.strip(), region, clean, database or "sqlite:///node.db", host, DEMONSTRATION)


def write_config(folder: Path, config: NodeConfig) -> None:
    """Write node.toml. JSON strings are TOML basic strings."""
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in asdict(config).items()]
    (folder / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_config(folder: Path) -> NodeConfig:
    """Read node.toml. Raises NodeMissing, NodeDamaged."""
    path = folder / FILE
    if not path.is_file():
        raise NodeMissing
    try:
        raw = path.read_bytes()[: LARGEST + 1]
        if len(raw) > LARGEST:
            raise ValueError("too large")
        found = tomllib.loads(raw.decode("utf-8"))
        fields = {name: found[name] for name in NodeConfig.__slots__}
    except (OSError, ValueError, KeyError) as error:
        raise NodeDamaged("node.toml cannot be read", "无法读取 node.toml", log_only=str(error)) from error
    if not all(isinstance(value, str) for value in fields.values()):
        raise NodeDamaged("node.toml holds something that is not text", "node.toml 内容格式不正确")
    return NodeConfig(**fields)


def _checked_host(url: str) -> str:
    """The URL without its scheme. http is for the loopback address and `*.localhost` names only."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise WrongUsage("The URL cannot be read", "网址格式不正确") from error
    local = host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
    plain = not parts.query and not parts.fragment and parts.username is None and parts.path in ("", "/")
    if not host or not plain or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise WrongUsage(
            "The URL must be https://host[:port] (http only for localhost), without path or query",
            "网址应为 https://主机[:端口]（仅本机可用 http），且不带路径和参数",
        )
    return parts.netloc
