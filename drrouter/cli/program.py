"""The program and its verbs, put together."""

from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer
from typer.main import get_command

from drrouter.cli import (
    act_verbs,
    data_verbs,
    door_verbs,
    hand_verbs,
    help_verbs,
    history_verbs,
    owner_verbs,
    part_verbs,
    provider_verbs,
    read_verbs,
    schema_verbs,
    screen_verbs,
    setup_verbs,
    simulate,
    tariff_verbs,
)
from drrouter.cli.connection import Language, client_verb, terminal_verb
from drrouter.cli.words.help_texts import translate

_HELP = """The demand-response router of a home: takes tariffs and events, plans appliances, and steers them.

Start with `drrouter demo`; then, in another terminal, try `drrouter tui`, `drrouter status` and
`drrouter why washer`."""

_EXITS = "Exit codes: 0 ok, 1 failure, 2 usage, 3 no router answers, 4 degraded, 5 a wish cannot be met."

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        try:
            typer.echo(version("drrouter"))
        except PackageNotFoundError:
            typer.echo("unknown")
        raise typer.Exit


@app.callback(help=_HELP, epilog=_EXITS)
def root(
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
    language: Language = None,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options of every verb; ``--debug`` and ``--language`` are read by ``main``."""


for work in (
    screen_verbs.tui,
    read_verbs.status,
    read_verbs.plan,
    read_verbs.why,
    read_verbs.devices,
    read_verbs.events,
    read_verbs.providers,
    read_verbs.journal,
    history_verbs.history,
    history_verbs.advice,
    read_verbs.discover,
    act_verbs.options,
    act_verbs.override,
    act_verbs.wish,
    act_verbs.what_if,
    owner_verbs.opt_out,
    owner_verbs.opt_in,
    owner_verbs.hands_off,
    owner_verbs.steer,
    owner_verbs.vacation,
    help_verbs.doctor,
    help_verbs.bundle,
    hand_verbs.join,
    hand_verbs.hand_over,
    hand_verbs.watch,
    hand_verbs.plug_test,
    door_verbs.claim,
    door_verbs.link,
):
    app.command()(client_verb(work))

# A token may begin with a dash, and is no option then.
_TAKES_A_DASH = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
app.command(context_settings=_TAKES_A_DASH)(client_verb(act_verbs.accept))
app.command()(terminal_verb(part_verbs.check))
app.command()(terminal_verb(part_verbs.run))
app.command()(terminal_verb(part_verbs.demo))
app.command()(terminal_verb(simulate.simulate))
app.command()(terminal_verb(schema_verbs.schema))
app.command()(terminal_verb(part_verbs.vtn))

providers = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Service providers: part with one.",
)
providers.command()(client_verb(provider_verbs.leave))
app.add_typer(providers, name="provider")

tariffs = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Tariffs: list them, show a day, work out a bill, import a rate plan.",
)
for name, show in tariff_verbs.VERBS.items():
    tariffs.command(name)(terminal_verb(show))
app.add_typer(tariffs, name="tariff")
people = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="People: who may sign in to the panel, and with which role.",
)
for name, do in door_verbs.PEOPLE.items():
    people.command(name)(client_verb(do))
app.add_typer(people, name="people")
data = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Opaque data: list it, read and write it by path, watch what changes.",
)
for name, verb in data_verbs.VERBS.items():
    data.command(name)(client_verb(verb))
app.add_typer(data, name="data")
setup = typer.Typer(
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
setup.callback(invoke_without_command=True)(terminal_verb(setup_verbs.setup))
setup.command()(terminal_verb(setup_verbs.provider))
setup.command()(terminal_verb(setup_verbs.remove))
setup.command()(terminal_verb(setup_verbs.tls))
app.add_typer(setup, name="setup")
app.command("sim-home", hidden=True)(part_verbs.sim_home)


def start(arguments: list[str]) -> object:
    """Run the verb that the line names; what it returns, or its exit code.

    Its help is said in the language that is spoken. What is wrong on the line is raised.
    """
    command = get_command(app)
    translate(command)
    return command.main(args=arguments, prog_name="drrouter", standalone_mode=False)
