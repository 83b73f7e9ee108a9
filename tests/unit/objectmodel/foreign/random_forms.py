"""Forms as makers may write them: storage of both units, modes, generators, loads."""

from typing import Literal, cast

from hypothesis import strategies as st

from drrouter.objectmodel.flexibility import (
    Demand,
    Discharge,
    Envelope,
    Level,
    Mode,
    Modes,
    SteeredMode,
    Storage,
)

LINES = cast("st.SearchStrategy[Literal[1, 3]]", st.sampled_from([1, 3]))
WATTS = st.floats(min_value=1, max_value=20_000, width=32)
SHARES = st.floats(min_value=0.05, max_value=1)
COSTS = st.just(0.0) | st.floats(min_value=0.001, max_value=10)


@st.composite
def _powers(draw: st.DrawFn) -> dict[str, float | None]:
    power_w = draw(WATTS)
    least = draw(st.none() | st.floats(min_value=0, max_value=0.9))
    return {"power_w": power_w, "min_power_w": None if least is None else least * power_w}


@st.composite
def batteries(draw: st.DrawFn) -> Storage:
    low = draw(st.floats(min_value=0, max_value=5_000))
    high = low + draw(st.floats(min_value=100, max_value=90_000))
    modes = [Mode(id="charge", **draw(_powers()))]  # type: ignore[arg-type]  # keys of Mode
    if draw(st.booleans()):
        modes.append(Mode(id="idle", power_w=0))
    given = None
    if draw(st.booleans()):
        power_w = draw(WATTS)
        given = Discharge(
            power_w=power_w,
            min_power_w=power_w * draw(st.floats(min_value=0, max_value=1)),
            efficiency=draw(SHARES),
            wear_per_kwh=draw(COSTS),
        )
    return Storage(
        kind="storage",
        lines=draw(LINES),
        level=Level(unit="watt_hours", min=low, max=high, target=high),
        modes=tuple(modes),
        loss_per_h=draw(st.none() | st.floats(min_value=1e-5, max_value=0.1)),
        efficiency=draw(SHARES),
        standby_w=draw(st.just(0.0) | st.floats(min_value=0.1, max_value=50)),
        discharge=given,
    )


@st.composite
def thermal(draw: st.DrawFn) -> Storage:
    """A freezer or a heater whose running modes overcome what leaks, everywhere in its range."""
    sign = draw(st.sampled_from([-1.0, 1.0]))
    low = draw(st.floats(min_value=-30, max_value=60))
    high = low + draw(st.floats(min_value=1, max_value=20))
    ranges = draw(_powers())
    modes = [Mode(id="run", rate_c_per_h=sign * draw(st.floats(min_value=60, max_value=200)), **ranges)]  # type: ignore[arg-type]
    if draw(st.booleans()):
        modes.append(Mode(id="idle", power_w=draw(st.floats(min_value=0, max_value=5))))
    table: dict[str, float] = {"heat_gain_c_per_h": -sign * draw(st.floats(min_value=0, max_value=5))}
    if draw(st.booleans()):
        table["loss_per_h"] = draw(st.floats(min_value=1e-4, max_value=0.2))
        table["ambient_c"] = draw(st.floats(min_value=0, max_value=35))
    return Storage(
        kind="storage",
        lines=draw(LINES),
        level=Level(unit="celsius", min=low, max=high, target=(low + high) / 2),
        modes=tuple(modes),
        **table,  # type: ignore[arg-type]
    )


@st.composite
def modes(draw: st.DrawFn) -> Modes:
    count = draw(st.integers(min_value=2, max_value=5))
    return Modes(
        kind="modes",
        lines=draw(LINES),
        modes=tuple(
            SteeredMode(
                id=f"mode{number}",
                power_w=draw(st.just(0.0) | WATTS),
                cost_per_h=draw(COSTS),
                longest_s=7200.0 if number == 1 else None,
            )
            for number in range(count)
        ),
        normal="mode0",
        min_dwell_s=draw(st.just(0.0) | st.floats(min_value=0.001, max_value=7200)),
        most_switches=draw(st.none() | st.just(10)),
    )


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    rated = draw(WATTS)
    least = rated * draw(st.floats(min_value=0, max_value=1))
    return Envelope(kind="envelope", lines=draw(LINES), rated_power_w=rated, least_power_w=least)


@st.composite
def demands(draw: st.DrawFn) -> Demand:
    most = draw(WATTS)
    mean = most * draw(st.just(0.0) | SHARES)
    return Demand(
        kind="demand",
        lines=draw(LINES),
        power_w=mean,
        max_power_w=most,
        max_off_s=draw(st.floats(min_value=60, max_value=7200)),
        curtail_price_per_kwh=draw(COSTS),
    )
