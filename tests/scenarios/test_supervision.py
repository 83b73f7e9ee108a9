"""Whatever part of the true router dies is back within ten seconds, and is told of once each way (R5)."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drrouter.adapters.client import DrClient
from drrouter.adapters.openadr3.times import format_instant
from drrouter.adapters.sp.openadr3.delivery import Delivery
from drrouter.adapters.sp.openadr3.known import KnownEvents
from drrouter.app import App, Options, running
from drrouter.config import load_home
from drrouter.domain.device import Presence
from drrouter.domain.plan import SolveRung
from drrouter.router.registry import Registry
from drrouter.router.viewed import StatusView
from drrouter.sim.home_process import free_port
from drrouter.sim.wire.kasa import FakePlug
from tests.children import CLOCK, SECRET, Child, Children, Operator, until
from tests.killing import HOME
from tests.pushing import Relay

pytestmark = pytest.mark.timeout(120)

BACK_S = 10.0
PARTS = ("reader hvac", "uplink grid", "outbox grid")

PLUG = """
[kasa]
broadcast = "127.255.255.255"
port = {port}
discovery_s = 0.1
poll_s = 1
every_s = 5
[[device]]
id = "hvac"
name = "Air conditioner"
model = "generic.hvac_relay"
integration = "kasa"
match = {{ alias = "hvac" }}
"""


def failing_once(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> None:
    """Make the next call of a method a mistake of ours."""
    usual: Callable[..., Any] = getattr(owner, name)

    def fail(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(owner, name, usual)
        raise KeyError(f"a mistake in {name}")

    monkeypatch.setattr(owner, name, fail)


def warnings_of(caplog: pytest.LogCaptureFixture, part: str) -> list[str]:
    """What the log warned of this part, without the reason."""
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    return [line.partition(":")[0] for line in said if line.startswith(part)]


async def test_reader_uplink_and_outbox_are_back_within_ten_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    plug = FakePlug("127.85.0.1", "hvac", Relay(), now=CLOCK.now, port=port)
    async with Children(tmp_path) as children, plug:
        url = await children.vtn()
        file = await asyncio.to_thread(
            _write, tmp_path, HOME.format(url=url, secret=SECRET) + PLUG.format(port=port)
        )
        async with Operator(url) as operator, running(load_home(file), Options()) as app:
            await until(lambda: _all_well(app))
            for owner, name in ((Registry, "take_in"), (KnownEvents, "look_at"), (Delivery, "send")):
                failing_once(monkeypatch, owner, name)
            period = {"start": format_instant(CLOCK.now()), "duration": "PT1H"}
            event_id = await operator.send(1, period)
            shown = await _receipted(app, operator, event_id)
            await until(lambda: _all_said(app, caplog), within_s=3 * BACK_S)
    assert "Air conditioner cannot be reached." in shown
    for part in ("uplink grid", "outbox grid"):
        assert f"A part of the router, {part}, failed and was started again" in shown
    for part in PARTS:
        assert warnings_of(caplog, part) == [f"{part} failed", f"{part} is back"]


async def _all_well(app: App) -> bool:
    """The link is up, the device is here, nothing is wrong."""
    status, (device,) = app.front.status(), app.front.devices()
    return bool(status.links) and not status.degraded and device.state.presence is Presence.PRESENT


async def _all_said(app: App, caplog: pytest.LogCaptureFixture) -> bool:
    """All is well, and the log has told so of every part once it had worked for a while."""
    return await _all_well(app) and all(len(warnings_of(caplog, part)) == 2 for part in PARTS)


async def _receipted(app: App, operator: Operator, event_id: str) -> str:
    """Everything that the status said until the receipt had arrived, in time, in spite of all that failed."""
    said: list[str] = []

    async def met() -> bool:
        status: StatusView = app.front.status()
        assert status.degraded == (not status.sentence.startswith(("All is well", "The first plan")))
        said.append(status.sentence)
        return len(await operator.receipts(event_id)) == 1 and "outbox grid" in " ".join(said)

    await until(met, within_s=BACK_S)
    return " ".join(said)


def _write(folder: Path, home: str) -> Path:
    file = folder / "home.toml"
    file.write_text(home)
    file.chmod(0o600)
    return file


async def test_a_planners_process_that_is_killed_is_back_within_ten_seconds(tmp_path: Path) -> None:
    async with Children(tmp_path) as children:
        url = await children.vtn()
        router = await children.router(HOME.format(url=url, secret=SECRET))
        ready = await router.ready()
        token = await asyncio.to_thread((tmp_path / ready["token_file"]).read_text)
        async with Operator(url) as operator, DrClient(ready["url"], token.strip()) as client:
            await until(lambda: _planned(client))
            (planner,) = _planners(router)
            os.kill(planner, signal.SIGKILL)

            async def replaced() -> bool:
                return bool(_planners(router)) and planner not in _planners(router)

            await until(replaced, within_s=BACK_S)
            await operator.send(1, {"start": format_instant(CLOCK.now()), "duration": "PT1H"})
            before = (await client.status()).plan_made_at

            async def planned_anew() -> bool:
                status = await client.status()
                return status.plan_made_at != before and status.solve_rung is SolveRung.OPTIMAL

            await until(planned_anew, within_s=BACK_S)
    log = await asyncio.to_thread(router.log.read_text)
    while_idle = ("the planner's process died while it was idle", "the planner's process is back")
    at_work = ("The planner's process died (", "the solver makes plans again")
    told = [(log.count(went), log.count(returned)) for went, returned in (while_idle, at_work)]
    assert sorted(told) == [(0, 0), (1, 1)]


async def _planned(client: DrClient) -> bool:
    return (await client.status()).solve_rung is SolveRung.OPTIMAL


def _planners(router: Child) -> list[int]:
    """The processes below the fork server, which is itself below the router."""
    family = router.family()
    parents = {number: _parent(number) for number in family}
    return [
        number
        for number in family
        if parents[number] not in (None, router.process.pid) and parents[number] in family
    ]


def _parent(number: int) -> int | None:
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return None
    return int(stat.rpartition(")")[2].split()[1])
