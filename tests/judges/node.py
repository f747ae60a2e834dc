"""Running the judges that come from npm. `.ci/run` installs them with `npm ci --ignore-scripts`."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NPM = Path(__file__).parent / "npm"


def ask_node(script: str, request: dict[str, Any]) -> dict[str, Any]:
    """The JSON answer of a script in `npm/`. Skips the test when node or its packages are not installed."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if not (NPM / "node_modules").is_dir():
        pytest.skip("npm packages are missing: run `npm ci --ignore-scripts` in tests/judges/npm")
    done = subprocess.run(
        [node, script],
        cwd=NPM,
        input=json.dumps(request).encode(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
