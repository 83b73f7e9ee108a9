"""The verbs of the first minutes with a device say what becomes of it, step by step."""

import pytest

from drrouter.router.plug_test import Stage
from tests.adapters.api.conftest import Served
from tests.adapters.api.memory_router import WASHER
from tests.adapters.cli.conftest import Run


async def test_a_device_is_taken_back_and_handed_over(served: Served, run: Run) -> None:
    assert (await run("watch", "washer")).err == "washer is only watched from now on.\n"
    assert served.router.watched == {WASHER}
    assert "only watched" in (await run("devices")).out
    assert (await run("hand-over", "washer")).err == "washer is handed over to the router.\n"
    assert served.router.watched == set()
    said = await run("hand-over", "oven")
    assert (said.code, said.err) == (
        1,
        "No device is called 'oven' here. Known devices: car, freezer, washer.\n",
    )


@pytest.mark.parametrize(("result", "code"), [(Stage.RESUMED, 0), (Stage.STAYED_OFF, 1)])
async def test_a_plug_test_is_followed_to_its_end(
    served: Served, run: Run, monkeypatch: pytest.MonkeyPatch, result: Stage, code: int
) -> None:
    monkeypatch.setattr("drrouter.cli.hand_verbs.LOOK_AGAIN_S", 0)
    served.router.plug_stages = [Stage.CUT, Stage.CUT, Stage.WATCHING, result]
    said = await run("plug-test", "washer")
    assert said.code == code
    assert said.err.splitlines()[1:] == ["It is cut.", "It is watching.", f"It is {result}."]


async def test_a_plug_test_that_somebody_else_stops_ends(
    served: Served, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drrouter.cli.hand_verbs.LOOK_AGAIN_S", 0)
    monkeypatch.setattr(served.router, "_plug_test", lambda _: None)
    said = await run("plug-test", "washer")
    assert (said.code, said.err.splitlines()[-1]) == (1, "The test was stopped.")
    assert (await run("plug-test", "washer", "--stop")).err == "The test of washer is over.\n"


async def test_a_network_is_opened_for_new_devices_and_closed(served: Served, run: Run) -> None:
    said = await run("join", "zigbee", "--for", "1m")
    assert said.err == "New zigbee devices may join for 60 s. `drrouter discover` shows them.\n"
    assert served.router.joining_s == 60
    assert (await run("join", "zigbee", "--close")).err == "No new zigbee device may join.\n"
    assert served.router.joining_s == 0
    assert (await run("join", "kasa")).code == 2
