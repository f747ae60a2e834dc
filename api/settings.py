"""The only file that reads the environment.

No secret has a default: a node without its key-encryption key does not start.
"""

import os
from functools import lru_cache
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the surroundings say. Frozen once read; names are `XINZHENG_` and the field in capitals."""

    model_config = SettingsConfigDict(env_prefix="XINZHENG_", frozen=True, extra="ignore")

    data: Path | None = None
    """Folder of the node, for commands called without `--data`."""
    passphrase: SecretStr | None = None
    """Passphrase of the key-encryption key, for a node that was made without a `kek` file."""
    database_password: SecretStr | None = None
    """Password of the PostgreSQL role; `node.toml` never holds one (a `.pgpass` file will do too)."""
    state_folder: Path = Path.home() / ".local" / "state" / "xinzheng"
    """Where the command line remembers which trust bundles it has seen."""
    log_level: str = "info"
    """`debug`, `info`, `warning` or `error`."""


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def hand_down(data: Path) -> None:
    """Tell the worker processes that are about to be started which node they serve."""
    os.environ["XINZHENG_DATA"] = str(data)
    settings.cache_clear()
