"""Finds the tariff that a home file names: one that ships with drrouter, or a file of the home's own."""

from importlib.resources.abc import Traversable
from pathlib import Path

from drrouter.config.document import TariffPart
from drrouter.domain.remedy import nearest
from drrouter.errors import DocumentError
from drrouter.objectmodel import read_file
from drrouter.resources import data_dir
from drrouter.tariff import TariffDocument, read_tariff

OFFLINE_FOLDER = "offline"
"""Where the shipped offline profiles lie, beside the tariffs."""


def shipped_tariffs() -> dict[str, Traversable]:
    """The files of the shipped tariffs by id: ``provider.tariff`` lies in ``provider/tariff.toml``."""
    return {
        f"{provider.name}.{file.name.removesuffix('.toml')}": file
        for provider in data_dir("tariffs").iterdir()
        if provider.is_dir() and provider.name != OFFLINE_FOLDER
        for file in provider.iterdir()
        if file.name.endswith(".toml")
    }


def tariff_of(part: TariffPart, currency: str, folder: Path, where: str) -> TariffDocument:
    """The tariff that a home file names.

    Args:
        part: its table.
        currency: that of the home.
        folder: where relative paths start.
        where: the home file, for the sentence.

    Raises:
        DocumentError: there is none, it is broken, or it is in another currency.
    """
    tariff = _read(part, folder, where)
    if tariff.currency != currency:
        raise DocumentError(
            where,
            "site.currency",
            f"is {currency}, but tariff {tariff.id} is in {tariff.currency}",
            "Write the same currency in both",
        )
    return tariff


def _read(part: TariffPart, folder: Path, where: str) -> TariffDocument:
    """Read the file or the shipped tariff."""
    if part.file is not None:
        file = folder / part.file
        return read_tariff(read_file(file), str(file))
    tariffs = shipped_tariffs()
    if part.id not in tariffs:
        raise DocumentError(
            where, "tariff.id", f"there is no tariff {part.id!r}", nearest(str(part.id), sorted(tariffs))
        )
    name = f"{part.id.replace('.', '/')}.toml"
    return read_tariff(read_file(tariffs[part.id], name), name)
