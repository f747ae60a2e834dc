"""The two secrets a node needs to open: the key-encryption key and, for PostgreSQL, the role's password."""

from pathlib import Path

from api.settings import settings
from keys.custody import Kek

KEK_FILE = "kek"
PASSPHRASE_FILE = "kek.json"  # noqa: S105 - a file name


def open_kek(folder: Path) -> Kek:
    """The key-encryption key, by DIR/kek or the passphrase in the environment. Raises KekUnavailable."""
    salt = folder / PASSPHRASE_FILE
    passphrase = settings().passphrase
    if salt.exists() and passphrase is not None:
        return Kek.from_passphrase_file(salt, passphrase.get_secret_value())
    return Kek.from_file(folder / KEK_FILE)


def database_password() -> str | None:
    """The database password of the environment, if any."""
    given = settings().database_password
    return None if given is None else given.get_secret_value()
