"""What is seen on the home network is listed once, shown as gone when unseen, and forgotten at last."""

import logging
from datetime import timedelta

import pytest

from drrouter.domain.device import Presence
from drrouter.ports import Found
from drrouter.router import views
from drrouter.router.registry import Registry
from drrouter.router.sightings import KEPT_GONE, MOST, Proposal, Sightings
from tests.builders import NOON

GONE_AFTER = timedelta(seconds=30)
LAMP = Found("kasa", "10.0.0.9:9999", {"alias": "lamp", "mac": "AA"})


def saw(sightings: Sightings, seconds: float, *found: Found) -> tuple[Found, ...]:
    """What becomes gone by this discovery."""
    return sightings.saw("kasa", found, NOON + timedelta(seconds=seconds), GONE_AFTER)


def test_what_is_unseen_for_its_time_is_gone_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    sightings = Sightings()
    saw(sightings, 0, LAMP)
    with caplog.at_level(logging.WARNING):
        assert [saw(sightings, second) for second in (20, 29, 30, 40)] == [(), (), (LAMP,), ()]
    assert [one.gone for one in sightings.all()] == [True]
    assert [record.getMessage() for record in caplog.records] == ["kasa at 10.0.0.9:9999 is gone"]


def test_what_comes_back_is_there_again_since_it_was_met_first() -> None:
    sightings = Sightings()
    saw(sightings, 0, LAMP)
    saw(sightings, 60)
    saw(sightings, 90, LAMP)
    (one,) = sightings.all()
    assert (one.gone, one.first_at, one.last_at) == (False, NOON, NOON + timedelta(seconds=90))


def test_a_thing_that_moves_is_the_same_thing() -> None:
    sightings = Sightings()
    saw(sightings, 0, LAMP)
    saw(sightings, 6, Found("kasa", "10.0.0.7:9999", LAMP.identity))
    assert [one.found.address for one in sightings.all()] == ["10.0.0.7:9999"]


def test_another_integration_that_sees_nothing_takes_nothing_away() -> None:
    sightings = Sightings()
    saw(sightings, 0, LAMP)
    assert sightings.saw("shelly", (), NOON + timedelta(hours=1), GONE_AFTER) == ()
    assert not sightings.all()[0].gone


def test_what_is_gone_for_long_is_forgotten() -> None:
    sightings = Sightings()
    saw(sightings, 0, LAMP)
    saw(sightings, 60)
    saw(sightings, KEPT_GONE.total_seconds())
    assert sightings.all() == ()


def test_a_flood_is_bounded_and_what_was_seen_lately_stays() -> None:
    sightings = Sightings()
    saw(sightings, 0, *(Found("kasa", f"host-{number}") for number in range(MOST + 5)))
    saw(sightings, 1, LAMP)
    assert len(sightings.all()) == MOST
    assert sightings.of(LAMP) is not None


def test_a_stranger_is_shown_with_the_model_that_fits_it_and_how_well() -> None:
    registry = Registry(
        [], lambda found: Proposal("generic.lamp", 0.7) if "alias" in found.identity else None
    )
    saw(registry.sightings, 0, LAMP, Found("kasa", "10.0.0.8:9999"))
    saw(registry.sightings, 40, LAMP)
    lamp, other = views.discovered(registry)
    assert (lamp.proposed_id, lamp.confidence, lamp.presence) == ("generic.lamp", 0.7, Presence.PRESENT)
    assert (other.proposed_id, other.confidence, other.presence) == (None, None, Presence.GONE)
    assert (lamp.seen_at, lamp.gone_after_s) == (NOON + timedelta(seconds=40), 30.0)
