"""Keeps what a feed sent as it came, so that a series can be read again, by this parser or by a later one.

    feeds/market/20260610T100000000000Z.json   when, by which format and program, and which documents in order
                 3f2a...e1.raw                  one document, named by its bytes

A look that brings the documents of the one before is not kept again. Old looks go when there are too many of
them or of their bytes. The folder is private: a feed may tell who the household is.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from drrouter import __version__
from drrouter.domain.rates import Rates
from drrouter.errors import DocumentError
from drrouter.tariff.feeds import Asked, read_feed

MOST_LOOKS = 100
MOST_BYTES = 32 * 1024 * 1024
"""Of all documents of one feed together; the newest look is kept whatever its size."""

_MOST_MANIFEST = 256 * 1024
_NAME = re.compile(r"\d{8}T\d{12}Z\.json|[0-9a-f]{64}\.raw")


@dataclass(frozen=True, slots=True)
class Look:
    """What one look brought.

    Attributes:
        at: when it was read.
        format: a key of ``tariff.feeds.FORMATS``.
        asked: which part of the documents is wanted.
        documents: where each was read, and its bytes, in the order in which they are laid over one another.
        program: the edition of the program whose parser read it then.
    """

    at: datetime
    format: str
    asked: Asked
    documents: tuple[tuple[str, bytes], ...]
    program: str = __version__


class _Document(BaseModel):
    """One document of a look, as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    where: Annotated[str, Field(max_length=4096)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Manifest(BaseModel):
    """A look, as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: AwareDatetime
    format: Annotated[str, Field(max_length=64)]
    area: Annotated[str, Field(max_length=64)] = ""
    currency: Annotated[str, Field(max_length=3)] = ""
    program: Annotated[str, Field(max_length=64)]
    documents: Annotated[tuple[_Document, ...], Field(max_length=100)]

    def holds_the_same(self, other: "_Manifest") -> bool:
        """Whether both tell of the same documents, read in the same way."""
        return self.model_copy(update={"at": other.at}) == other


class RawDocuments:
    """The looks of one feed, in a folder of their own; every method blocks."""

    def __init__(self, folder: Path, most_looks: int = MOST_LOOKS, most_bytes: int = MOST_BYTES) -> None:
        """Open nothing yet."""
        self._folder, self._most_looks, self._most_bytes = folder, most_looks, most_bytes

    def keep(self, look: Look) -> None:
        """Keep a look, and let go of old ones.

        Raises:
            OSError: it cannot be written.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        named = [(where, hashlib.sha256(data).hexdigest(), data) for where, data in look.documents]
        manifest = _Manifest(
            at=look.at,
            format=look.format,
            area=look.asked.area,
            currency=look.asked.currency,
            program=look.program,
            documents=tuple(_Document(where=where, sha256=digest) for where, digest, _ in named),
        )
        kept = self._manifests()
        if kept and manifest.holds_the_same(kept[-1][1]):
            return
        for _, digest, data in named:
            if not (file := self._folder / f"{digest}.raw").exists():
                _write(file, data)
        file = self._folder / f"{look.at:%Y%m%dT%H%M%S%f}Z.json"
        _write(file, manifest.model_dump_json(indent=1).encode())
        self._let_go([*(one for one in kept if one[0] != file), (file, manifest)])

    def looks(self) -> list[Look]:
        """All that are kept, the oldest first.

        Raises:
            DocumentError: a file is not what was written.
        """
        return [
            Look(one.at, one.format, Asked(one.area, one.currency), self._documents(one, file), one.program)
            for file, one in self._manifests()
        ]

    def _documents(self, manifest: _Manifest, file: Path) -> tuple[tuple[str, bytes], ...]:
        """The bytes of a look, as long as they are those that came."""
        found = []
        for number, one in enumerate(manifest.documents):
            raw = self._folder / f"{one.sha256}.raw"
            try:
                data = raw.read_bytes()
            except OSError as error:
                raise DocumentError(
                    str(file), f"documents[{number}]", f"{raw.name} cannot be read ({error.strerror})"
                ) from error
            if hashlib.sha256(data).hexdigest() != one.sha256:
                raise DocumentError(str(raw), "", "is not the document that came")
            found.append((one.where, data))
        return tuple(found)

    def _manifests(self) -> list[tuple[Path, _Manifest]]:
        """The looks as they are written, the oldest first.

        Raises:
            DocumentError: one is not what was written.
        """
        return [
            (file, _read(file)) for file in sorted(self._folder.glob("*.json")) if _NAME.fullmatch(file.name)
        ]

    def _let_go(self, kept: Sequence[tuple[Path, _Manifest]]) -> None:
        """Remove looks, the oldest first, until few enough are left, and the documents that none needs."""
        needed: set[str] = set()
        total = 0
        for number, (file, manifest) in enumerate(reversed(kept)):
            new = {one.sha256 for one in manifest.documents} - needed
            total += sum(self._size(digest) for digest in new)
            if number and (number >= self._most_looks or total > self._most_bytes):
                total = self._most_bytes + 1
                file.unlink(missing_ok=True)
            else:
                needed |= new
        for raw in self._folder.glob("*.raw"):
            if _NAME.fullmatch(raw.name) and raw.stem not in needed:
                raw.unlink(missing_ok=True)

    def _size(self, digest: str) -> int:
        try:
            return (self._folder / f"{digest}.raw").stat().st_size
        except OSError:
            return 0


def replayed(looks: Iterable[Look]) -> tuple[Rates, Rates]:
    """Prices per kWh and g of CO2 per kWh, as these looks tell them one upon the other.

    Raises:
        MessageError: this parser refuses one of the documents.
    """
    prices, co2 = Rates(), Rates()
    for look in looks:
        for where, data in look.documents:
            found = read_feed(look.format, data, where, look.asked)
            prices, co2 = prices.overlay(found.rates), co2.overlay(found.co2_g_per_kwh)
    return prices, co2


def _read(file: Path) -> _Manifest:
    try:
        with file.open("rb") as opened:
            return _Manifest.model_validate_json(opened.read(_MOST_MANIFEST))
    except (OSError, ValidationError) as error:
        raise DocumentError(str(file), "", "is not what was kept there", "Remove it") from error


def _write(file: Path, data: bytes) -> None:
    """Write a private file whole, or not at all."""
    draft = file.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(data)
    draft.replace(file)
