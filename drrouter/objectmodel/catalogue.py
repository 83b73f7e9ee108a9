"""Every object model that is at hand, by its id and by what a found device shows of itself.

Models lie in ``<maker>/<model>.toml``; the shipped ones first, then an extra folder of the home. A broken
file is left out and named in ``faults``, so that one of them never stops the router.

    >>> load_catalogue()["generic.freezer"].identity.brand
    'Generic'
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from drrouter.domain.document import MAX_BYTES
from drrouter.domain.remedy import nearest
from drrouter.errors import DocumentError
from drrouter.objectmodel.document import ModelDocument, read_model
from drrouter.objectmodel.matching import Match, best_of
from drrouter.ports import Found
from drrouter.resources import data_dir

MOST_FILES = 5_000


@dataclass(frozen=True)
class Catalogue(Mapping[str, ModelDocument]):
    """Object models by id.

    Attributes:
        models: every model that passed its checks.
        faults: what is wrong with the files that did not.
    """

    models: dict[str, ModelDocument]
    faults: tuple[DocumentError, ...] = ()

    def __getitem__(self, model_id: str) -> ModelDocument:
        """The model of that id.

        Raises:
            KeyError: there is none.
        """
        return self.models[model_id]

    def __iter__(self) -> Iterator[str]:
        """The ids."""
        return iter(self.models)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.models)

    def model(self, model_id: str, where: str, key: str) -> ModelDocument:
        """The model that a document asks for.

        Args:
            model_id: its id.
            where: the file that asks.
            key: the key in it.

        Raises:
            DocumentError: there is none of that id; names the nearest.
        """
        if model_id not in self.models:
            raise DocumentError(
                where, key, f"there is no object model {model_id!r}", nearest(model_id, sorted(self.models))
            )
        return self.models[model_id]

    def best_match(self, found: Found) -> Match | None:
        """The model that fits a found device best, None where none fits.

        Interpretation: what stands behind a plug tells more than the plug, so a model that can do something
        differently goes before one that cannot. Then: the more letters of the identity a matcher spells out,
        the better it knows the device; between equals the first id of the alphabet wins.
        """
        matches = (best_of(model, found) for model in self.models.values())
        return min((one for one in matches if one), key=lambda one: one.rank, default=None)


def load_catalogue(extra: Path | None = None) -> Catalogue:
    """Read the shipped object models, then those of an extra folder.

    A model of the extra folder replaces a shipped one of the same id unless it is older.

    Raises:
        FileNotFoundError: drrouter is installed without its models.
    """
    shipped, faults = _read_folder(data_dir("device_models"))
    if extra is None:
        return Catalogue(shipped, tuple(faults))
    try:
        own, own_faults = _read_folder(extra)
    except OSError as error:
        unreadable = DocumentError(str(extra), "", f"cannot be read ({error.strerror})", "Check the folder")
        return Catalogue(shipped, (*faults, unreadable))
    faults += own_faults
    for model_id, model in own.items():
        present = shipped.get(model_id)
        if present and model.version < present.version:
            faults.append(_too_old(extra, model, present))
        else:
            shipped[model_id] = model
    return Catalogue(shipped, tuple(faults))


def read_file(file: Traversable, where: str = "") -> bytes:
    """A file's bytes, one more than allowed at most, so that a monster shows itself as too large.

    Raises:
        DocumentError: it cannot be read.
    """
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise DocumentError(
            where or str(file), "", f"cannot be read ({reason})", "Check its name and rights"
        ) from error


def _read_folder(folder: Traversable) -> tuple[dict[str, ModelDocument], list[DocumentError]]:
    """Every ``<maker>/<model>.toml`` of a folder; faults beside."""
    models: dict[str, ModelDocument] = {}
    faults: list[DocumentError] = []
    files = list(itertools.islice(_files(folder), MOST_FILES + 1))
    if len(files) > MOST_FILES:
        faults.append(DocumentError(str(folder), "", f"holds more than {MOST_FILES} models", "Take some out"))
    for maker, file in files[:MOST_FILES]:
        where = f"{folder.name}/{maker}/{file.name}"
        try:
            model = read_model(read_file(file, where), where)
            _check_place(model, maker, file.name, where)
        except DocumentError as error:
            faults.append(error)
        else:
            models[model.id] = model
    return models, faults


def _files(folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    """Makers' folders and the TOML files in them, in the order of their names."""
    makers = [entry for entry in folder.iterdir() if entry.is_dir()]
    for maker in sorted(makers, key=lambda entry: entry.name):
        for file in sorted(maker.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".toml") and file.is_file():
                yield maker.name, file


def _check_place(model: ModelDocument, maker: str, name: str, where: str) -> None:
    """A model lies where its id says, so that no maker speaks for another."""
    expected = f"{maker}.{name.removesuffix('.toml')}"
    if model.id != expected:
        raise DocumentError(where, "id", f"is {model.id!r} in the file of {expected!r}", "Rename one of them")


def _too_old(folder: Path, model: ModelDocument, present: ModelDocument) -> DocumentError:
    """An older version never replaces a newer one."""
    maker, _, name = model.id.partition(".")
    return DocumentError(
        f"{folder / maker / name}.toml",
        "version",
        f"is {model.version}, older than the {present.version} that is in use",
        "Take the newer file, or raise the version",
    )
