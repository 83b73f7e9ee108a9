"""The verbs of the owner's word over the whole home say what holds now, and how to take it back."""

from dataclasses import replace

import pytest

from drrouter.domain.ids import ProviderId
from drrouter.domain.owner import HandsOff, OptOut, Vacation
from tests.adapters.api.conftest import Served
from tests.adapters.api.memory_router import CAR, NOON
from tests.adapters.cli.conftest import Run


async def test_the_home_is_taken_out_of_one_event_until_it_ends(served: Served, run: Run) -> None:
    event = served.router.events()[0].event
    said = await run("opt-out", event.id)
    assert said.code == 0
    assert said.err.startswith(f"The home takes no part in {event.id} until ")
    assert f"drrouter opt-in '{event.provider}:{event.id}:*'" in said.err
    word = served.router.words[-1]
    assert isinstance(word, OptOut)
    assert word.until == max(payload.interval.end for payload in event.payloads)


async def test_one_device_is_taken_out_of_all_events_for_a_while(served: Served, run: Run) -> None:
    said = await run("opt-out", "--device", "car", "--until", "22:00")
    assert said.err.startswith("car takes no part in all orders until 22:00.")
    assert isinstance(word := served.router.words[-1], OptOut)
    assert (word.provider, word.device_id) == (None, CAR)
    assert "orders of grid until" in (await run("opt-out", "--provider", "grid", "--until", "22:00")).err


async def test_an_opt_out_without_end_or_of_an_unknown_event_is_a_usage_error(
    served: Served, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = await run("opt-out")
    assert (said.code, "An opt-out of all events ends" in said.err) == (2, True)
    said = await run("opt-out", "nothing")
    assert (said.code, "There is no event" in said.err) == (2, True)
    one = served.router.events()[0]
    two = replace(one, event=replace(one.event, provider=ProviderId("other")))
    monkeypatch.setattr(served.router, "events", lambda: (one, two))
    said = await run("opt-out", one.event.id)
    assert (said.code, "add --provider" in said.err) == (2, True)


async def test_orders_count_again(served: Served, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await run("opt-in")).err == "There is nothing that is opted out of.\n"
    assert (await run("opt-in", "grid:a:*")).err == "Orders of providers count again.\n"
    status = replace(served.router.status(), opt_outs=(OptOut(NOON), OptOut(NOON, device_id=CAR)))
    monkeypatch.setattr(served.router, "status", lambda: status)
    await run("opt-in")
    assert [word[0] for word in served.router.words[-2:] if isinstance(word, tuple)] == ["*:*:*", "*:*:car"]


async def test_the_router_takes_its_hands_off_and_steers_again(served: Served, run: Run) -> None:
    said = await run("hands-off")
    assert said.err == "The router steers nothing until you say `drrouter steer`.\n"
    said = await run("hands-off", "--until", "22:00")
    assert said.err == "The router steers nothing until 22:00.\n"
    assert isinstance(served.router.words[-1], HandsOff)
    assert (await run("steer")).err == "The router steers again.\n"


async def test_a_vacation_is_told_and_over(served: Served, run: Run) -> None:
    said = await run("vacation", "--from", "tomorrow 08:00", "2026-06-07 18:00")
    assert said.err.startswith("Nobody is at home from ")
    assert isinstance(served.router.words[-1], Vacation)
    assert (await run("vacation", "--over")).err == "The vacation is over.\n"
    said = await run("vacation")
    assert (said.code, "Name when you are back" in said.err) == (2, True)


async def test_what_if_tells_the_time_and_both_costs(run: Run) -> None:
    said = await run("what-if", "washer", "--ready-by", "22:00")
    assert said.code == 0
    assert "It would cost 0.20 EUR; as planned now it costs 0.40 EUR." in said.out
    assert "It waits for the sun." in said.out
    assert '"cost": 0.2' in (await run("what-if", "washer", "--ready-by", "22:00", "--json")).out
