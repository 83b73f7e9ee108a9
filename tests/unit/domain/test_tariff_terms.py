"""Terms of a tariff: what no tariff says is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drrouter.domain.interval import Interval
from drrouter.domain.tariff_terms import (
    Block,
    CapacityTerm,
    PeakSpan,
    PeakStep,
    PeakTerm,
    TierTerm,
)

MONTH = Interval(datetime(2023, 7, 1, tzinfo=UTC), datetime(2023, 8, 1, tzinfo=UTC))
NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize("value", [-0.1, NAN, INFINITE])
def test_a_counter_is_a_number_and_never_negative(value: float) -> None:
    with pytest.raises(ValueError, match="must be a number, 0 at least"):
        PeakSpan(MONTH, value)
    with pytest.raises(ValueError, match="so_far_kwh"):
        TierTerm("t", MONTH, (Block(0, 0.1),), value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"price_per_kw": -1.0},
        {"minimum_kw": NAN},
        {"running_kwh": -1.0},
        {"counted_kw": (3.0, -1.0)},
        {"highest": 0},
        {"averaging": timedelta(seconds=59)},
        {"steps": (PeakStep(-1.0, 5.0),)},
        {"steps": (PeakStep(0.0, -5.0),)},
        {"steps": (PeakStep(2.0, 5.0), PeakStep(2.0, 6.0))},
        {"steps": (PeakStep(0.0, 5.0), PeakStep(2.0, 4.0))},
    ],
)
def test_a_peak_term_that_no_tariff_says_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be a number|averages at least|the steps of a ladder rise"):
        PeakTerm("p", (PeakSpan(MONTH),), **wrong)


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        ((), "begins above 0 kWh"),
        ((Block(5, 0.1),), "begins above 0 kWh"),
        ((Block(0, 0.1), Block(9, 0.2), Block(9, 0.3)), "edges of a tier rise"),
    ],
)
def test_blocks_begin_at_zero_and_rise(blocks: tuple[Block, ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        TierTerm("t", MONTH, blocks)


@pytest.mark.parametrize(
    "wrong",
    [{"contracted_kw": -1.0}, {"price_per_kwh": NAN}, {"running_kwh": -1.0}, {"averaging": timedelta(0)}],
)
def test_a_capacity_that_no_contract_says_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be a number|at least a minute"):
        CapacityTerm("c", MONTH, **{"contracted_kw": 4.0, "price_per_kwh": 1.0, **wrong})


def test_blocks_may_fall_and_a_ladder_may_stay_level() -> None:
    assert TierTerm("t", MONTH, (Block(0, 0.3), Block(100, -0.2))).blocks[1].price_per_kwh == -0.2
    assert PeakTerm("p", (), steps=(PeakStep(0, 5.0), PeakStep(2, 5.0))).highest == 1
