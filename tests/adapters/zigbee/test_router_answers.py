"""A washing machine asks over the air when to begin, and the true router answers with a promise."""

from pathlib import Path

from drrouter.adapters.devices.zigbee.integration import ZigbeeIntegration
from drrouter.adapters.devices.zigbee.settings import ZigbeeSettings
from drrouter.app import answer_machines
from drrouter.ports import Surroundings
from drrouter.router.machines import Machines
from drrouter.sim.wire.zigbee import FakeMesh, Phase, Washer
from tests.adapters.zigbee.conftest import Home, close, until
from tests.adapters.zigbee.kettle import Kettle
from tests.builders import WASHER
from tests.fakes import FakeIntegration
from tests.homes import Home as Household
from tests.homes import running

PROGRAMME = (Phase(1, 1, 30, 2000, 1000, 0xFFFF), Phase(2, 2, 60, 200, 200, 0))


async def test_a_machine_s_question_becomes_a_promise_of_the_router(
    settings: ZigbeeSettings, tmp_path: Path
) -> None:
    async with running(Household()) as household:
        clock, mesh = household.clock, FakeMesh()
        surroundings = Surroundings(clock, None, tmp_path, str)  # type: ignore[arg-type]  # not used
        integration = ZigbeeIntegration(settings, surroundings, mesh.radio)
        answer_machines(
            {"zigbee": integration, "kasa": FakeIntegration()},
            Machines(household.front, household.router.registry),
        )
        home = Home(mesh, integration, clock)
        await home.serve()
        washer = Washer(
            bytes.fromhex("00124b000a0b0d01"),
            0x2001,
            Kettle(clock.now, 500.0),
            now=clock.now,
            programmes=[PROGRAMME],
        )
        readings = integration.setup(WASHER, await home.join(washer)).readings()
        await anext(readings)
        mesh.hear(washer.ask_schedule())
        await until(lambda: washer.schedule == {1: 0, 2: 0})
        assert any("Washer: eco is promised" in said for said in household.store.sentences())
        await close(readings)
        await home.stop()
