"""What the provider hears of the home's power, over real bytes; numbers are the obligations of a VEN."""

from datetime import timedelta
from typing import Any

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quantity, Reading
from tests.adapters.openadr2.peers import MINUTE, NOW, VEN, Vtn, links, listening, saying, settings_for

SECOND = timedelta(seconds=1)


class Meter:
    """The home's meter: 1 W more with every reading."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock, self.watts = clock, 0.0
        self.age = timedelta(0)
        self.broken = False

    def __call__(self) -> Reading | None:
        if self.broken:
            return None
        self.watts += 1
        return Reading(DeviceId("meter"), Quantity.POWER_W, self.watts, self.clock.now() - self.age)


def request(**members: Any) -> dict[str, Any]:
    """What a CreateReport asks for."""
    specifier = {
        "report_specifier_id": "drrouter_usage",
        "granularity": 10 * SECOND,
        "report_back_duration": 10 * SECOND,
        "specifier_payloads": [{"r_id": "site", "reading_type": "Direct Read"}],
        **members,
    }
    asked = {"report_request_id": "asked-1", "report_specifier": specifier}
    return {"ven_id": VEN, "request_id": "r", "report_requests": [asked]}


async def test_the_report_is_offered_and_sampled_as_it_is_asked_for(vtn: Vtn, clock: SimulatedClock) -> None:
    """41."""
    vtn.wanted = (10 * SECOND, 30 * SECOND)
    async with listening(settings_for(vtn.url), clock, Meter(clock)):
        assert vtn.kinds()[2:4] == ["oadrRegisterReport", "oadrCreatedReport"]
        assert vtn.samples == []
        await clock.advance(30 * SECOND)
        assert vtn.samples == [(NOW + 10 * number * SECOND, number + 1.0) for number in range(4)]
        await clock.advance(30 * SECOND)
        assert len(vtn.samples) == 7


async def test_without_a_meter_nothing_is_offered(vtn: Vtn, clock: SimulatedClock) -> None:
    """41."""
    async with listening(settings_for(vtn.url), clock):
        assert "oadrRegisterReport" not in vtn.kinds()


async def test_a_report_without_samples_is_not_sent(vtn: Vtn, clock: SimulatedClock) -> None:
    """41."""
    vtn.wanted = (10 * SECOND, 10 * SECOND)
    meter = Meter(clock)
    meter.broken = True
    async with listening(settings_for(vtn.url), clock, meter) as (_, heard):
        await clock.advance(MINUTE)
        meter.broken, meter.age = False, timedelta(hours=1)
        await clock.advance(MINUTE)
        assert "oadrUpdateReport" not in vtn.kinds()
        meter.age = timedelta(0)
        await clock.advance(10 * SECOND)
        assert len(vtn.samples) == 1
        assert links(heard) == [True]


async def test_samples_that_cannot_be_delivered_wait_and_the_link_stays(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """41."""
    vtn.wanted = (10 * SECOND, 10 * SECOND)
    async with listening(settings_for(vtn.url), clock, Meter(clock)) as (_, heard):
        vtn.bend["EiReport"] = saying("", status=500)
        await clock.advance(20 * SECOND)
        vtn.bend.clear()
        await clock.advance(2 * MINUTE)
        times = [at for at, _ in vtn.samples]
        assert times == [NOW + 10 * number * SECOND for number in range(len(times))]
        assert len(times) > 7
        assert links(heard) == [True]


async def test_samples_are_taken_while_the_link_is_down_and_sent_when_it_returns(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """41."""
    vtn.wanted = (10 * SECOND, 10 * SECOND)
    async with listening(settings_for(vtn.url), clock, Meter(clock)) as (_, heard):
        await vtn.stop()
        await clock.advance(MINUTE)
        await vtn.start()
        await clock.advance(5 * MINUTE)
        assert links(heard) == [True, False, True]
        times = [at for at, _ in vtn.samples]
        assert times == sorted(times)
        assert times[0] <= NOW + 20 * SECOND


async def test_a_report_may_be_asked_for_later_once_and_be_cancelled(vtn: Vtn, clock: SimulatedClock) -> None:
    """41."""
    async with listening(settings_for(vtn.url), clock, Meter(clock)):
        once = {"granularity": timedelta(0), "report_back_duration": timedelta(0)}
        vtn.polls.append(("oadrCreateReport", request(**once)))
        await clock.advance(MINUTE)
        assert vtn.kinds().count("oadrUpdateReport") == 1
        vtn.polls.append(("oadrCreateReport", request()))
        await clock.advance(MINUTE)
        sent = vtn.kinds().count("oadrUpdateReport")
        assert sent > 4
        cancel = {"ven_id": VEN, "request_id": "r", "report_request_id": "asked-1", "report_to_follow": False}
        vtn.polls.append(("oadrCancelReport", cancel))
        await clock.advance(10 * SECOND)
        assert "oadrCanceledReport" in vtn.kinds()
        sent = vtn.kinds().count("oadrUpdateReport")
        await clock.advance(MINUTE)
        assert vtn.kinds().count("oadrUpdateReport") == sent


async def test_a_report_ends_when_its_interval_does(vtn: Vtn, clock: SimulatedClock) -> None:
    """41."""
    interval = {"dtstart": NOW + MINUTE, "duration": MINUTE}
    async with listening(settings_for(vtn.url), clock, Meter(clock)):
        vtn.polls.append(("oadrCreateReport", request(report_interval=interval)))
        await clock.advance(10 * MINUTE)
        assert vtn.kinds().count("oadrUpdateReport") == 6


async def test_a_report_that_was_never_offered_is_declined(vtn: Vtn, clock: SimulatedClock) -> None:
    """41."""
    async with listening(settings_for(vtn.url), clock, Meter(clock)):
        vtn.polls.append(("oadrCreateReport", request(report_specifier_id="another")))
        await clock.advance(MINUTE)
        created = [said for kind, said in vtn.heard if kind == "oadrCreatedReport"][-1]
        assert created["response"]["response_code"] == 452
        assert "oadrUpdateReport" not in vtn.kinds()


async def test_a_rhythm_faster_than_offered_is_slowed_down(vtn: Vtn, clock: SimulatedClock) -> None:
    """41."""
    async with listening(settings_for(vtn.url), clock, Meter(clock)):
        hasty = {"granularity": SECOND, "report_back_duration": SECOND}
        vtn.polls.append(("oadrCreateReport", request(**hasty)))
        await clock.advance(MINUTE)
        assert 4 <= vtn.kinds().count("oadrUpdateReport") <= 6


async def test_a_vtn_that_refuses_reports_still_gives_events(vtn: Vtn, clock: SimulatedClock) -> None:
    """7, 41."""
    vtn.bend["EiReport"] = saying("", status=500)
    async with listening(settings_for(vtn.url), clock, Meter(clock)) as (_, heard):
        assert links(heard) == [True]
