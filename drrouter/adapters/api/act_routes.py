"""Routes that act: options and their acceptance, overrides, wishes, tokens."""

from datetime import timedelta

from drrouter.adapters.api.requests import (
    LONGEST_OVERRIDE_MINUTES,
    HandBody,
    JoinBody,
    OptionsBody,
    OverrideBody,
    TokenBody,
    WishBody,
)
from drrouter.adapters.api.roles import OWNER, PEOPLE, PEOPLE_AND_APPLIANCE
from drrouter.adapters.api.route import Call, Route, Scope, route
from drrouter.adapters.api.tokens import TokenView
from drrouter.adapters.api.views import IssuedToken
from drrouter.domain.ids import DeviceId, HoldToken, ProgrammeId
from drrouter.domain.option import Option
from drrouter.domain.said import Worded, said
from drrouter.domain.wish import Commitment, Override, Wish
from drrouter.errors import MessageError
from drrouter.router.facade import OptionsRequest, WishRequest
from drrouter.router.plug_test import PlugTest
from drrouter.router.viewed import WhatIfView


@route(
    "POST",
    "/devices/{device_id}/options",
    PEOPLE_AND_APPLIANCE,
    answer=tuple[Option, ...],
    body=OptionsBody,
    scope=Scope.DEVICE,
)
async def options(call: Call) -> tuple[Option, ...]:
    """Which options are available now? Each comes with a price and a hold token.

    Source: TR 102 935, 5.3.1.
    """
    body: OptionsBody = call.body
    request = OptionsRequest(_programme(body.programme_id), body.earliest, body.ready_by)
    return await call.router.options(_device_id(call), request)


@route("POST", "/options/{token}/accept", PEOPLE_AND_APPLIANCE, answer=Commitment, scope=Scope.HOLD)
async def accept(call: Call) -> Commitment:
    """Make a held option a commitment."""
    return await call.router.accept(HoldToken(call.path["token"]))


@route("POST", "/devices/{device_id}/override", PEOPLE, answer=Override, body=OverrideBody)
async def override(call: Call) -> Override:
    """Switch a device on or off for a while, whatever the plan and the providers say."""
    body: OverrideBody = call.body
    now = call.clock.now()
    until = body.until or now + timedelta(minutes=body.minutes or 0)
    if not now < until <= now + timedelta(minutes=LONGEST_OVERRIDE_MINUTES):
        problem = said("refused.month", now=Worded(f"{now:%Y-%m-%dT%H:%M}Z", now))
        raise MessageError("the request", "until", problem, said("refused.other_end"))
    return await call.router.override(_device_id(call), body.mode, until, call.who.name)


@route("DELETE", "/devices/{device_id}/override", PEOPLE)
async def clear_override(call: Call) -> None:
    """Give a device back to the plan."""
    await call.router.clear_override(_device_id(call), call.who.name)


@route("POST", "/devices/{device_id}/wish", PEOPLE, answer=Wish, body=WishBody)
async def wish(call: Call) -> Wish:
    """Ask for a cycle or a level by a time."""
    body: WishBody = call.body
    request = WishRequest(body.ready_by, _programme(body.programme_id), body.earliest, body.level)
    return await call.router.wish(_device_id(call), request, call.who.name)


@route("POST", "/devices/{device_id}/what-if", PEOPLE, answer=WhatIfView, body=WishBody)
async def what_if(call: Call) -> WhatIfView:
    """What would be planned if this were asked of the device; nothing is kept, and nobody carries it out."""
    body: WishBody = call.body
    request = WishRequest(body.ready_by, _programme(body.programme_id), body.earliest, body.level)
    return await call.router.what_if(_device_id(call), request)


@route("DELETE", "/devices/{device_id}/wish", PEOPLE)
async def clear_wish(call: Call) -> None:
    """Forget what was asked of a device."""
    await call.router.clear_wish(_device_id(call), call.who.name)


@route("POST", "/devices/{device_id}/hand", OWNER, body=HandBody)
async def hand_over(call: Call) -> None:
    """Let the router steer a device from now on, or only watch it."""
    body: HandBody = call.body
    await call.router.hand_over(_device_id(call), body.steered, call.who.name)


@route("POST", "/devices/{device_id}/plug-test", OWNER, answer=PlugTest)
async def test_plug(call: Call) -> PlugTest:
    """Begin the pull-plug test of a machine: does it go on by itself after its power was cut?"""
    return await call.router.test_plug(_device_id(call))


@route("DELETE", "/devices/{device_id}/plug-test", OWNER)
async def stop_plug_test(call: Call) -> None:
    """End the test and give the machine its power back."""
    await call.router.stop_plug_test(_device_id(call))


@route("POST", "/networks/{integration}/join", OWNER, body=JoinBody)
async def permit_join(call: Call) -> None:
    """Let new devices join a network such as Zigbee for a while."""
    body: JoinBody = call.body
    await call.router.permit_join(call.path["integration"], body.seconds, call.who.name)


@route("GET", "/tokens", OWNER, answer=tuple[TokenView, ...])
async def tokens(call: Call) -> tuple[TokenView, ...]:
    """Every token, without its secret."""
    return call.tokens.views()


@route("POST", "/tokens", OWNER, answer=IssuedToken, body=TokenBody)
async def issue_token(call: Call) -> IssuedToken:
    """Make a token for a person or an appliance."""
    body: TokenBody = call.body
    device_id = None if body.device_id is None else DeviceId(body.device_id)
    return IssuedToken(*await call.tokens.issue(body.role, body.label, device_id))


@route("DELETE", "/tokens/{token_id}", OWNER)
async def revoke_token(call: Call) -> None:
    """Make a token worthless at once; an unknown one is worthless already."""
    await call.entrance.revoke(call.path["token_id"])


def _device_id(call: Call) -> DeviceId:
    return DeviceId(call.path["device_id"])


def _programme(programme_id: str | None) -> ProgrammeId | None:
    return None if programme_id is None else ProgrammeId(programme_id)


ACT_ROUTES: tuple[Route, ...] = (
    options,
    accept,
    override,
    clear_override,
    wish,
    what_if,
    clear_wish,
    hand_over,
    test_plug,
    stop_plug_test,
    permit_join,
    tokens,
    issue_token,
    revoke_token,
)
