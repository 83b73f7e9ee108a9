"""Targets as plain names, whichever version of OpenADR wrote them."""

from collections.abc import Iterable, Mapping


def names(targets: Iterable[object]) -> tuple[str, ...]:
    """Each name once: the strings of 3.1, or the values of 3.0's maps ``{type, values}``.

    >>> names(["east", {"type": "GROUP", "values": ["west", "east"]}, 7])
    ('east', 'west')
    """
    flat: list[object] = []
    for target in targets:
        values = target.get("values") if isinstance(target, Mapping) else [target]
        flat += values if isinstance(values, list) else []
    return tuple(dict.fromkeys(name for name in flat if isinstance(name, str)))
