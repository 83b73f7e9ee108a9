"""A provider that is left forgets the home, where its protocol lets us ask for that (A13)."""

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3 import OpenAdr3Provider, Openadr3Settings, WebhookSettings
from drrouter.adapters.sp.openadr3.local import LocalProvider
from drrouter.errors import ProviderUnreachableError
from drrouter.router.leaving import Leavable
from tests.adapters.sp.peers import TroubleVtn, listening, saying, settings_for
from tests.adapters.sp.vtn_3_0 import vtn_3_0

WEBHOOK = WebhookSettings()


def known(url: str, **members: object) -> Openadr3Settings:
    """Settings of a home that the provider knows."""
    return settings_for(url, client_id="me", client_secret="s", **members)


async def leave_after_a_while(settings: Openadr3Settings, clock: SimulatedClock) -> OpenAdr3Provider:
    async with listening(settings, clock) as (provider, _):
        pass
    await provider.leave()
    return provider


@pytest.fixture
def with_token(vtn: TroubleVtn) -> TroubleVtn:
    vtn.bend["POST /auth/token"] = saying(b'{"access_token": "t"}')
    return vtn


async def test_subscription_resources_and_ven_are_deleted_and_reports_stay(
    with_token: TroubleVtn, clock: SimulatedClock
) -> None:
    """8, 34: only our own, and the reports, by which the provider settles, not at all."""
    vtn = with_token
    vtn.add("reports", clientName="home")
    vtn.add("subscriptions", clientName="another")
    settings = known(vtn.url, webhook=WEBHOOK, resources=("freezer",))
    provider = await leave_after_a_while(settings, clock)
    assert isinstance(provider, Leavable)
    assert (vtn.rows["vens"], vtn.rows["resources"]) == ({}, {})
    assert [row["clientName"] for row in vtn.rows["subscriptions"].values()] == ["another"]
    assert len(vtn.rows["reports"]) == 1
    await provider.leave()


async def test_of_a_public_provider_nothing_is_asked(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """2, 8."""
    await leave_after_a_while(settings_for(vtn.url), clock)
    assert not [asked for asked in vtn.asked if asked.startswith("DELETE")]


async def test_in_3_0_resources_lie_below_the_ven(clock: SimulatedClock) -> None:
    """8."""
    async with vtn_3_0("") as vtn:
        settings = known(vtn.url, version="auto", resources=("freezer",))
        await leave_after_a_while(settings, clock)
        assert (vtn.rows["vens"], vtn.rows["resources"]) == ({}, {})


async def test_a_provider_that_keeps_the_ven_all_the_same_is_left(
    with_token: TroubleVtn, clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """7, 8."""
    vtn = with_token
    ven = vtn.add("vens", venName="home")
    vtn.bend[f"DELETE /vens/{ven['id']}"] = saying(b"{}", 403)
    await leave_after_a_while(known(vtn.url), clock)
    assert ven["id"] in vtn.rows["vens"]
    assert "keeps the VEN of this router" in caplog.text


async def test_a_provider_that_is_away_is_said_to_be(with_token: TroubleVtn, clock: SimulatedClock) -> None:
    """7."""
    with_token.bend["GET /vens"] = saying(b"", 503)
    with pytest.raises(ProviderUnreachableError):
        await leave_after_a_while(known(with_token.url), clock)


async def test_a_vtn_in_the_home_is_asked_where_it_was_last(
    with_token: TroubleVtn, clock: SimulatedClock
) -> None:
    """5, 8."""
    ven = with_token.add("vens", venName="home")
    local = LocalProvider(known("http://found.by.mdns"), clock)
    await local.leave()
    assert ven["id"] in with_token.rows["vens"]
    local._url = with_token.url
    await local.leave()
    assert with_token.rows["vens"] == {}
