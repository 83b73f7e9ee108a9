"""Finds the data that ships with drrouter: the object models of devices and the tariff documents.

Reading and checking a document is left to `objectmodel` and `tariff`. In a wheel the data lie inside the
package, in `_data/`; in a checkout they lie at the top of the tree, where makers and providers add theirs:

    >>> from drrouter.resources import data_dir
    >>> data_dir("tariffs").is_dir()
    True
"""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

DataKind = Literal["device_models", "tariffs"]

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent


def data_dir(kind: DataKind) -> Traversable:
    """Return the folder that holds the shipped data of one kind.

    Args:
        kind: The folder's name.

    Returns:
        The folder; a `Path` in a checkout and wherever the package is unpacked.

    Raises:
        FileNotFoundError: The installation is incomplete.
    """
    in_checkout = _CHECKOUT / kind
    if in_checkout.is_dir() and (_CHECKOUT / "pyproject.toml").is_file():
        return in_checkout
    in_package = files("drrouter") / "_data" / kind
    if in_package.is_dir():
        return in_package
    raise FileNotFoundError(f"drrouter is installed without its {kind}; please install it again.")


def panel_dir() -> Traversable | None:
    """Return the folder of the built web panel, None where it was not built.

    In a checkout the build puts it into `ui/web/dist`, in a wheel it lies among the data.
    """
    in_checkout = _CHECKOUT / "ui" / "web" / "dist"
    if (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "ui" / "web").is_dir():
        return in_checkout if in_checkout.is_dir() else None
    in_package = files("drrouter") / "_data" / "panel"
    return in_package if in_package.is_dir() else None
