"""The head of the screen: how the home is, what power costs now, and what is wrong, if something is."""

import textwrap

from rich.cells import cell_len
from rich.text import Text

from drrouter.domain.plan import DataRung
from drrouter.domain.words import MOST_CHARACTERS, clean
from drrouter.router.viewed import StatusView
from drrouter_ui.draw.pen import ACCENT, BAD, DEAR, PAID, Pen
from drrouter_ui.draw.standing import standing
from drrouter_ui.seen import Seen
from drrouter_ui.words import language, money, number, power, price, t

_GAP = "   "
_MOST_ROWS = 3
_TOLD_RUNGS = (DataRung.LAST_PUBLISHED, DataRung.OFFLINE_PROFILE, DataRung.BEST_PRACTICE)
_WELL = ("All is well", "The first plan")


def headline(seen: Seen, width: int, pen: Pen) -> list[Text]:
    """Site and time, state sentence, values of now, what the owner has said, what is wrong: a row each."""
    rows = [_title(seen, width, pen), *_sentence(seen, width, pen), _values(seen, width, pen)]
    rows += standing(seen, pen)
    rows += [Text(f"! {pen.plain(text)}", BAD) for text in _warnings(seen)]
    for row in rows:
        row.truncate(width)
    return rows


def _title(seen: Seen, width: int, pen: Pen) -> Text:
    """The site and its time on the left, the link on the right."""
    name = pen.plain(clean(seen.status.site, 40))
    left = Text.assemble((name, f"bold {ACCENT}"), (f"   {seen.local.moment()}", ""))
    right = _pill(seen, pen)
    gap = width - cell_len(left.plain) - cell_len(right.plain)
    return Text.assemble(left, " " * max(gap, 1), right)


def _pill(seen: Seen, pen: Pen) -> Text:
    """Whether what is shown is live, and since when it is not."""
    if seen.gone:
        return Text(f"{pen.dot} " + t("tui.link.gone", since=seen.local.say(seen.status.now)), BAD)
    down = [link for link in seen.status.links if not link.up]
    if seen.status.offline_since:
        return Text(
            f"{pen.dot} " + t("tui.link.offline", since=seen.local.say(seen.status.offline_since)), DEAR
        )
    if down:
        names = pen.plain(clean(", ".join(link.provider for link in down), 30))
        return Text(f"{pen.dot} {names} " + t("tui.link.offline", since=seen.local.say(down[0].since)), DEAR)
    return Text(f"{pen.dot} " + t("tui.link.live"), PAID)


def _sentence(seen: Seen, width: int, pen: Pen) -> list[Text]:
    """What the router says of itself, in a few rows at most, or that it says nothing any more."""
    if seen.gone:
        since, wait = seen.local.say(seen.status.now), f"{seen.gone.wait_s:.0f}"
        return [Text(t("tui.gone", since=since, tries=seen.gone.tries, wait=wait), BAD)]
    sentence = pen.plain(_of_the_home(seen))
    parts = textwrap.wrap(sentence, width, max_lines=_MOST_ROWS, placeholder=f" {pen.ellipsis}")
    return [Text(part, DEAR if seen.status.degraded else "bold") for part in parts]


def _of_the_home(seen: Seen) -> str:
    """Ours while all is well; otherwise the router says what is missing."""
    said = seen.say(seen.status.sentence, 2 * MOST_CHARACTERS)
    if language() == "en" or seen.status.degraded or not seen.status.sentence.startswith(_WELL):
        return said
    if seen.plan is None:
        return t("state.first_plan")
    coming = [view for view in seen.devices if view.next_cycle and view.next_cycle.start > seen.status.now]
    if not coming:
        return t("state.all_well")
    first = min(coming, key=lambda view: view.next_cycle.start if view.next_cycle else seen.status.now)
    start = seen.local.say(first.next_cycle.start if first.next_cycle else None)
    return t("state.well_next", name=clean(first.profile.name, 60), start=start)


def _values(seen: Seen, width: int, pen: Pen) -> Text:
    """Values of now, the most wanted first, as many as fit."""
    line = Text()
    for name, value in _named_values(seen.status, seen):
        part = Text.assemble((f"{name} ", "dim"), (pen.plain(value), "bold"))
        if cell_len(line.plain) + cell_len(part.plain) + len(_GAP) > width:
            break
        line = Text.assemble(line, _GAP if line else "", part)
    return line


def _named_values(view: StatusView, seen: Seen) -> list[tuple[str, str]]:
    values = [
        (t("tui.value.price"), price(view.price_per_kwh, view.currency)),
        (t("tui.value.use"), power(view.power_w)),
    ]
    if view.grid_w is not None:
        values.append((t("tui.value.grid"), power(view.grid_w)))
    if view.limit_w is not None:
        values.append((t("tui.value.limit"), power(view.limit_w)))
    if view.saved_today is not None:
        values.append((t("tui.value.saved"), money(view.saved_today, view.currency)))
    if view.plan_made_at and view.solve_rung:
        made = seen.local.say(view.plan_made_at)
        values.append((t("tui.value.plan"), t(f"tui.rung.{view.solve_rung.value}", at=made)))
    if seen.plan is not None:
        values.append((t("tui.value.costs"), money(seen.plan.cost.money, view.currency, 2)))
    if view.co2_g_per_kwh is not None:
        values.append(("CO2", f"{number(view.co2_g_per_kwh, 0)} g/kWh"))
    return values


def _warnings(seen: Seen) -> list[str]:
    """Alerts of providers, and that prices are not live."""
    rung = seen.status.data_rung
    return [
        *(seen.say(alert) for alert in seen.status.alerts),
        *([t(f"tui.rung.{rung}")] if rung in _TOLD_RUNGS else []),
    ]
