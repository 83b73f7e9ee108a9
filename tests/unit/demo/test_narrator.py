"""The demo's voice: local times, plain sentences, and nothing that steers the terminal."""

from datetime import UTC, datetime
from types import SimpleNamespace

from drrouter.domain.ids import DeviceId
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.sim.demo.ledger import DemoLedger
from drrouter.sim.demo.narrator import Narrator

REACHED = SimpleNamespace(url="http://127.0.0.1:1", token="drr_token", panel="http://127.0.0.1:1/#link=x")
AT = datetime(2023, 7, 30, 10, 45, tzinfo=UTC)


def told(kind: JournalKind, sentence: str, device: str | None = None) -> list[str]:
    lines = list[str]()
    entry = JournalEntry(AT, kind, sentence, DeviceId(device) if device else None)
    Narrator(lines.append).entry(entry)
    return lines


def test_a_decision_is_told_with_the_homes_local_time() -> None:
    assert told(JournalKind.LIMIT, "The limit is kept.") == ["Sun 12:45  router    The limit is kept."]


def test_plans_and_the_freezers_switching_are_not_told() -> None:
    assert told(JournalKind.PLAN, "A new plan.") == []
    assert told(JournalKind.SETPOINT, "Freezer switched on.", "freezer") == []
    assert told(JournalKind.SETPOINT, "Car switched on.", "car") != []
    assert told(JournalKind.DEVICE, "Freezer is gone.", "freezer") != []


def test_control_characters_of_strangers_do_not_reach_the_terminal() -> None:
    (line,) = told(JournalKind.EVENT_ACCEPTED, "grid says \x1b[2J\x07\u202eboo\n")
    assert line.isprintable()


def test_the_welcome_says_where_the_router_is_and_how_it_is_reached() -> None:
    lines = list[str]()
    Narrator(lines.append).welcome(REACHED, "/tmp/demo", 60)
    (text,) = lines
    assert "  panel   http://127.0.0.1:1/#link=x\n" in text
    for part in ("http://127.0.0.1:1", "drr_token", "/tmp/demo", "60 times", "drrouter status", "Ctrl-C"):
        assert part in text
    Narrator(lines.append).welcome(REACHED, "/tmp/demo", None)
    assert "as fast as it can" in lines[1]


def test_the_day_in_numbers_shows_both_days() -> None:
    lines = list[str]()
    narrator = Narrator(lines.append)
    narrator.ledger(
        DemoLedger(
            cost=0.85,
            baseline_cost=3.76,
            saving=2.45,
            currency="EUR",
            import_kwh=43.7,
            baseline_import_kwh=52.8,
            peak_import_w=5464,
            baseline_peak_import_w=6349,
            limit_breaches=0,
            baseline_limit_breaches=1,
            safety_breaches=0,
            deadline_misses=0,
            comfort_misses=0,
            same_service=True,
            events_total=3,
            events_obeyed=3,
            offline_minutes=231.03,
            peak_window_wh=0.0,
            errors_logged=0,
            rungs={"optimal": 117, "greedy": 1},
            until="",
            finished=True,
        )
    )
    narrator.remark("That was it.")
    text = "\n".join(lines)
    assert "cost                 0.85                  3.76 EUR" in text
    assert "Saved 2.45 EUR" in text
    assert "for the same service" in text
    assert "3 of 3 orders obeyed" in text
    assert "Plans: 1 greedy, 117 optimal." in text
    assert "Minutes offline: 231, with 0 Wh shiftable in the offline profile's peak windows" in text
    assert lines[-1] == "\nThat was it."
