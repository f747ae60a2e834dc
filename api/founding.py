"""Founding a node (`init`): keys, demonstration root, certificates, operators, departments, seals.

Everything is made in `DIR.new` and renamed at the end, so that a crash leaves no half node under the name
asked for. The demonstration root is the ceremony of a real one, only without a passphrase; `xinzheng ca join`
replaces it.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

from api import store
from api.addresses import certificate_url, crl_url
from api.config import NodeConfig, write_config
from api.db import open_database
from api.demonstration.departments import foundings
from api.demonstration.operators import OPERATORS, create_operator_key, read_operator_key
from api.departments import found_departments
from api.errors import NodeExists
from api.housekeeping import publish_due
from api.mandating import DEMONSTRATION_PER_HOUR, approve_mandate, request_mandate, sign_mandate
from api.node import ANCHOR_FILE, Node
from api.perform import perform
from api.roles import LOG_LABEL, USES, Role, role_subject
from api.schema import upgrade
from api.sealing import application_for, approve, make_approved, request_seal, sign_approval
from api.unsealing import KEK_FILE, PASSPHRASE_FILE, database_password
from ca.ceremony import create_root, newest_root_crl, sign_node, sign_trust_list_signer
from ca.crl import import_crl
from ca.csr import make_csr
from ca.issue import IssueCertificate
from ca.names import Subject
from ca.offline_root import OfflineRoot, open_root
from ca.profile import SEAL_MAKER, STATUS_SIGNER, TIMESTAMP
from keys.algorithms import Algorithm
from keys.clock import Clock, utc_now
from keys.custody import Kek
from keys.fields import FieldCipher
from keys.keyring import Keyring
from keys.log.journal import Log
from keys.signer import KeyUse
from licenses.store.departments import department
from seal.rank import Emblem

FOUNDER = "init"
MANDATE_LIFETIME = timedelta(days=365)
Tell = Callable[[str, str], None]
"""Told what is being done, Chinese and English."""


@dataclass(frozen=True, slots=True)
class Founded:
    """Where everything lies after `init`."""

    folder: Path
    root_folder: Path
    anchor: Path
    operator_keys: tuple[Path, ...]


def root_folder_of(folder: Path) -> Path:
    """The folder beside the node that holds what the node must not have."""
    return folder.with_name(folder.name + "-root")


def found(
    folder: Path,
    config: NodeConfig,
    *,
    clock: Clock = utc_now,
    passphrase: str | None = None,
    tell: Tell = lambda _zh, _en: None,
) -> Founded:
    """Make a node in `folder`. Raises NodeExists when there is anything in it or in the folder beside it."""
    target, root_folder = folder.resolve(), root_folder_of(folder.resolve())
    building = target.with_name(target.name + ".new")
    for path in (target, root_folder, building):
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise NodeExists(f"{path.name} is not empty; choose another folder", f"{path.name} 不是空目录")
    building.mkdir(mode=0o700, parents=True, exist_ok=True)
    _found_in(building, root_folder, config, clock, passphrase, tell)
    if target.exists():
        target.rmdir()
    os.rename(building, target)
    keys = tuple(root_folder / "operators" / f"{code}.pem" for code, _name in OPERATORS)
    return Founded(target, root_folder, target / ANCHOR_FILE, keys)


def _found_in(
    folder: Path, root_folder: Path, config: NodeConfig, clock: Clock, passphrase: str | None, tell: Tell
) -> None:
    write_config(folder, config)
    kek = _create_kek(folder, passphrase)
    tell("生成密钥，举行演示根证书仪式", "making keys, holding the demonstration root ceremony")
    root = _create_root(root_folder, config, clock())
    (folder / ANCHOR_FILE).write_bytes(root.certificate.public_bytes(Encoding.PEM))
    database = open_database(config.database_url(folder), password=database_password())
    upgrade(database)
    with database.writing() as session:
        _first_rows(session, config, kek, root, root_folder, clock())
        session.commit()
    database.close()
    node = Node.open(folder, clock=clock)
    try:
        tell("签发节点证书", "issuing the node's certificates")
        _issue_own_certificates(node)
    finally:
        node.close()
    node = Node.open(folder, clock=clock)
    try:
        tell("设立部门，制作电子印章", "founding departments, making their seals")
        made = found_departments(node, foundings(), requested_by=FOUNDER)
        _make_seals(node, [one.credit_code for one in made], root_folder / "operators")
        publish_due(node)
    finally:
        node.close()


def _create_kek(folder: Path, passphrase: str | None) -> Kek:
    if passphrase is None:
        return Kek.create_file(folder / KEK_FILE)
    return Kek.create_passphrase(folder / PASSPHRASE_FILE, passphrase)


def _create_root(root_folder: Path, config: NodeConfig, now: datetime) -> OfflineRoot:
    create_root(
        root_folder,
        Subject("信证演示根证书 Xinzheng Demonstration Root", "信证演示 Xinzheng Demonstration"),
        crl_url=crl_url(config.url, Role.ROOT),
        certificate_url=certificate_url(config.url, Role.ROOT),
        passphrase=None,
        now=now,
    )
    return open_root(root_folder, None)


def _first_rows(
    session: Session, config: NodeConfig, kek: Kek, root: OfflineRoot, root_folder: Path, now: datetime
) -> None:
    """Keys, the log's empty checkpoint, the certificates the root signs, the operators."""
    keyring = Keyring(kek)
    FieldCipher.load_or_create(session, kek, now)
    log_key = keyring.generate(
        session, uses=[KeyUse.CHECKPOINT], label=LOG_LABEL, now=now, algorithm=Algorithm.EDDSA
    )
    for role, uses in USES.items():
        keyring.generate(session, uses=uses, label=role, now=now)
    Log(config.log_origin, log_key).append(session, [], now)
    store.put_certificate(session, role=Role.ROOT, certificate=root.certificate, kid=None, now=now)
    import_crl(session, newest_root_crl(root), root.certificate, now)
    for role, use, sign in (
        (Role.NODE_CA, KeyUse.CRL, sign_node),
        (Role.TRUST_LIST, KeyUse.TRUST_LIST, sign_trust_list_signer),
    ):
        handle = keyring.by_label(role)
        subject = role_subject(role, config.name, config.region_name)
        signed = sign(root, make_csr(handle.standing(use), subject), subject, now=now)
        store.put_certificate(session, role=role, certificate=signed.certificate, kid=handle.kid, now=now)
    (root_folder / "operators").mkdir(mode=0o700)
    for code, name in OPERATORS:
        public_key = create_operator_key(root_folder / "operators" / f"{code}.pem")
        store.add_operator(session, code=code, name=name, public_key=public_key, now=now)


