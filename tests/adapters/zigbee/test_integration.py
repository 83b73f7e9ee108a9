"""The stick and its network: opened, lost, opened again; devices that join, leave, fall silent, return."""

import asyncio
import logging
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices import table
from drrouter.adapters.devices.zigbee.integration import ZigbeeIntegration, build
from drrouter.adapters.devices.zigbee.settings import ZigbeeSettings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceError, DeviceSilentError, DeviceUnknownError
from drrouter.ports import Found, Serving, Surroundings
from drrouter.sim.wire.zigbee import FakeMesh, Fault
from tests.adapters.zigbee.conftest import Home, close, values


async def _seen(home: Home) -> list[str]:
    return [found.identity["id"] for found in await home.integration.discover()]


async def test_every_device_that_joined_is_found_and_the_stick_itself_is_not(home: Home) -> None:
    plugs = [home.plug(number) for number in range(1, 11)]
    for plug in plugs:
        await home.join(plug)
    assert await _seen(home) == [plug.id for plug in plugs]


async def test_nothing_is_found_before_the_stick_is_open(
    settings: ZigbeeSettings, surroundings: Surroundings
) -> None:
    integration = ZigbeeIntegration(settings, surroundings, FakeMesh().radio)
    assert isinstance(integration, Serving)
    assert integration.domain == "zigbee"
    assert await integration.discover() == ()
    device = integration.setup(DeviceId("kettle"), Found("zigbee", "00:12:4b:00:0a:0b:0c:01"))
    assert device.id == "kettle"
    with pytest.raises(DeviceSilentError, match="stick is not open"):
        await anext(device.readings())
    with pytest.raises(DeviceError, match="stick is not open"):
        await integration.permit(60)


async def test_a_stick_that_is_not_there_is_said_in_one_sentence(home: Home) -> None:
    await home.stop()
    home.mesh.broken = True
    with pytest.raises(DeviceError, match=r"stick at fake cannot be opened: no such stick; check the port"):
        await home.integration.serve()


