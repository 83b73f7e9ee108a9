"""A provider of OpenADR 2.0b that is left is told that the registration ends (A13)."""

from aiohttp import web
from openleadr import messaging

from drrouter.adapters.clock import SimulatedClock
from tests.adapters.openadr2.peers import VEN, Vtn, listening, settings_for, xml


async def test_a_provider_that_is_left_is_told_that_the_registration_ends(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """36: CancelPartyRegistration, once."""
    async with listening(settings_for(vtn.url), clock) as (provider, _):
        pass
    vtn.bend["EiRegisterParty"] = canceled
    await provider.leave()
    kind, said = vtn.heard[-1]
    assert (kind, said["ven_id"], said["registration_id"]) == (
        "oadrCancelPartyRegistration",
        VEN,
        "registration-1",
    )
    await provider.leave()
    assert vtn.kinds().count(kind) == 1


async def canceled(_: web.Request) -> web.StreamResponse:
    response = {"response_code": 200, "response_description": "OK", "request_id": "r"}
    return xml(
        messaging.create_message(
            "oadrCanceledPartyRegistration", ven_id=VEN, registration_id="registration-1", response=response
        )
    )
