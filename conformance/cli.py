"""The command ``taospec``."""

from __future__ import annotations

from importlib import import_module, metadata

import click

from taospec.conformance.backends import is_missing_dependency
from taospec.conformance.commands.conform import conform_command
from taospec.conformance.commands.explain import explain_command
from taospec.conformance.commands.generate import generate_command
from taospec.conformance.commands.simulate import simulate_command

BENCH = "taospec.conformance.benchmark.command:bench_command"


class _Commands(click.Group):
    """The commands; ``bench`` is imported only when it is asked for, since it needs numba."""

    def list_commands(self, context: click.Context) -> list[str]:
        return [*super().list_commands(context), "bench"]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name != "bench":
            return super().get_command(context, name)
        module, attribute = BENCH.split(":")
        try:
            command = getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            if error.name == module:
                return None
            if not is_missing_dependency(error):
                raise
            return _absent("bench", str(error))
        assert isinstance(command, click.Command)
        return command


def _absent(name: str, reason: str) -> click.Command:
    def explain_absence() -> None:
        raise click.UsageError(f"{name} needs the extra 'optimized': {reason}")

    return click.Command(name, callback=explain_absence, help=f"Not available here: {reason}.")


@click.command(cls=_Commands)
@click.version_option(metadata.version("taospec"), package_name="taospec")
def main() -> None:
    """Check implementations of the Bittensor protocol's economy, bit for bit."""


main.add_command(conform_command)
main.add_command(explain_command)
main.add_command(generate_command)
main.add_command(simulate_command)


if __name__ == "__main__":
    main()
