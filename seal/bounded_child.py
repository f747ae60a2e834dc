"""The warm reader and its children (see `seal.bounded`): imports once, forks for every document, keeps
nothing."""

import gc
import mmap
import os
import pickle
import resource
import signal
import socket
from datetime import UTC, datetime
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from seal.verification.cms import read_cms
from seal.verification.evidence import PdfEvidence
from seal.verification.limits import Limits
from seal.verification.reading import read_evidence

_PIECE = 1 << 20
_JOB_BYTES = 4096
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_BLANK_PAGE = (
    b"%PDF-1.7\n1 0 obj\n<</Type /Catalog /Pages 2 0 R>>\nendobj\n"
    b"2 0 obj\n<</Type /Pages /Kids [3 0 R] /Count 1>>\nendobj\n"
    b"3 0 obj\n<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>>\nendobj\n"
    b"trailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)


def serve(descriptor: int) -> None:
    """Fork a child for every job that comes over the socket; end when the parent is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are not waited for: they answer by themselves
    connection = socket.socket(fileno=descriptor)
    warm_up()
    gc.collect()
    gc.freeze()
    while True:
        job, descriptors, _, _ = socket.recv_fds(connection, _JOB_BYTES, 2)
        if not job:
            os._exit(0)
        if len(descriptors) == 2 and os.fork() == 0:
            connection.close()
            _read_one(job, *descriptors)
        for each in descriptors:
            os.close(each)


def warm_up() -> None:
    """Do once what every child would do again: build the ASN.1 types, load providers and the renderer."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "warm-up")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, _LONG_AGO, _LONG_AGO)
    certificate = builder.sign(key, hashes.SHA256())
    signing = pkcs7.PKCS7SignatureBuilder().set_data(_BLANK_PAGE)
    signing = signing.add_signer(certificate, key, hashes.SHA256())
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    read_cms(signing.sign(Encoding.DER, options), (_BLANK_PAGE,))
    read_evidence(_BLANK_PAGE)


def _read_one(job: bytes, document: int, answer: int) -> None:
    """The whole life of a child. Never returns."""
    try:
        size, (memory, processor, wall), limits = pickle.loads(job)  # noqa: S301 - from our own parent
        _limit(memory, processor, wall)
        evidence = _evidence(document, size, limits)
        _write(answer, pickle.dumps(evidence, protocol=pickle.HIGHEST_PROTOCOL))
    finally:
        os._exit(0)


def _limit(memory: int, processor: int, wall: float) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, wall)


def _evidence(document: int, size: int, limits: Limits) -> PdfEvidence:
    try:
        # A mapped file reads like bytes wherever octets are looked at; only touched pages take memory.
        data = mmap.mmap(document, size, access=mmap.ACCESS_READ) if size else b""
        return read_evidence(cast(bytes, data), limits=limits)
    except (MemoryError, RecursionError):
        return PdfEvidence(
            size,
            problem="reading this file took more memory than is allowed",
            problem_zh="读取该文件所需内存超出限制",
        )
    except Exception as error:  # noqa: BLE001 - the last wall: a defect of ours becomes a reason, not a crash
        kind = type(error).__name__
        return PdfEvidence(
            size, problem=f"this file could not be read ({kind})", problem_zh=f"无法读取该文件（{kind}）"
        )


def _write(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view[:_PIECE]) :]