async def test_a_stick_that_does_not_answer_is_given_up(
    settings: ZigbeeSettings, surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesh = FakeMesh()
    radio = mesh.radio

    async def never(_: object) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(radio, "connect", never)
    hasty = settings.model_copy(update={"start_s": 0.05})
    with pytest.raises(DeviceError, match="it does not answer"):
        await ZigbeeIntegration(hasty, surroundings, radio).serve()


async def test_serving_that_is_cancelled_while_it_opens_closes_the_stick(
    settings: ZigbeeSettings, surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesh, entered = FakeMesh(), asyncio.Event()
    radio = mesh.radio

    async def never(_: object) -> None:
        entered.set()
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(radio, "start_network", never)
    serving = asyncio.create_task(ZigbeeIntegration(settings, surroundings, radio).serve())
    await entered.wait()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert mesh.app is None


async def test_a_stick_that_is_pulled_and_put_back_goes_on_with_the_same_devices(home: Home) -> None:
    plug = home.plug(1)
    device = home.integration.setup(DeviceId("kettle"), await home.join(plug))
    home.mesh.lose_radio()
    home.mesh.lose_radio()
    assert home.serving is not None
    with pytest.raises(DeviceError, match="the Zigbee stick at fake was lost: the stick was pulled"):
        await home.serving
    assert (await home.tell(device, 1.0)).kind is OutcomeKind.SILENT
    await home.serve()
    with pytest.raises(DeviceUnknownError, match="has not joined"):
        await anext(device.readings())  # this stick remembers nothing
    await home.join(plug)
    assert (await home.tell(device, 1.0)).kind is OutcomeKind.DONE


async def test_the_devices_of_the_database_are_known_after_a_restart(
    settings: ZigbeeSettings, surroundings: Surroundings, clock: SimulatedClock, tmp_path: Path
) -> None:
    keeping = settings.model_copy(update={"database": "zigbee.db"})
    mesh = FakeMesh()
    for restart in range(2):
        home = Home(mesh, ZigbeeIntegration(keeping, surroundings, mesh.radio), clock)
        await home.serve()
        if not restart:
            plug = home.plug(1)
            await home.join(plug)
        (found,) = await home.integration.discover()
        assert found.identity["model"] == "SP-1"
        readings = home.integration.setup(DeviceId("kettle"), found).readings()
        assert Quantity.POWER_W in values(await anext(readings))
        await close(readings)
        await home.stop()
    assert (tmp_path / "zigbee.db").exists()


async def test_joining_is_permitted_at_the_start_and_on_request(
    settings: ZigbeeSettings, surroundings: Surroundings, clock: SimulatedClock
) -> None:
    mesh = FakeMesh()
    welcoming = settings.model_copy(update={"permit_join_s": 60})
    home = Home(mesh, ZigbeeIntegration(welcoming, surroundings, mesh.radio), clock)
    await home.serve()
    assert mesh.permitted_s[-1] == 60
    await home.integration.permit(900)
    assert mesh.permitted_s[-1] == 254
    await home.stop()


async def test_a_stick_that_lets_nobody_join_says_so(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise OSError("busy")

    monkeypatch.setattr(home.mesh.app, "permit_ncp", refuse)
    with pytest.raises(DeviceError, match="does not let devices join: busy"):
        await home.integration.permit(60)


async def test_a_device_that_leaves_is_gone_and_one_that_returns_is_back(home: Home) -> None:
    plug = home.plug(1)
    device = home.integration.setup(DeviceId("kettle"), await home.join(plug))
    home.mesh.leave(plug)
    assert await _seen(home) == []
    outcome = await home.tell(device, 1.0)
    assert outcome.kind is OutcomeKind.SILENT
    assert "it left the network" in outcome.sentence
    plug.nwk = 0x2222  # a new address on the air, the same device
    await home.join(plug)
    assert await _seen(home) == [plug.id]
    assert (await home.tell(device, 1.0)).kind is OutcomeKind.DONE


async def test_a_device_that_fell_silent_is_asked_and_shown_as_gone_where_it_does_not_answer(
    home: Home,
) -> None:
    there, pulled = home.plug(1), home.plug(2)
    await home.join(there)
    await home.join(pulled)
    home.mesh.vanish(pulled)
    await home.clock.advance(timedelta(seconds=89))
    assert await _seen(home) == [there.id, pulled.id]
    await home.clock.advance(timedelta(seconds=1))
    assert await _seen(home) == [there.id]
    home.mesh.join(pulled)
    assert await _seen(home) == [there.id, pulled.id]


async def test_many_silent_devices_are_asked_a_few_at_a_time_and_none_is_missing_unasked(home: Home) -> None:
    plugs = [home.plug(number) for number in range(1, 11)]
    for plug in plugs:
        await home.join(plug)
    home.mesh.vanish(plugs[0])
    await home.clock.advance(timedelta(seconds=90))
    asked = [len(plug.heard) for plug in plugs]
    assert await _seen(home) == [plug.id for plug in plugs[1:]]
    assert sum(len(plug.heard) > heard for plug, heard in zip(plugs, asked, strict=True)) == 3
    for _ in range(3):
        assert await _seen(home) == [plug.id for plug in plugs[1:]]
    assert all(len(plug.heard) > heard for plug, heard in zip(plugs[1:], asked[1:], strict=True))


async def test_a_silent_device_costs_no_more_than_its_stated_time(home: Home) -> None:
    plug = home.plug(1)
    await home.join(plug)
    plug.fault = Fault.SILENT
    await home.clock.advance(timedelta(seconds=90))
    assert await _seen(home) == []


async def test_hostile_names_are_cleaned_and_the_owner_s_name_is_taken(
    settings: ZigbeeSettings, surroundings: Surroundings, clock: SimulatedClock
) -> None:
    mesh = FakeMesh()
    named = ZigbeeSettings.model_validate(
        settings.model_dump() | {"names": {"00:12:4B:00:0A:0B:0C:01": "Kettle\x1b[2J"}}
    )
    home = Home(mesh, ZigbeeIntegration(named, surroundings, mesh.radio), clock)
    await home.serve()
    found = await home.join(home.plug(1, manufacturer="\u202eEvil\x1b[2J", model="<b>\n" + "x" * 100))
    assert found.identity["alias"] == "Kettle[2J"
    assert found.identity["manufacturer"] == "Evil[2J"
    assert found.identity["model"] == "<b> " + "x" * 60
    await home.stop()


@pytest.mark.parametrize("radio", ["znp", "ezsp"])
def test_each_kind_of_stick_has_its_library_whose_log_with_its_keys_is_silenced(
    settings: ZigbeeSettings, surroundings: Surroundings, radio: str
) -> None:
    chosen = ZigbeeSettings.model_validate(settings.model_dump() | {"radio": radio})
    assert build(chosen, surroundings).domain == "zigbee"
    assert not logging.getLogger("zigpy.application").isEnabledFor(logging.CRITICAL)


@pytest.mark.parametrize(
    ("library", "package"),
    [("zigpy_znp.zigbee.application", "zigpy-znp"), ("zigpy", "zigpy")],
)
def test_a_missing_library_is_named_with_its_remedy(
    settings: ZigbeeSettings,
    surroundings: Surroundings,
    monkeypatch: pytest.MonkeyPatch,
    library: str,
    package: str,
) -> None:
    for room in [name for name in sys.modules if name.startswith("drrouter.adapters.devices.zigbee")]:
        monkeypatch.delitem(sys.modules, room)
    for name in [name for name in sys.modules if name == library or name.startswith(library + ".")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(DeviceError, match=rf"need the package {package}, .*pip install 'drrouter\[zigbee\]'"):
        table.build("zigbee", settings, surroundings)


def test_a_misspelt_or_senseless_setting_is_refused() -> None:
    good = {"port": "/dev/ttyACM0", "radio": "znp"}
    for wrong in ({"radio": "deconz"}, {"channel": 27}, {"prot": "x"}, {"permit_join_s": 255}, {"port": ""}):
        with pytest.raises(ValidationError):
            ZigbeeSettings.model_validate(good | wrong)


def test_no_library_is_loaded_before_the_home_uses_zigbee() -> None:
    program = (
        "import sys, drrouter.adapters.devices.table;"
        "sys.exit(any(name in sys.modules for name in ('zigpy', 'zigpy_znp', 'bellows')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


async def test_a_broken_database_is_said_in_one_sentence(
    settings: ZigbeeSettings, surroundings: Surroundings, tmp_path: Path
) -> None:
    (tmp_path / "zigbee.db").write_bytes(b"no database at all" * 1000)
    keeping = settings.model_copy(update={"database": "zigbee.db"})
    with pytest.raises(DeviceError, match=r"zigbee.db cannot be read: file is not a database; move it away"):
        await ZigbeeIntegration(keeping, surroundings, FakeMesh().radio).serve()
