"""The screens stay live: they hear what the router tells, outlive it, and find it again."""

import asyncio
from dataclasses import replace

from drrouter.domain.device import DeviceState, Presence
from drrouter.domain.journal import JournalKind
from drrouter.domain.plan import DataRung
from drrouter.errors import StoreError
from drrouter.router.facade import Change, Topic
from drrouter_ui.live import FIRST_WAIT_S, LONGEST_WAIT_S
from tests.builders import CAR, FREEZER, MINUTE, WASHER, at
from tests.ui.conftest import WIDE, Open, Served


async def test_what_the_router_tells_is_shown_at_once(served: Served, opened: Open) -> None:
    async with opened(WIDE) as screens:
        await served.clock.advance(40 * MINUTE)
        served.home.degraded = True
        served.home.tell_status()
        await screens.sees("15:00", "The link to grid is down.", "● grid offline since 14:05")
        served.home.states[CAR] = DeviceState(Presence.GONE)
        served.home.told(CAR)
        await screens.sees("gone")
        served.home.tell(JournalKind.DEVICE, "Car does not answer any more.", CAR)
        await screens.sees("15:00  Car does not answer any more.")


async def test_a_new_plan_brings_new_limits_and_readings(served: Served, opened: Open) -> None:
    served.home.limited = False
    async with opened() as screens:
        await screens.sees_no("limit 2.20 kW")
        served.home.limited = True
        assert served.home.the_plan
        served.home.the_plan = replace(served.home.the_plan, made_at=at("12:25"))
        served.home.states[FREEZER] = DeviceState(Presence.PRESENT, on=False)
        served.home.broadcast.tell(Change(Topic.PLAN, served.home.the_plan))
        await screens.sees("limit 2.20 kW", "▸ Freezer           off")


async def test_offline_mode_and_alerts_are_shown(served: Served, opened: Open) -> None:
    served.home.rung = DataRung.OFFLINE_PROFILE
    served.home.alerts = ("Save power until 20:00.",)
    served.home.offline_since = at("11:30")
    served.home.sentence = "grid is silent since 13:30. " + "Its offline profile is in force. " * 20
    async with opened() as screens:
        await screens.sees("● offline since 13:30", "grid is silent since 13:30.", "in force. …")
        await screens.sees("! Offline mode: the plan follows the provider's offline profile.")
        await screens.sees("! Save power until 20:00.")


async def test_while_the_router_is_gone_the_last_plan_stays_and_the_waits_grow(
    served: Served, opened: Open
) -> None:
    async with opened() as screens:
        await screens.sees("● live")
        served.waits.may_go_on.clear()
        await served.stop()
        await screens.sees(
            "● router gone since 14:20", "Router gone since 14:20, trying again (try 1, next in 1 s)."
        )
        await screens.sees("limit 2.20 kW", "▸ Freezer", "22:00 to 23:30")
        before = len(served.waits.seconds)
        served.waits.may_go_on.set()
        async with asyncio.timeout(10):
            while len(served.waits.seconds) < before + 8:
                await screens.pilot.pause()
        assert max(served.waits.seconds) == LONGEST_WAIT_S
        served.home.limited = False
        await served.start()
        await screens.sees("● live", "All is well")
        await screens.sees_no("limit 2.20 kW")


async def test_the_wait_is_short_again_after_the_router_was_there(served: Served, opened: Open) -> None:
    async with opened() as screens:
        for _ in range(2):
            await screens.sees("● live")
            served.waits.may_go_on.clear()
            await served.stop()
            await screens.sees(f"try 1, next in {FIRST_WAIT_S:.0f} s")
            await served.start()
            served.waits.may_go_on.set()
        await screens.sees("● live")


async def test_keys_and_why_work_while_the_router_is_gone_as_far_as_they_can(
    served: Served, opened: Open
) -> None:
    async with opened() as screens:
        served.waits.may_go_on.clear()
        await served.stop()
        await screens.sees("router gone")
        await screens.press("down", "n")
        await screens.sees("No router answers at http://127.0.0.1")
        await screens.press("w")
        await screens.sees("0.26 EUR")


async def test_a_fault_of_the_router_is_told_and_tried_again(served: Served, opened: Open) -> None:
    async with opened() as screens:
        await screens.sees("● live")
        served.home.fault = StoreError("The disk is full.")
        served.home.tell(JournalKind.ALARM, "The disk is full.", WASHER)
        await screens.sees("● live")
        served.waits.may_go_on.clear()
        await served.stop()
        await served.start()
        await screens.sees("router gone")
        served.home.fault = None
        served.waits.may_go_on.set()
        await screens.sees("● live")
