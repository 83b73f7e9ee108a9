"""What the keys do and what the chart shows."""

HELP = (
    ("up, down", "choose a device; the line below the table says why it runs when it runs"),
    ("n", "start now: a machine its programme, anything else for one hour"),
    ("s", "skip: forget what was asked of the device, and what was promised"),
    ("p", "pause: switch off for 30, 60 or 120 minutes; then the plan goes on"),
    ("a", "auto: give the device back to the plan"),
    ("o, Enter", "options: priced starts of a machine; taking one is a promise"),
    ("w", "why, in numbers"),
    ("t", "the next theme"),
    ("q", "quit; the router goes on"),
    ("", ""),
    ("the chart", "what each device draws in the plan, piled up; hatched above it, what a limit forbids"),
    ("events", "when a provider limits, sheds or warns"),
    ("price", "below: solid where it is published, hatched (? in ASCII) where it is assumed"),
)
"""Keys and parts of the screen, each with what it does or shows."""
