"""Writes a home file and what lies beside it: whole or not at all, for its owner alone.

    with Beside(folder, {"secrets/grid": "open sesame"}):   # there while the new text is checked
        check(text)                                          # and gone again where that fails
    replace(path, text)                                      # home.toml.bak is the file before

One earlier file is kept; the next change replaces it.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import Self

from drrouter.errors import DocumentError


class Beside:
    """Files beside the home file that a change needs; leaving it by an error brings back what was there."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        """Prepare to write these texts, by their names below the folder."""
        self._files = {folder / name: text for name, text in files.items()}
        self._before: dict[Path, str | None] = {}

    def __enter__(self) -> Self:
        """Write them.

        Raises:
            DocumentError: one cannot be written; the others are as they were.
        """
        try:
            for file, text in self._files.items():
                self._before[file] = _read(file)
                _write(file, text)
        except DocumentError:
            self._take_back()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Keep them, unless something went wrong."""
        if error is not None:
            self._take_back()

    def _take_back(self) -> None:
        for file, text in self._before.items():
            if text is None:
                file.unlink(missing_ok=True)
            else:
                _write(file, text)


def replace(path: Path, text: str) -> None:
    """Put a new text in the place of the home file; the one before becomes ``<name>.bak``.

    Raises:
        DocumentError: it cannot be written; the home file is as it was.
    """
    path = path.resolve()  # a link stays one
    before = _read(path)
    if before is not None:
        _write(path.with_name(f"{path.name}.bak"), before)
    _write(path, text)


def remove(file: Path) -> None:
    """Remove a file that nothing names any more; one that stays does no harm."""
    with suppress(OSError):
        file.unlink(missing_ok=True)


def _read(file: Path) -> str | None:
    """What stands there, None where nothing does."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(file, "read", error) from error


def _write(file: Path, text: str) -> None:
    """Write it for its owner alone, by way of a file that takes its place when it is on the disk."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as stream:
            try:
                stream.write(text.encode())  # NamedTemporaryFile gives rights to its owner alone
                stream.flush()
                os.fsync(stream.fileno())
                Path(stream.name).replace(file)
            except BaseException:
                Path(stream.name).unlink(missing_ok=True)
                raise
        _settle(file.parent)
    except OSError as error:
        raise _refused(file, "written", error) from error


def _settle(folder: Path) -> None:
    """Let the new name outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(file: Path, done: str, error: OSError | UnicodeDecodeError) -> DocumentError:
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "not UTF-8 text"
    remedy = "Let the router's user write in its folder" if done == "written" else "Check the file"
    return DocumentError(str(file), "", f"cannot be {done} ({reason})", remedy)
