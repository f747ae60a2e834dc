"""The transcript of a ceremony (仪式记录): plain text to print, sign by hand and keep with the root."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ca.offline_key import KEY_FILE, write_once

_RULE = "=" * 72


@dataclass(frozen=True, slots=True)
class Transcript:
    """One sitting. `text` is what is printed; `path` where it was kept."""

    text: str
    path: Path

    @classmethod
    def write(
        cls,
        directory: Path,
        title: str,
        now: datetime,
        facts: Sequence[tuple[str, str]],
        files: Sequence[Path],
        witnesses: Sequence[str],
        *,
        is_demonstration: bool,
    ) -> "Transcript":
        """Compose the text, keep it beside the root, numbered. Raises: CeremonyRefused."""
        text = _compose(title, now, facts, files, witnesses, is_demonstration)
        number = len(list(directory.glob("transcript-*.txt"))) + 1
        path = directory / f"transcript-{number:04d}.txt"
        write_once(path, text.encode("utf-8"))
        return cls(text, path)


def _compose(
    title: str,
    now: datetime,
    facts: Sequence[tuple[str, str]],
    files: Sequence[Path],
    witnesses: Sequence[str],
    is_demonstration: bool,
) -> str:
    lines = [_RULE, f"Xinzheng 信证 root ceremony 根证书仪式: {title}", _RULE]
    if is_demonstration:
        lines += ["DEMONSTRATION: the key is not encrypted. 演示用：密钥未加密。", ""]
    lines.append(f"{'time (UTC)':<24}{now.strftime('%Y-%m-%d %H:%M:%S')}")
    lines += [f"{name:<24}{value}" for name, value in facts]
    lines += ["", "Files and their SHA-256 文件及其杂凑值", ""]
    lines += [f"{_digest(path)}  {path.name}" for path in files]
    lines += ["", "Present 在场人员", ""]
    lines += [f"{name}    ______________________" for name in witnesses or ("1.", "2.")]
    return "\n".join(lines) + "\n"


def _digest(path: Path) -> str:
    # The key's own hash stays out: of an unencrypted file it would confirm a guess, and it proves nothing.
    if path.name == KEY_FILE:
        return "(not hashed)".ljust(64)
    return hashlib.sha256(path.read_bytes()).hexdigest()
