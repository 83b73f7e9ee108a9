"""What the routes of the local API show and do."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from drrouter.adapters.api import Role
from drrouter.adapters.strict_json import adapter_of
from drrouter.domain.option import Option
from drrouter.domain.plan import Plan
from drrouter.domain.timeline import Timeline
from drrouter.errors import DeviceSilentError, StoreError
from drrouter.router.provider_views import ProviderView
from drrouter.router.viewed import DeviceView, EventView, FoundView, LedgerView, StatusView
from tests.adapters.api.conftest import Served
from tests.adapters.api.memory_router import CAR, HOSTILE, NOON, WASHER

READ: list[tuple[str, Any, str]] = [
    ("/status", StatusView, "status"),
    ("/plan", Plan, "plan"),
    ("/devices", tuple[DeviceView, ...], "devices"),
    ("/events", tuple[EventView, ...], "events"),
    ("/providers", tuple[ProviderView, ...], "providers"),
    ("/timeline", Timeline, "timeline"),
    ("/discovered", tuple[FoundView, ...], "discovered"),
    ("/ledger", LedgerView, "ledger"),
]


@pytest.mark.parametrize(("path", "kind", "question"), READ)
async def test_a_reading_route_shows_the_whole_view(
    served: Served, path: str, kind: Any, question: str
) -> None:
    status, answer = await served.ask("GET", path)
    assert status == 200
    assert adapter_of(kind).validate_python(answer) == getattr(served.router, question)()


async def test_before_the_first_plan_the_plan_is_null(served: Served) -> None:
    served.router.the_plan = None
    assert await served.ask("GET", "/plan") == (200, None)
    status, why = await served.ask("GET", "/plan/why?device=washer")
    assert (status, why["explanation"]) == (200, None)


async def test_why_tells_the_plans_reason(served: Served) -> None:
    status, why = await served.ask("GET", "/plan/why?device=washer")
    assert status == 200
    assert why["explanation"]["text"] == "It waits for the cheapest two hours."
    assert why["cycle"]["start"] == "2026-06-01T15:00:00Z"


async def test_one_device_is_shown_and_an_unknown_one_is_not_found(served: Served) -> None:
    assert (await served.ask("GET", "/devices/car"))[1]["profile"]["name"] == HOSTILE
    for path in ("/devices/nobody", "/plan/why?device=nobody"):
        status, problem = await served.ask("GET", path)
        assert status == 404
        assert problem["type"] == "urn:drrouter:problem:device-unknown"
        assert "Known devices: car, freezer, washer" in problem["detail"]


async def test_the_journal_can_be_cut_and_asked_for_one_device(served: Served) -> None:
    await served.ask("POST", "/devices/washer/override", json={"mode": "on", "minutes": 5})
    sentences = [entry["sentence"] for entry in (await served.ask("GET", "/journal"))[1]]
    assert sentences == ["washer is on.", "The router started."]
    assert len((await served.ask("GET", "/journal?most=1"))[1]) == 1
    assert [entry["device_id"] for entry in (await served.ask("GET", "/journal?device=washer"))[1]] == [
        "washer"
    ]


async def test_an_option_is_offered_and_accepted_and_accepting_again_changes_nothing(
    served: Served,
) -> None:
    status, offered = await served.ask("POST", "/devices/washer/options", json={"programme_id": "eco"})
    assert status == 200
    token = offered[1]["token"]
    first = await served.ask("POST", f"/options/{token}/accept")
    assert first[0] == 200
    assert first[1]["start"] == offered[1]["start"]
    assert await served.ask("POST", f"/options/{token}/accept") == first


async def test_an_offer_may_be_unknown_or_run_out_or_no_longer_fit(served: Served) -> None:
    assert (await served.ask("POST", "/options/nonsense/accept"))[0] == 404
    _, offered = await served.ask("POST", "/devices/washer/options", json={})
    path = f"/options/{offered[0]['token']}/accept"
    served.router.conflict = True
    status, problem = await served.ask("POST", path)
    assert status == 409
    (fresh,) = adapter_of(tuple[Option, ...]).validate_python(problem["options"])
    assert fresh.device_id == WASHER
    await served.clock.advance(timedelta(minutes=3))
    assert (await served.ask("POST", path))[0] == 410


async def test_what_no_start_can_keep_is_unprocessable(served: Served) -> None:
    body = {"ready_by": "2026-06-01T12:30:00Z"}
    status, problem = await served.ask("POST", "/devices/washer/options", json=body)
    assert (status, problem["type"]) == (422, "urn:drrouter:problem:wish-impossible")


async def test_an_override_ends_by_itself_and_can_be_taken_back(
    served: Served,
) -> None:
    _, answer = await served.ask("POST", "/devices/washer/override", json={"mode": "off", "minutes": 30})
    assert answer["until"] == "2026-06-01T12:30:00Z"
    body = {"mode": "on", "until": "2026-06-01T16:00:00+02:00"}
    _, answer = await served.ask("POST", "/devices/washer/override", Role.RESIDENT, json=body)
    assert answer["until"] == "2026-06-01T14:00:00Z"
    assert served.router.by == ["owner Anna", "resident Anna"]
    assert await served.ask("DELETE", "/devices/washer/override") == (204, None)
    assert served.router.overrides == {}


@pytest.mark.parametrize("until", ["2026-06-01T12:00:00Z", "2026-05-31T12:00:00Z", "2026-08-01T12:00:00Z"])
async def test_an_override_that_would_be_over_or_never_end_is_refused(served: Served, until: str) -> None:
    body = {"mode": "on", "until": until}
    status, problem = await served.ask("POST", "/devices/washer/override", json=body)
    assert status == 400
    assert "until: it should lie between now (2026-06-01T12:00Z)" in problem["detail"]


async def test_a_wish_is_a_cycle_or_a_level(served: Served) -> None:
    body: dict[str, Any] = {"programme_id": "eco", "ready_by": "2026-06-01T20:00:00Z"}
    assert (await served.ask("POST", "/devices/washer/wish", json=body))[1]["programme_id"] == "eco"
    body = {"level": 30000, "ready_by": "2026-06-02T07:00:00Z"}
    assert (await served.ask("POST", "/devices/car/wish", json=body))[1]["level"] == 30000
    assert set(served.router.wishes) == {WASHER, CAR}
    assert (await served.ask("DELETE", "/devices/car/wish"))[0] == 204
    assert set(served.router.wishes) == {WASHER}


async def test_a_device_is_taken_back_and_handed_over(served: Served) -> None:
    for steered in (False, True):
        assert (await served.ask("POST", "/devices/washer/hand", json={"steered": steered}))[0] == 204
        assert (await served.ask("GET", "/devices/washer"))[1]["watched"] is not steered


async def test_what_if_is_answered_and_keeps_nothing(served: Served) -> None:
    body = {"ready_by": "2026-06-01T22:00:00Z"}
    status, view = await served.ask("POST", "/devices/washer/what-if", json=body)
    assert (status, view["cycle"]["end"], view["cost"]) == (200, "2026-06-01T22:00:00Z", 0.2)
    assert served.router.wishes == {}
    assert (await served.ask("POST", "/devices/oven/what-if", json=body))[0] == 404


async def test_what_an_event_costs_is_told_of_those_that_there_are(served: Served) -> None:
    event = next(view.event for view in served.router.events())
    status, cost = await served.ask("GET", f"/events/{event.provider}/{event.id}/cost")
    assert (status, cost["cost"], cost["currency"]) == (200, 0.12, "EUR")
    assert (await served.ask("GET", f"/events/{event.provider}/no-such/cost"))[0] == 400


async def test_an_opt_out_names_its_end_or_an_event_that_has_one(served: Served) -> None:
    shed = next(view.event for view in served.router.events())
    body = {"provider": shed.provider, "event_id": shed.id, "device_id": "car"}
    status, word = await served.ask("POST", "/opt-outs", json=body)
    assert (status, word["device_id"], word["by"]) == (200, "car", "owner Anna")
    assert datetime.fromisoformat(word["until"]) == max(one.interval.end for one in shed.payloads)
    for wrong in ({}, {"event_id": "shed"}, body | {"event_id": "no such"}, body | {"until": "never"}):
        assert (await served.ask("POST", "/opt-outs", json=wrong))[0] in (400, 422)
    assert (await served.ask("DELETE", "/opt-outs/a%3Ab%3A*"))[0] == 204
    assert served.router.words[-1] == ("a:b:*", "owner Anna")


async def test_hands_are_taken_off_and_put_on_again(served: Served) -> None:
    status, word = await served.ask("PUT", "/hands-off", json={"until": "2026-06-02T07:00:00+02:00"})
    assert (status, word["until"]) == (200, "2026-06-02T05:00:00Z")
    assert (await served.ask("PUT", "/hands-off", json={}))[1]["until"] is None
    assert (await served.ask("DELETE", "/hands-off"))[0] == 204
    assert served.router.words[-1] == ("steer", "owner Anna")


async def test_a_vacation_begins_now_unless_it_says_when(served: Served) -> None:
    status, word = await served.ask("PUT", "/vacation", json={"end": "2026-06-08T18:00:00Z"})
    assert (status, word["start"]) == (200, "2026-06-01T12:00:00Z")
    for end, start in (("2026-05-01T00:00:00Z", None), ("2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z")):
        body = {"end": end} | ({"start": start} if start else {})
        assert (await served.ask("PUT", "/vacation", json=body))[0] in (400, 422)
    assert (await served.ask("DELETE", "/vacation"))[0] == 204
    assert served.router.words[-1] == ("come back", "owner Anna")


async def test_a_network_is_opened_for_new_devices_and_closed(served: Served) -> None:
    assert (await served.ask("POST", "/networks/zigbee/join", json={"seconds": 60}))[0] == 204
    assert served.router.joining_s == 60
    status, problem = await served.ask("POST", "/networks/kasa/join", json={})
    assert (status, "There is: zigbee" in problem["detail"]) == (400, True)
    assert (await served.ask("POST", "/networks/zigbee/join", json={"seconds": 255}))[0] in (400, 422)


async def test_a_plug_test_is_begun_seen_and_stopped(served: Served) -> None:
    assert (await served.ask("POST", "/devices/washer/plug-test"))[1]["stage"] == "waiting"
    assert (await served.ask("GET", "/devices/washer"))[1]["plug_test"]["stage"] == "waiting"
    assert (await served.ask("DELETE", "/devices/washer/plug-test"))[0] == 204
    assert (await served.ask("GET", "/devices/washer"))[1]["plug_test"] is None


async def test_a_request_that_does_not_suit_the_device_says_what_would(served: Served) -> None:
    body = {"programme_id": "turbo", "ready_by": "2026-06-01T20:00:00Z"}
    status, problem = await served.ask("POST", "/devices/washer/wish", json=body)
    assert status == 400
    assert problem["detail"] == "the request: programme_id: there is none of that id. Known: eco."


@pytest.mark.parametrize(
    ("fault", "status"),
    [(StoreError("The disk is full."), 503), (DeviceSilentError("It is silent."), 503), (KeyError("x"), 500)],
)
async def test_a_fault_costs_one_request_and_is_a_sentence(
    served: Served, fault: Exception, status: int
) -> None:
    served.router.fault = fault
    answered, problem = await served.ask("GET", "/status")
    assert answered == status
    assert problem["detail"].endswith(".")
    assert "KeyError" not in str(problem)
    served.router.fault = None
    assert (await served.ask("GET", "/status"))[0] == 200


async def test_while_a_request_is_served_simulated_time_stands(served: Served) -> None:
    held: list[int] = []
    status = served.router.status

    def spying() -> StatusView:
        held.append(served.clock.held)
        return status()

    served.router.status = spying  # type: ignore[method-assign] # looks on while the handler runs
    await served.ask("GET", "/status")
    assert held == [1]
    assert served.clock.held == 0


async def test_the_answers_say_when_they_were_given(served: Served) -> None:
    await served.clock.advance(timedelta(hours=1))
    assert (await served.ask("GET", "/status"))[1]["now"] == "2026-06-01T13:00:00Z"
    assert NOON.isoformat() == "2026-06-01T12:00:00+00:00"


async def test_a_provider_is_left(served: Served) -> None:
    status, parting = await served.ask("POST", "/providers/grid/leave")
    assert (status, parting["delivered"], parting["forgotten"]) == (200, 2, True)
    status, problem = await served.ask("POST", "/providers/other/leave")
    assert (status, "There is: grid" in problem["detail"]) == (400, True)
