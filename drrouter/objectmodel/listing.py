"""Writes the page that lists every shipped object model, with what its ledger says.

    python -m drrouter.objectmodel.listing > docs/device_models.md

A test keeps the page as fresh as the files.
"""

from collections import Counter
from collections.abc import Mapping

from drrouter.objectmodel.catalogue import load_catalogue
from drrouter.objectmodel.document import ModelDocument

_HEAD = """# The object models that ship with drrouter

{count} files. *done / todo / exempt* counts the five lines of each file's quality ledger: profile measured,
level measured, thresholds tested, power cut tested, bounds sourced.
[How a maker adds a device](object_models.md) explains the rest.

This page is generated: `python -m drrouter.objectmodel.listing > docs/device_models.md`.
"""

_COLUMNS = """
| model | device | kinds | recognised by | done / todo / exempt |
|---|---|---|---|---|
"""


def listing(catalogue: Mapping[str, ModelDocument]) -> str:
    """The page."""
    classes = dict.fromkeys(
        model.identity.device_class for model in sorted(catalogue.values(), key=lambda one: one.id)
    )
    parts = [_HEAD.format(count=len(catalogue))]
    for device_class in sorted(classes):
        models = [model for model in catalogue.values() if model.identity.device_class is device_class]
        rows = "\n".join(_row(model) for model in sorted(models, key=lambda one: one.id))
        parts.append(f"\n## {device_class.replace('_', ' ')}\n{_COLUMNS}{rows}\n")
    return "".join(parts)


def _row(model: ModelDocument) -> str:
    """One model."""
    ledger = Counter(entry.status for _, entry in model.quality)
    kinds = (
        ", ".join(f"{form.kind} ({form.id})" if form.id else form.kind for form in model.flexibility) or "-"
    )
    found_by = ", ".join(dict.fromkeys(name for matcher in model.identity.match for name in matcher)) or "-"
    counts = f"{ledger['done']} / {ledger['todo']} / {ledger['exempt']}"
    name = f"{model.identity.brand} {model.identity.model}"
    return f"| `{model.id}` | {name} | {kinds} | {found_by} | {counts} |"


if __name__ == "__main__":
    print(listing(load_catalogue()), end="")