def _make_seals(node: Node, credit_codes: Sequence[str], operators: Path) -> None:
    """Each department's seal and its mandate to seal licenses: asked for by the first operator, approved by
    the second, with their keys.
    """
    (first, _), (second, _) = OPERATORS
    key = read_operator_key(operators / f"{second}.pem")
    approved = []
    for credit_code in credit_codes:
        with node.database.reading() as session:
            name = department(session, credit_code).name
        application = application_for(
            node,
            credit_code,
            name=name,
            rank="department_or_unit",
            diameter_mm=Decimal(42),
            emblem=Emblem.STAR,
            reason="founding of the department",
        )
        request = request_seal(node, application, by=first)
        approve(node, request.request_id, by=second, signature=sign_approval(request, key))
        approved.append(request.request_id)
    for seal in make_approved(node, approved):
        mandate = request_mandate(
            node,
            seal.number,
            kinds=[kind.key for kind in node.catalogue],
            per_hour=DEMONSTRATION_PER_HOUR,
            lifetime=MANDATE_LIFETIME,
            reason="founding of the department",
            by=first,
        )
        approve_mandate(node, mandate.terms.mandate_id, by=second, signature=sign_mandate(mandate, key))


def _issue_own_certificates(node: Node) -> None:
    """Seal maker, status signer, time-stamping: issued by the node CA along the one path."""
    services, config = node.services, node.config
    profiles = {Role.SEAL_MAKER: SEAL_MAKER, Role.STATUS_SIGNER: STATUS_SIGNER, Role.TIMESTAMP: TIMESTAMP}
    actions = [
        IssueCertificate(
            services.authority,
            profile,
            role_subject(role, config.name, config.region_name),
            node.keyring.by_label(role).public_key,
            requested_by=FOUNDER,
            reason="founding of the node",
        )
        for role, profile in profiles.items()
    ]
    made = perform(node, actions)
    now = node.clock()
    with node.database.writing() as session:
        for role, certificate in zip(profiles, made, strict=True):
            kid = node.keyring.by_label(role).kid
            store.put_certificate(session, role=role, certificate=certificate, kid=kid, now=now)
        session.commit()
