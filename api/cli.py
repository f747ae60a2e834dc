"""The command `xinzheng`. Commands import what they need when they run, so that `--help` starts fast."""

import sys

import typer

from api.commands.backup import backup, restore
from api.commands.ca import app as ca_app
from api.commands.check import check
from api.commands.console import USAGE, fail
from api.commands.demo import demo
from api.commands.init import init
from api.commands.keys import app as keys_app
from api.commands.license import app as license_app
from api.commands.log import app as log_app
from api.commands.operator import app as operator_app
from api.commands.seal import app as seal_app
from api.commands.serve import serve
from api.commands.trust import app as trust_app
from api.commands.verify import verify
from keys.errors import XinzhengError

app = typer.Typer(
    name="xinzheng",
    help="信证：证书、印章、证照，各地皆可核验。Certificates, seals and licenses any region verifies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (init, serve, demo, verify, check, backup, restore):
    app.command()(command)
app.add_typer(license_app, name="license")
app.add_typer(seal_app, name="seal")
app.add_typer(operator_app, name="operator")
app.add_typer(trust_app, name="trust")
app.add_typer(ca_app, name="ca")
app.add_typer(keys_app, name="keys")
app.add_typer(log_app, name="log")


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code: 64 for wrong usage, a sysexits code for an error."""
    try:
        code = app(arguments, prog_name="xinzheng", standalone_mode=False)
    except typer.TyperException as error:
        typer.echo(f"用法有误 Wrong usage: {error}\n请看 see: xinzheng --help", err=True)
        return USAGE
    except XinzhengError as error:
        return fail(error, as_json="--json" in arguments)
    except typer.Abort:
        return 130
    return code if isinstance(code, int) else 0


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run(sys.argv[1:]))
