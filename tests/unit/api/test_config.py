"""node.toml: what `init` accepts, and what a damaged file leads to."""

from pathlib import Path

import pytest

from api.config import FILE, make_config, read_config, write_config
from api.errors import NodeDamaged, NodeMissing, UnsupportedDatabase, WrongUsage


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    config = make_config(name='浙"江\\省', region="330000", url="https://zj.example/", database=None)
    write_config(tmp_path, config)
    assert read_config(tmp_path) == config
    assert config.url == "https://zj.example"
    assert config.log_origin == "zj.example"


def test_a_relative_sqlite_path_starts_at_the_nodes_folder(tmp_path: Path) -> None:
    config = make_config(name="浙江省", region="330000", url="https://zj.example", database=None)
    assert config.database_url(tmp_path) == f"sqlite:///{tmp_path.resolve()}/node.db"


@pytest.mark.parametrize(
    "url",
    ["", "zj.example", "http://zj.example", "ftp://zj.example", "https://", "https://a/b", "https://a?x=1",
     "https://user@a", "https://a:port", "https://[::1", "javascript:alert(1)"],
)  # fmt: skip
def test_an_address_others_could_not_trust_is_refused(url: str) -> None:
    with pytest.raises(WrongUsage):
        make_config(name="浙江省", region="330000", url=url, database=None)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8800", "http://localhost", "http://zj.localhost:8443"])
def test_plain_http_is_for_this_machine_only(url: str) -> None:
    assert make_config(name="浙江省", region="330000", url=url, database=None).url == url


@pytest.mark.parametrize(
    ("name", "region"), [("", "330000"), ("浙\n江", "330000"), ("浙江省", "990000"), ("x", "33")]
)
def test_a_nameless_node_or_an_unknown_region_is_refused(name: str, region: str) -> None:
    with pytest.raises(WrongUsage):
        make_config(name=name, region=region, url="https://zj.example", database=None)


def test_a_password_never_goes_into_node_toml() -> None:
    with pytest.raises(WrongUsage, match="password"):
        make_config(name="浙江省", region="330000", url="https://a", database="postgresql://u:p@h/d")


def test_an_unsupported_database_is_refused_at_init() -> None:
    with pytest.raises(UnsupportedDatabase):
        make_config(name="浙江省", region="330000", url="https://a", database="mysql://h/d")


def test_a_folder_without_a_node_says_so(tmp_path: Path) -> None:
    with pytest.raises(NodeMissing):
        read_config(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"name = ", b"name = 3", b'name = "a"\n' * 2, b"[" * 5000, b"#" * 70_000]
)
def test_a_damaged_file_is_an_error_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(NodeDamaged):
        read_config(tmp_path)
