"""Tells what happens in plain sentences, one a line, with the home's local time.

Sat 18:20  home      plugs the car in: 14 kWh left, 26 kWh needed by Sunday 17:30
Sat 18:30  provider  limits the home's import to 2.2 kW from 19:00 to 20:30
Sat 18:30  router    ...
"""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.sim.demo.ledger import DemoLedger
from drrouter.sim.demo.scenario import FREEZER, ZONE

UNTOLD = frozenset({JournalKind.PLAN})
"""A plan is made every quarter of an hour, and the freezer is switched as often; the journal has them all."""

Print = Callable[[str], None]


NEXT = ("status", "plan", "why car", "options washer", "events", "override car on --for 30m")
"""What to try next."""


def _program() -> str:
    """How this program was called, as short as the reader can type it from here."""
    called = Path(sys.argv[0]).absolute()
    here = Path.cwd()
    if called.name != "drrouter":
        return f"{Path(sys.executable).name} -m drrouter"
    return str(called.relative_to(here)) if called.is_relative_to(here) else str(called)


class Reached(Protocol):
    """How people reach the router."""

    @property
    def url(self) -> str:
        """The address of its local API."""
        ...

    @property
    def token(self) -> str:
        """The owner's."""
        ...

    @property
    def panel(self) -> str:
        """The link that opens the panel signed in, once."""
        ...


class Narrator:
    """Writes lines to wherever it is told; a quiet one writes none."""

    def __init__(self, write: Print) -> None:
        """Write each line with ``write``."""
        self._write = write

    def say(self, at: datetime, who: str, sentence: str) -> None:
        """Somebody does something."""
        self._write(f"{at.astimezone(ZONE):%a %H:%M}  {who:<9} {_shown(sentence)}")

    def entry(self, entry: JournalEntry) -> None:
        """The router notes a decision."""
        is_routine = entry.kind is JournalKind.SETPOINT and entry.device_id == FREEZER
        if entry.kind not in UNTOLD and not is_routine:
            self.say(entry.at, "router", entry.sentence)

    def welcome(self, reached: Reached, folder: str, speed: float | None) -> None:
        """How to look at the demo from outside."""
        program = _program()
        pace = "as fast as it can" if speed is None else f"at {speed:g} times real speed"
        self._write(
            f"The demo runs {pace}, from Saturday 2023-07-29 18:00 for 24 hours, with real Dutch prices.\n"
            f"  panel   {reached.panel}\n"
            f"  router  {reached.url}\n"
            f"  token   {reached.token}\n"
            f"  files   {folder}\n"
            "Try in another terminal:\n"
            + "".join(f"  {program} {words}\n" for words in NEXT)
            + "Ctrl-C ends the demo.\n"
        )

    def remark(self, sentence: str) -> None:
        """Something about the demo itself."""
        self._write(f"\n{sentence}")

    def ledger(self, ledger: DemoLedger) -> None:
        """The day in numbers."""
        rungs = ", ".join(f"{count} {rung}" for rung, count in sorted(ledger.rungs.items()))
        rows = (
            ("cost", ledger.cost, ledger.baseline_cost, ledger.currency),
            ("import", ledger.import_kwh, ledger.baseline_import_kwh, "kWh"),
            ("highest load", ledger.peak_import_w / 1000, ledger.baseline_peak_import_w / 1000, "kW"),
            ("limits broken", ledger.limit_breaches, ledger.baseline_limit_breaches, ""),
        )
        self._write("\nThe day in numbers, from the home's own meters:\n")
        self._write(f"{'':15}{'with':>10}{'without the router':>22}")
        for name, routed, baseline, unit in rows:
            digits = 0 if isinstance(routed, int) else 2
            self._write(f"{name:15}{routed:10.{digits}f}{baseline:22.{digits}f} {unit}")
        service = "for the same service" if ledger.same_service else "but the service was not the same"
        self._write(
            f"\nSaved {ledger.saving:.2f} {ledger.currency}, what is left in freezer, room and car counted"
            f" alike, {service}."
            f" {ledger.events_obeyed} of {ledger.events_total} orders obeyed,"
            f" {ledger.safety_breaches} breaches of safety, {ledger.deadline_misses} deadlines missed,"
            f" {ledger.comfort_misses} rooms uncomfortable."
        )
        self._write(
            f"Plans: {rungs}. Minutes offline: {ledger.offline_minutes:.0f},"
            f" with {ledger.peak_window_wh:.0f} Wh shiftable in the offline profile's peak windows."
            f" Errors logged: {ledger.errors_logged}."
        )


def _shown(text: str) -> str:
    """A text without control characters: a provider's words could steer the terminal."""
    return "".join(char if char.isprintable() else " " for char in text)
