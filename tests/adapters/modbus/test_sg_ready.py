"""A relay board before an SG-Ready heat pump: four modes by two contacts."""

from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from drrouter.domain.instruction import Outcome, OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceRefusedError, DeviceSilentError
from drrouter.sim.wire.modbus import Fault
from tests.adapters.modbus.conftest import HEAT_PUMP_W, Home

Tell = Callable[..., Awaitable[Outcome]]
MODES = ("blocked", "normal", "recommended", "forced")


@pytest.mark.parametrize("mode", range(4))
async def test_every_mode_is_told_and_read_back(home: Home, tell: Tell, mode: int) -> None:
    device = home.device("sg_ready", power_register=10, power_scale=10.0)
    assert await tell(device, mode=mode) == Outcome(OutcomeKind.DONE)
    assert home.relay.mode == MODES[mode]
    assert await home.values(device) == {
        Quantity.MODE: mode,
        Quantity.POWER_W: HEAT_PUMP_W[MODES[mode]],
    }


async def test_a_change_from_recommended_to_blocked_never_forces(home: Home, tell: Tell) -> None:
    device, passed = home.device("sg_ready"), []
    honest = home.gateway.touched

    def touched(function, old, new):  # type: ignore[no-untyped-def]
        passed.append(home.relay.mode)
        return honest(function, old, new)

    home.gateway.touched = touched  # type: ignore[method-assign]
    for mode in (2, 0, 2, 3, 1):
        await tell(device, mode=mode)
    changes = [after for before, after in pairwise(passed) if before != after]
    assert changes == ["recommended", "normal", "blocked", "normal", "recommended", "forced", *MODES[2:0:-1]]
    assert home.relay.mode == "normal"


async def test_the_power_is_read_from_a_holding_register_or_not_at_all(home: Home) -> None:
    holding = home.device("sg_ready", power_register=10, power_scale=10.0, power_holding=True)
    assert (await home.values(holding))[Quantity.POWER_W] == 900.0
    assert set(await home.values(home.device("sg_ready"))) == {Quantity.MODE}


async def test_other_relays_can_be_named(home: Home, tell: Tell) -> None:
    device = home.device("sg_ready", block_coil=5, boost_coil=3)
    await tell(device, mode=0)
    assert home.relay.relays[5]
    assert not any(home.relay.relays[:5])
    assert (await home.values(device))[Quantity.MODE] == 0.0


@pytest.mark.parametrize("mode", [None, 4, -1])
async def test_what_is_no_mode_is_impossible(home: Home, tell: Tell, mode: int | None) -> None:
    outcome = await tell(home.device("sg_ready"), mode=mode)
    assert outcome.kind is OutcomeKind.IMPOSSIBLE
    assert "0 blocked" in outcome.sentence


async def test_a_board_that_refuses_ignores_or_says_nothing_is_told_apart(home: Home, tell: Tell) -> None:
    home.timeout_s = 0.5
    device = home.device("sg_ready")
    for fault, kind in (
        (Fault.REFUSES_WRITES, OutcomeKind.REFUSED),
        (Fault.IGNORES, OutcomeKind.REFUSED),
        (Fault.SILENT, OutcomeKind.SILENT),
        (Fault.NONSENSE, OutcomeKind.SILENT),
    ):
        home.gateway.fault = fault
        assert (await tell(device, mode=2)).kind is kind
    with pytest.raises(DeviceSilentError, match="sg_ready"):
        await home.read(device)
    home.gateway.fault = Fault.NONE
    assert (await tell(device, mode=2)).kind is OutcomeKind.DONE


async def test_a_register_that_is_not_there_is_refused(home: Home) -> None:
    with pytest.raises(DeviceRefusedError, match="no such address"):
        await home.read(home.device("sg_ready", power_register=99))


async def test_a_board_keeps_its_relays_while_it_is_away(home: Home, tell: Tell) -> None:
    device = home.device("sg_ready")
    await tell(device, mode=0)
    await home.gateway.stop()
    await home.gateway.start()
    assert (await home.values(device))[Quantity.MODE] == 0.0
