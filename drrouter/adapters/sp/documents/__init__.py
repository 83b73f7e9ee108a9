"""Where providers put documents for the home, such as an offline profile: a file, or an address under TLS."""

from drrouter.adapters.sp.documents.download import Download
from drrouter.adapters.sp.documents.file import FileSource

__all__ = ["Download", "FileSource"]
