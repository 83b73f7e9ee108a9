"""The head of the screen: how the home is, what power costs now, and what is wrong, if something is."""

import textwrap

from rich.cells import cell_len
from rich.text import Text

from drrouter.domain.plan import DataRung
from drrouter.domain.words import MOST_CHARACTERS, clean, power
from drrouter.router.viewed import StatusView
from drrouter_ui.draw.pen import ACCENT, BAD, DEAR, PAID, Pen
from drrouter_ui.seen import Seen

_GAP = "   "
_MOST_ROWS = 3
_RUNGS = {
    DataRung.LAST_PUBLISHED: "No provider answers; the plan follows the prices that were published last.",
    DataRung.OFFLINE_PROFILE: "Offline mode: the plan follows the provider's offline profile.",
    DataRung.BEST_PRACTICE: "No prices are known; the plan follows best practice.",
}


def headline(seen: Seen, width: int, pen: Pen) -> list[Text]:
    """Site and time, the state sentence, values of now, and one row for each thing that is wrong."""
    rows = [_title(seen, width, pen), *_sentence(seen, width, pen), _values(seen, width, pen)]
    rows += [Text(f"! {pen.plain(text)}", BAD) for text in _warnings(seen)]
    for row in rows:
        row.truncate(width)
    return rows


def _title(seen: Seen, width: int, pen: Pen) -> Text:
    """The site and its time on the left, the link on the right."""
    local = seen.status.now.astimezone(seen.local.zone)
    name = pen.plain(clean(seen.status.site, 40))
    left = Text.assemble((name, f"bold {ACCENT}"), (f"   {local:%a %d %b %H:%M}", ""))
    right = _pill(seen, pen)
    gap = width - cell_len(left.plain) - cell_len(right.plain)
    return Text.assemble(left, " " * max(gap, 1), right)


def _pill(seen: Seen, pen: Pen) -> Text:
    """Whether what is shown is live, and since when it is not."""
    if seen.gone:
        return Text(f"{pen.dot} router gone since {seen.local.say(seen.status.now)}", BAD)
    down = [link for link in seen.status.links if not link.up]
    if seen.status.offline_since:
        return Text(f"{pen.dot} offline since {seen.local.say(seen.status.offline_since)}", DEAR)
    if down:
        names = pen.plain(clean(", ".join(link.provider for link in down), 30))
        return Text(f"{pen.dot} {names} offline since {seen.local.say(down[0].since)}", DEAR)
    return Text(f"{pen.dot} live", PAID)


def _sentence(seen: Seen, width: int, pen: Pen) -> list[Text]:
    """What the router says of itself, in a few rows at most, or that it says nothing any more."""
    if seen.gone:
        tries = f"try {seen.gone.tries}, next in {seen.gone.wait_s:.0f} s"
        since = seen.local.say(seen.status.now)
        return [
            Text(f"Router gone since {since}, trying again ({tries}). Below is what was last known.", BAD)
        ]
    sentence = pen.plain(clean(seen.status.sentence, 2 * MOST_CHARACTERS))
    parts = textwrap.wrap(sentence, width, max_lines=_MOST_ROWS, placeholder=f" {pen.ellipsis}")
    return [Text(part, DEAR if seen.status.degraded else "bold") for part in parts]


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
    currency = clean(view.currency, 3)
    price = "unknown" if view.price_per_kwh is None else f"{view.price_per_kwh:.3f} {currency}/kWh"
    values = [("price now", price), ("devices use", power(view.power_w))]
    if view.limit_w is not None:
        values.append(("limit", power(view.limit_w)))
    if view.plan_made_at and view.solve_rung:
        rung = view.solve_rung.value.replace("_", " ")
        values.append(("plan", f"{rung}, of {seen.local.say(view.plan_made_at)}"))
    if seen.plan is not None:
        values.append(("it costs", f"{seen.plan.cost.money:.2f} {currency}"))
    if view.co2_g_per_kwh is not None:
        values.append(("CO2", f"{view.co2_g_per_kwh:.0f} g/kWh"))
    return values


def _warnings(seen: Seen) -> list[str]:
    """Alerts of providers, and that prices are not live."""
    rung = seen.status.data_rung
    return [
        *(clean(alert) for alert in seen.status.alerts),
        *([_RUNGS[rung]] if rung in _RUNGS else []),
    ]
