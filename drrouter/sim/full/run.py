"""Runs the full home from the command line, and tells when every device is found and planned."""

import asyncio
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from drrouter.domain.device import DeviceClass, Presence
from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.words import clean
from drrouter.errors import DaemonUnreachableError
from drrouter.router.facade import WishRequest
from drrouter.router.viewed import DeviceView
from drrouter.sim.demo.playing import DONE, FAILED, played
from drrouter.sim.full.pieces import PIECES
from drrouter.sim.full.stage import FullStage, set_stage

COMPLETE_WITHIN_S = 90.0
"""Real seconds after which what is missing is named."""

READY_WITHIN = timedelta(hours=20)
"""By when the machines shall be done and the car charged."""

LOOK_AGAIN_S = 0.5


@dataclass(frozen=True, slots=True)
class FullOptions:
    """What the command line may ask for.

    Attributes:
        json: end when all are found and planned, and print that as JSON.
        keep: leave the folder with files, logs and database behind.
        api_port: where the router's API listens; 0 takes a free port.
    """

    json: bool = False
    keep: bool = False
    api_port: int = 0


@dataclass(frozen=True, slots=True)
class Census:
    """What the router knows of the full home.

    Attributes:
        found_s: real seconds after its start at which the last device was found; None while one is missing.
        planned: the devices that stand in its plan.
        unplanned: those that could do something differently and do not stand in it.
    """

    devices: tuple[DeviceView, ...]
    missing: tuple[str, ...]
    planned: tuple[str, ...]
    unplanned: tuple[str, ...]
    found_s: float | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every device is there, and planned where it can do something differently."""
        return not self.missing and not self.unplanned

    def as_json(self) -> dict[str, Any]:
        """For the command line."""
        return {
            "complete": self.is_complete,
            "found_s": None if self.found_s is None else round(self.found_s, 1),
            "missing": list(self.missing),
            "planned": list(self.planned),
            "unplanned": list(self.unplanned),
            "devices": {
                view.profile.id: {
                    "presence": view.state.presence.value,
                    "power_w": view.state.power_w,
                    "because": view.because,
                }
                for view in self.devices
            },
        }


def run_full(options: FullOptions) -> int:
    """Run the full home; returns the exit code: 0 where all was found and planned."""
    return played("drrouter-full-", partial(_play, options), keep=options.keep)


async def _play(options: FullOptions, folder: Path, finished: asyncio.Event) -> int:
    async with set_stage(folder, PIECES, options.api_port) as stage:
        census = await completed(stage)
        if options.json:
            print(json.dumps(census.as_json(), indent=2), flush=True)
            return DONE if census.is_complete else FAILED
        _tell(stage, census)
        finished.set()
        raise DaemonUnreachableError(await stage.processes.first_end())


async def completed(stage: FullStage, within_s: float = COMPLETE_WITHIN_S) -> Census:
    """Wait until every device is found and planned, or until it takes too long.

    As soon as all are found, somebody fills the machines and asks for a charged car, each by tomorrow.
    """
    began, found_s = monotonic(), None
    while True:
        census, now_s = await _census(stage), monotonic() - began
        if found_s is None and not census.missing:
            found_s = now_s
            await _ask(stage, census)
        if census.is_complete or now_s > within_s:
            return replace(census, found_s=found_s)
        await asyncio.sleep(LOOK_AGAIN_S)


async def _ask(stage: FullStage, census: Census) -> None:
    """Ask every machine for a cycle, and every charger for a full battery."""
    now = (await stage.client.status()).now
    for view in census.devices:
        flexibility = view.profile.flexibility
        is_car = view.profile.device_class is DeviceClass.EV_CHARGER
        if isinstance(flexibility, ProfileFlexibility) or is_car:
            await stage.client.wish(view.profile.id, WishRequest(now + READY_WITHIN))


async def _census(stage: FullStage) -> Census:
    """Who is there and planned now."""
    devices, plan = await stage.client.devices(), await stage.client.plan()
    missing = tuple(view.profile.id for view in devices if view.state.presence is not Presence.PRESENT)
    planned = {*plan.power_w, *(cycle.device_id for cycle in plan.cycles)} if plan else set()
    able = [view.profile.id for view in devices if view.profile.flexibility is not None]
    return Census(
        devices,
        missing,
        tuple(name for name in able if name in planned),
        tuple(name for name in able if name not in planned),
    )


def _tell(stage: FullStage, census: Census) -> None:
    """What people read first."""
    print(f"A home with {len(stage.pieces)} devices, each reached by another integration, in real time.")
    print(f"  panel   {stage.panel}\n  router  {stage.url}\n  token   {stage.token}\n")
    for view, piece in zip(census.devices, stage.pieces, strict=True):
        power_w = view.state.power_w
        watts = "-" if power_w is None else f"{power_w:.0f} W"
        state = view.state.presence.value
        print(
            f"  {piece.domain:<14} {view.profile.name:<20} {state:<9} {watts:>8}  {clean(view.because, 60)}"
        )
    missing = f"; missing: {', '.join(census.missing)}" if census.missing else ""
    missing += f"; not planned: {', '.join(census.unplanned)}" if census.unplanned else ""
    print(f"\nPlanned: {', '.join(census.planned) or 'nothing yet'}{missing}.")
    print(
        "Try: drrouter discover, drrouter devices, drrouter plan, drrouter tui. Ctrl-C ends it.", flush=True
    )
