"""The two demonstration operators: one asks, the other approves. Their keys lie outside the node's folder."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from api.errors import NodeDamaged

OPERATORS = (("op-1", "演示操作员甲"), ("op-2", "演示操作员乙"))
"""Code and name; the first asks, the second approves."""
_MODE = 0o400


def create_operator_key(path: Path) -> ec.EllipticCurvePublicKey:
    """Make a P-256 key, write it as PEM of mode 0400, return its public half."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
    try:
        os.write(descriptor, pem)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return key.public_key()


def read_operator_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """An operator's own key, read where the operator sits. Raises NodeDamaged when it cannot be read."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise NodeDamaged("The operator's key cannot be read", "无法读取操作员密钥") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise NodeDamaged("The operator's key is not a P-256 key", "操作员密钥不是 P-256 密钥")
    return key
