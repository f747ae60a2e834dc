"""Which signature algorithm a SignerInfo means, by OID (RFC 5652 §10.1.2; RFC 5754, 8419, 8702; BSI
TR-03111)."""

from typing import Any

from seal.verification import arithmetic
from seal.verification.arithmetic import SignatureAlgorithm
from seal.verification.errors import UnreadableSignature

_FAMILIES = {
    "rsassa_pkcs1v15": "rsa",
    "rsassa_pss": "pss",
    "ecdsa": "ecdsa",
    "dsa": "dsa",
    "ed25519": "ed25519",
    "ed448": "ed448",
}
_BSI_PLAIN_ECDSA = {
    "0.4.0.127.0.7.1.1.4.1.1": "sha1",
    "0.4.0.127.0.7.1.1.4.1.2": "sha224",
    "0.4.0.127.0.7.1.1.4.1.3": "sha256",
    "0.4.0.127.0.7.1.1.4.1.4": "sha384",
    "0.4.0.127.0.7.1.1.4.1.5": "sha512",
}
"""BSI TR-03111 §5.2.1: ECDSA whose value is r||s instead of a DER sequence."""
_SHA3_RSA = {f"2.16.840.1.101.3.4.3.{13 + i}": f"sha3_{bits}" for i, bits in enumerate((224, 256, 384, 512))}
_SHA3_ECDSA = {f"2.16.840.1.101.3.4.3.{9 + i}": f"sha3_{bits}" for i, bits in enumerate((224, 256, 384, 512))}


def algorithm_of(info: Any) -> SignatureAlgorithm:
    """Family, digest and parameters of a SignerInfo's signature. Raises UnreadableSignature when unknown."""
    declared = info["signature_algorithm"]
    digest = arithmetic.digest_name(info["digest_algorithm"]["algorithm"].native)
    oid: str = declared["algorithm"].dotted
    if oid in _BSI_PLAIN_ECDSA:
        return SignatureAlgorithm("plain_ecdsa", _BSI_PLAIN_ECDSA[oid])
    if oid in _SHA3_RSA or oid in _SHA3_ECDSA:
        return SignatureAlgorithm("rsa" if oid in _SHA3_RSA else "ecdsa", (_SHA3_RSA | _SHA3_ECDSA)[oid])
    try:
        family = _FAMILIES[declared.signature_algo]
    except (ValueError, KeyError) as error:
        raise UnreadableSignature(
            f"the signature algorithm {oid} is not known here", "不支持该签名算法"
        ) from error
    if family == "pss":
        parameters = declared["parameters"]
        return SignatureAlgorithm(
            family,
            parameters["hash_algorithm"]["algorithm"].native,
            parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native,
            parameters["salt_length"].native,
        )
    try:
        digest = arithmetic.digest_name(declared.hash_algo)
    except ValueError:
        pass  # rsaEncryption and Ed25519 name no digest of their own; the SignerInfo does
    return SignatureAlgorithm(family, digest)
