"""`xinzheng ca …`: the root's ceremonies (on the offline machine) and joining a real root (on the node)."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import answer, field, say
from api.commands.opened import writing_node
from api.commands.options import AsJson, Data
from api.errors import WrongUsage

app = typer.Typer(
    help="根证书与签发机构 root ceremonies: root, request, sign, crl, join", no_args_is_help=True
)
Root = Annotated[Path, typer.Option("--root", help="根目录 folder of the offline root", file_okay=False)]
Witness = Annotated[list[str] | None, typer.Option("--witness", help="在场人员 who is present; repeat")]
Secret = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file", help="口令文件（否则询问） file, else asked for", exists=True, dir_okay=False
    ),
]
File = Annotated[Path, typer.Option(exists=True, dir_okay=False, show_default=False)]


@app.command("root")
def create(
    root: Root,
    name: Annotated[str, typer.Option("--name", help="根证书名称 common name")],
    organization: Annotated[str, typer.Option("--organization", help="机构名称 legal name")],
    crl_url: Annotated[str, typer.Option("--crl-url", help="撤销列表网址 where its CRL will be found")],
    certificate_url: Annotated[
        str, typer.Option("--certificate-url", help="根证书网址 where it will be found")
    ],
    witness: Witness = None,
    passphrase_file: Secret = None,
) -> None:
    """根证书仪式：生成根密钥与根证书。Make a root; prints the transcript to sign."""
    from ca.ceremony import create_root
    from ca.names import Subject
    from keys.clock import utc_now

    made = create_root(
        root,
        Subject(name, organization),
        crl_url=crl_url,
        certificate_url=certificate_url,
        passphrase=_passphrase(passphrase_file, confirm=True),
        now=utc_now(),
        witnesses=witness or (),
    )
    typer.echo(made.transcript.text)


@app.command()
def request(
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="申请文件目录 folder for the requests", file_okay=False)],
    as_json: AsJson = False,
) -> None:
    """导出证书申请，交根证书仪式签发。Write this node's requests for the root."""
    from api.joining import requests_of

    with writing_node(data, quiet=as_json) as node:
        made = requests_of(node)
        facts = {"name": node.config.name, "region": node.config.region, "requests": {}}
    out.mkdir(parents=True, exist_ok=True)
    paths = {}
    for role, pem in made.items():
        path = out / f"{role}.csr.pem"
        path.write_bytes(pem)
        paths[str(role)] = str(path)
    if as_json:
        answer({**facts, "requests": paths})
        return
    for role_name, written in paths.items():
        field(role_name, "request", written)
    say("请在根证书所在的离线计算机上签发", "sign them on the root's offline machine:")
    names = f"--name {facts['name']} --region {facts['region']}"
    say(f"  xinzheng ca sign --root ROOT --request FILE --role ROLE {names} --out CERT.pem")


@app.command()
def sign(
    root: Root,
    csr: Annotated[
        Path, typer.Option("--request", help="证书申请 request, PEM", exists=True, dir_okay=False)
    ],
    role: Annotated[str, typer.Option("--role", help="node-ca | trust-list")],
    name: Annotated[str, typer.Option("--name", help="节点名称 name of the node")],
    region: Annotated[str, typer.Option("--region", help="行政区划代码 GB/T 2260; 000000: ministry")],
    out: Annotated[Path, typer.Option("--out", help="证书文件 where the certificate goes", dir_okay=False)],
    witness: Witness = None,
    passphrase_file: Secret = None,
) -> None:
    """根证书仪式：签发节点证书。Sign a node's request; prints the transcript to sign."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from api.config import WHOLE_COUNTRY
    from api.roles import Role, role_subject
    from ca.ceremony import sign_node, sign_trust_list_signer
    from ca.offline_root import open_root
    from keys.clock import utc_now
    from keys.codes.region import region_name

    ceremonies = {Role.NODE_CA.value: sign_node, Role.TRUST_LIST.value: sign_trust_list_signer}
    if role not in ceremonies:
        raise WrongUsage("--role is node-ca or trust-list", "--role 应为 node-ca 或 trust-list")
    subject = role_subject(Role(role), name, None if region == WHOLE_COUNTRY else region_name(region))
    made = ceremonies[role](
        open_root(root, _passphrase(passphrase_file)),
        csr.read_bytes(),
        subject,
        now=utc_now(),
        witnesses=witness or (),
    )
    out.write_bytes(made.certificate.public_bytes(Encoding.PEM))
    typer.echo(made.transcript.text)


@app.command()
def crl(root: Root, witness: Witness = None, passphrase_file: Secret = None) -> None:
    """根证书仪式：发布新的撤销列表。Publish the root's next revocation list."""
    from ca.ceremony import publish_root_crl
    from ca.offline_root import open_root
    from keys.clock import utc_now

    opened = open_root(root, _passphrase(passphrase_file))
    typer.echo(publish_root_crl(opened, now=utc_now(), witnesses=witness or ()).text)


@app.command("import-crl")
def import_list(data: Data, file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """导入根证书的新撤销列表。Take in the root's newest revocation list."""
    from ca.crl import import_crl

    with writing_node(data) as node, node.database.writing() as session:
        is_new = import_crl(session, file.read_bytes(), node.anchor, node.clock())
        session.commit()
    say(
        "撤销列表已导入" if is_new else "已是最新撤销列表",
        "imported" if is_new else "this one is here already",
    )


@app.command()
def join(
    data: Data,
    root_certificate: Annotated[Path, typer.Option("--root-certificate", exists=True, dir_okay=False)],
    node_ca: Annotated[Path, typer.Option("--node-ca", exists=True, dir_okay=False)],
    trust_list: Annotated[Path, typer.Option("--trust-list", exists=True, dir_okay=False)],
    root_crl: Annotated[Path, typer.Option("--root-crl", exists=True, dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """以正式根证书取代演示根证书。Replace the demonstration root by a real one, then restart the node."""
    from api.joining import RootAnswer, join
    from api.roles import Role
    from ca.parse import parse_certificate

    made = RootAnswer(
        root=parse_certificate(root_certificate.read_bytes()),
        certificates={
            Role.NODE_CA: parse_certificate(node_ca.read_bytes()),
            Role.TRUST_LIST: parse_certificate(trust_list.read_bytes()),
        },
        crl=root_crl.read_bytes(),
    )
    with writing_node(data, quiet=as_json) as node:
        join(node, made)
    if as_json:
        answer({"joined": made.root.subject.rfc4514_string()})
        return
    say("已加入正式根证书，请重启服务", "joined the root; restart the node")
    field("信任锚", "anchor", data / "anchor.pem")


def _passphrase(file: Path | None, *, confirm: bool = False) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    return str(
        typer.prompt("根密钥口令 passphrase of the root", hide_input=True, confirmation_prompt=confirm)
    )
