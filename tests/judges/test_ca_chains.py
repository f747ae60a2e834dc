"""OpenSSL and GnuTLS judge our chains and lists."""

import shutil

import pytest

from ca.profile import PROFILES
from tests.judges.ca_material import OUTSIDE, REVOKED, Material, make_material, run

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
needs_certtool = pytest.mark.skipif(shutil.which("certtool") is None, reason="gnutls-bin is not installed")


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return make_material(tmp_path_factory.mktemp("judged"))


def _openssl(material: Material, name: str, *more: str) -> tuple[int, str]:
    """`openssl verify` as strict as it can be: every certificate's list, every rule of X.509."""
    done = run(
        "openssl",
        "verify",
        "-x509_strict",
        "-crl_check_all",
        "-policy_check",
        *more,
        "-CAfile",
        material.path("root.pem"),
        "-untrusted",
        material.path("node_ca.pem"),
        "-CRLfile",
        material.path("root.crl.pem"),
        "-CRLfile",
        material.path("node.crl.pem"),
        material.path(f"{name}.pem"),
    )
    return done.returncode, done.stdout


@needs_openssl
@pytest.mark.parametrize("name", PROFILES)
def test_openssl_accepts_every_profile_strictly_with_all_lists(material: Material, name: str) -> None:
    assert _openssl(material, name) == (0, f"{material.path(name)}.pem: OK\n")


@needs_openssl
def test_openssl_accepts_the_time_stamping_certificate_for_that_purpose_only(material: Material) -> None:
    assert _openssl(material, "timestamp", "-purpose", "timestampsign")[0] == 0
    assert _openssl(material, "seal", "-purpose", "timestampsign")[0] != 0


@needs_openssl
def test_openssl_sees_the_revocation(material: Material) -> None:
    code, words = _openssl(material, REVOKED)
    assert code != 0
    assert "certificate revoked" in words


@needs_openssl
def test_openssl_holds_the_node_to_its_region(material: Material) -> None:
    code, words = _openssl(material, OUTSIDE)
    assert code != 0
    assert "permitted subtree violation" in words


@needs_openssl
def test_openssl_reads_the_lists_and_their_reasons(material: Material) -> None:
    done = run("openssl", "crl", "-in", material.path("node.crl.pem"), "-noout", "-text")
    assert done.returncode == 0
    assert "Key Compromise" in done.stdout
    assert "X509v3 CRL Number" in done.stdout


def _certtool(material: Material, name: str) -> tuple[int, str]:
    done = run(
        "certtool",
        "--verify",
        "--load-ca-certificate",
        material.path("root.pem"),
        "--load-crl",
        material.path("crls.pem"),
        "--infile",
        material.path(f"{name}.chain.pem"),
    )
    return done.returncode, done.stdout


@needs_certtool
@pytest.mark.parametrize("name", PROFILES)
def test_gnutls_accepts_every_chain(material: Material, name: str) -> None:
    done = run("certtool", "--verify-chain", "--infile", material.path(f"{name}.chain.pem"))
    assert done.returncode == 0, done.stdout
    assert "Chain verification output: Verified. The certificate is trusted." in done.stdout


@needs_certtool
@pytest.mark.parametrize("name", PROFILES)
def test_gnutls_accepts_every_profile_with_all_lists(material: Material, name: str) -> None:
    code, words = _certtool(material, name)
    assert code == 0, words
    assert "Chain verification output: Verified" in words


@needs_certtool
@pytest.mark.parametrize("name", PROFILES)
def test_gnutls_reads_every_extension_of_every_profile(material: Material, name: str) -> None:
    done = run("certtool", "-i", "--infile", material.path(f"{name}.pem"))
    assert done.returncode == 0
    assert "error" not in done.stdout.lower()


@needs_certtool
def test_gnutls_sees_the_revocation(material: Material) -> None:
    code, words = _certtool(material, REVOKED)
    assert code != 0
    assert "revoked" in words.lower()


@needs_certtool
def test_gnutls_ignores_the_region_which_is_why_the_trust_list_decides_it(material: Material) -> None:
    # Should this one day fail, GnuTLS has learnt directoryName constraints: strike the remark from CA-5.
    assert _certtool(material, OUTSIDE)[0] == 0
