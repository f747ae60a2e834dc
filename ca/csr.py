"""Certificate requests (证书申请), PKCS #10, RFC 2986: how a node asks the offline root for its certificate.

A request proves that who asks holds the key; it decides nothing else. The name in it is shown to the people
at the ceremony, the extensions it asks for are ignored: the profile gives them.
"""

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from ca.errors import MalformedCsr
from ca.names import Subject
from ca.parse import acceptable_key
from keys.algorithms import PublicKey, algorithm_of
from keys.errors import BadSignature
from keys.pyca_adapter import as_private_key
from keys.signature import verify_signature
from keys.signer import Signer

MAX_CSR_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """A request whose own signature was verified."""

    public_key: PublicKey
    claimed_subject: x509.Name
    """What the asker calls itself; nobody has checked it."""


def parse_csr(data: bytes) -> CertificateRequest:
    """Read a request, DER or PEM, at most 16 KiB, and verify that it is signed by its own key.

    Does not check: the name, and any extension it asks for.
    Raises: MalformedCsr; UnacceptableKey for a key outside the table of algorithms.
    """
    if len(data) > MAX_CSR_BYTES:
        raise MalformedCsr("The request is larger than 16 KiB.", "证书申请超过 16 KiB。")
    is_pem = data.lstrip().startswith(b"-----BEGIN")
    try:
        request = x509.load_pem_x509_csr(data) if is_pem else x509.load_der_x509_csr(data)
        unchecked_key = request.public_key()
        subject, oid = request.subject, request.signature_algorithm_oid
        _ = subject.public_bytes()
        signature, body = request.signature, request.tbs_certrequest_bytes
    except (
        ValueError,
        TypeError,
        OverflowError,
        UnsupportedAlgorithm,
        x509.InvalidVersion,
        UserWarning,
    ) as cause:
        raise MalformedCsr(log_only=str(cause)) from None
    key = acceptable_key(unchecked_key)
    algorithm = algorithm_of(key)
    if oid != algorithm.x509_signature_oid:
        raise MalformedCsr("The request is signed in a way we do not accept.", "证书申请的签名算法不被接受。")
    try:
        verify_signature(key, algorithm, signature, body)
    except BadSignature:
        raise MalformedCsr() from None
    return CertificateRequest(key, subject)


def make_csr(signer: Signer, subject: Subject) -> bytes:
    """A request for the signer's key, PEM. No extensions: the root's profile gives them.

    signer: an authority's key under its standing use CRL; a request is no certificate, so it needs no intent.
    """
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject.to_name())
    return builder.sign(as_private_key(signer), hashes.SHA256()).public_bytes(Encoding.PEM)
