"""What the keys do and what the chart shows."""

HELP = (
    ("up, down", "choose a device; the line below says why it runs when"),
    ("n", "start now: a machine its programme, others for one hour"),
    ("s", "skip: forget what was asked of it, and what was promised"),
    ("p", "pause: off for 30, 60 or 120 minutes, then the plan again"),
    ("a", "auto: give it back to the plan"),
    ("o, Enter", "options: priced starts; taking one is a promise"),
    ("w", "why it runs when it runs, in numbers"),
    ("t", "the next theme"),
    ("q", "quit; the router goes on"),
    ("", ""),
    ("the chart", "what devices draw in the plan; hatched: a limit forbids it"),
    ("events", "when a provider limits, sheds or warns"),
    ("price", "solid where published, hatched (? in ASCII) where assumed"),
)
"""Keys and parts of the screen, each with what it does or shows; each fits one row of 80 cells."""
