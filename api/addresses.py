"""Where a node publishes what its certificates and licenses point to. `api/routes` answers at these paths."""

from api.roles import Role


def certificate_url(url: str, role: Role) -> str:
    """The certificate of a role, DER (RFC 5280 §4.2.2.1)."""
    return f"{url}/pki/certificates/{role}.cer"


def crl_url(url: str, role: Role) -> str:
    """The newest CRL of an authority, DER (RFC 5280 §4.2.1.13)."""
    return f"{url}/pki/crl/{role}.crl"
