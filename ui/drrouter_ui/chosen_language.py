"""Which language the screens speak: the one asked for, else the person's, else the environment's."""

import os
from collections.abc import Mapping

from drrouter.adapters.client import DrClient
from drrouter.errors import DrrouterError
from drrouter_ui.words import preferred, speak

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set counts, as POSIX has it."""


async def choose_language(
    client: DrClient, wanted: str | None, environment: Mapping[str, str] = os.environ
) -> None:
    """Speak it from now on; English where nobody says anything else."""
    around = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    speak(preferred(wanted) or await _of_the_person(client) or preferred(around) or "en")


async def _of_the_person(client: DrClient) -> str | None:
    try:
        return preferred((await client.settings()).get("language"))
    except DrrouterError:
        return None  # an older router keeps no settings
