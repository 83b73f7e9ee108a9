"""Programs as makers may write them: phases with and without energy and pauses, or measured minutes."""

from hypothesis import strategies as st

from drrouter.objectmodel.flexibility import Profile, Program, ProgramPhase
from tests.unit.objectmodel.foreign.random_forms import LINES

POWERS = st.floats(min_value=0, max_value=30_000, width=32)


@st.composite
def phases(draw: st.DrawFn, longest_s: float = 400.0, lines: int = 1) -> ProgramPhase:
    duration_s = draw(st.floats(min_value=0.001, max_value=longest_s))
    power_w = draw(POWERS)
    parts = draw(st.none() | st.just((0.2, 0.3, 0.5))) if lines == 3 else None
    share = draw(st.none() | st.floats(min_value=0, max_value=1))
    return ProgramPhase(
        id=draw(st.none() | st.just("heat")),
        name=draw(st.sampled_from(["heat", "spin"])),
        duration_s=duration_s,
        power_w=power_w,
        energy_wh=None if share is None else share * power_w * duration_s / 3600,
        lines_w=None if parts is None else tuple(power_w * part for part in parts),
        max_delay_s=draw(st.just(0.0) | st.floats(min_value=0, max_value=7 * 86_400)),
    )


@st.composite
def programs(
    draw: st.DrawFn, key: str = "eco", *, most: int = 12, longest_s: float = 7_000.0, lines: int = 1
) -> Program:
    table = {"id": key, "name": {"en": "Eco", "nl": "Zuinig"}, "pausable_between": draw(st.booleans())}
    if draw(st.booleans()):
        minutes = draw(st.lists(POWERS, min_size=1, max_size=40))
        return Program.model_validate({**table, "minutes_w": tuple(minutes)})
    parts = draw(st.lists(phases(longest_s, lines), min_size=1, max_size=most))
    return Program.model_validate({**table, "phases": tuple(parts)})


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    count, lines = draw(st.integers(min_value=1, max_value=3)), draw(LINES)
    return Profile(
        kind="profile",
        lines=lines,
        remote_start=draw(st.sampled_from(["always", "armed", "none"])),
        resumes_after_power_cut=draw(st.booleans()),
        programs=tuple(draw(programs(f"program{number}", lines=lines)) for number in range(count)),
    )
