"""Settings, and the shape of the command line's own code: no heavy import before a command runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from api.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("sqlalchemy", "fastapi", "typst", "pyhanko", "cryptography.x509", "alembic", "uvicorn")


def test_the_command_line_imports_nothing_heavy_before_a_command_runs() -> None:
    program = f"import sys, api.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_no_secret_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XINZHENG_PASSPHRASE", "XINZHENG_DATABASE_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    made = Settings()
    assert made.passphrase is None
    assert made.database_password is None


def test_a_secret_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINZHENG_PASSPHRASE", "correct horse battery staple")
    assert "horse" not in repr(Settings())


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    readme = (ROOT / "api" / "README.md").read_text(encoding="utf-8")
    assert f"XINZHENG_{name.upper()}" in readme
