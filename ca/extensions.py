"""Finding one extension of a certificate by its kind."""

from typing import TypeVar

from cryptography import x509

Value = TypeVar("Value", bound=x509.ExtensionType)


def find_extension(extensions: x509.Extensions, kind: type[Value]) -> tuple[Value, bool] | None:
    """The extension of this kind and whether it is critical, or None."""
    for extension in extensions:
        if isinstance(extension.value, kind):
            return extension.value, extension.critical
    return None
