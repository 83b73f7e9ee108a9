"""A document in a file of the home: the provider, or an installer, has put it there."""

from pathlib import Path

from drrouter.objectmodel import read_file
from drrouter.ports import Executor


class FileSource:
    """Implements ``ports.DocumentSource`` for a file."""

    def __init__(self, path: Path, executor: Executor) -> None:
        """Open nothing yet; reading blocks, so it goes through the executor."""
        self._path, self._executor = path, executor

    @property
    def where(self) -> str:
        """The file's name."""
        return str(self._path)

    async def read(self) -> bytes:
        """The file as it is now, one byte more than documents may be long at most.

        Raises:
            DocumentError: it cannot be read.
        """
        return await self._executor.run(read_file, self._path, self.where)
