"""What a provider may send: by its role, and as the owner says."""

import pytest

from drrouter.domain.event import PayloadType
from drrouter.domain.mandate import GROUPS, NO_MANDATES, Mandate, Role, admitted, mandate
from tests.builders import SP, capacity, event, payload

PRICE = payload(PayloadType.PRICE, 0.2, "12:00", "13:00")
LIMIT = payload(PayloadType.IMPORT_CAPACITY_LIMIT, 3000.0, "12:00", "13:00")
ALERT = payload(PayloadType.ALERT_GRID_EMERGENCY, 1.0, "12:00", "13:00")
SETPOINT = payload(PayloadType.DISPATCH_SETPOINT, 3000.0, "12:00", "13:00")
SHED = payload(PayloadType.SIMPLE, 1.0, "12:00", "13:00")
EVERYTHING = event("e", PRICE, LIMIT, ALERT, SETPOINT, SHED)


def test_the_groups_are_all_payload_types_and_share_none() -> None:
    assert frozenset().union(*GROUPS.values()) == frozenset(PayloadType)
    assert sum(len(kinds) for kinds in GROUPS.values()) == len(PayloadType)


@pytest.mark.parametrize(
    ("role", "obeyed"),
    [
        (Role.ENERGY, (PRICE, SHED)),
        (Role.NETWORK, (PRICE, LIMIT, ALERT, SHED)),
        (Role.AGGREGATOR, (SETPOINT, SHED)),
        (None, (PRICE, LIMIT, ALERT, SETPOINT, SHED)),
    ],
)
def test_each_role_may_send_what_its_trade_needs(role: Role | None, obeyed: tuple[object, ...]) -> None:
    assert mandate(role).admit(EVERYTHING).payloads == obeyed


def test_what_is_beyond_is_named_in_words_of_the_provider_alone() -> None:
    admitted_one = mandate(Role.ENERGY).admit(event("e", PRICE, LIMIT))
    assert admitted_one.beyond == (PayloadType.IMPORT_CAPACITY_LIMIT,)
    assert admitted_one.ignored == ("IMPORT_CAPACITY_LIMIT is beyond what you may send to this home",)


def test_an_event_within_the_mandate_stays_the_same_object() -> None:
    one = capacity("c", 3000.0, "12:00", "13:00")
    assert mandate(Role.NETWORK).admit(one) is one
    assert admitted(one, NO_MANDATES) is one
    assert admitted(one, {SP: mandate(Role.ENERGY)}).payloads == ()


def test_the_owner_widens_and_narrows_by_groups_and_names() -> None:
    widened = mandate(Role.ENERGY, ["prices", "limits", "CURVE"])
    assert widened.admit(EVERYTHING).payloads == (PRICE, LIMIT)
    assert widened.words() == ("prices", "limits", "curves")
    assert mandate(Role.NETWORK, ["IMPORT_CAPACITY_LIMIT"]).words() == ("IMPORT_CAPACITY_LIMIT",)
    assert mandate(Role.NETWORK, []).admit(EVERYTHING).payloads == ()


def test_a_word_that_nobody_knows_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match=r"'tariffs' is no payload type .* and none of prices, co2"):
        mandate(Role.ENERGY, ["tariffs"])


def test_only_a_network_whose_price_the_owner_wrote_down_promises_one() -> None:
    assert mandate(Role.NETWORK, ["prices"]).promises_network_price
    assert not mandate(Role.NETWORK).promises_network_price
    assert not mandate(Role.NETWORK, ["limits"]).promises_network_price
    assert not mandate(Role.ENERGY, ["prices"]).promises_network_price
    assert Mandate().words() == tuple(GROUPS)
