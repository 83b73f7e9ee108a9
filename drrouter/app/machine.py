"""The facts of the machine that the router runs on, for its doctor; read anew each time it asks."""

import platform
import shutil
import stat
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from drrouter.config import HomeConfig
from drrouter.config.home import Exposure
from drrouter.domain.said import said
from drrouter.router.doctor import Machine

_SOLVER = "highspy"


def machine_of(home: HomeConfig) -> Machine:
    """What can be told now; what cannot is left out."""
    return Machine(
        python=platform.python_version(),
        free_bytes=_free_bytes(home.store_path),
        store_bytes=_size(home.store_path),
        open_files=tuple(path.name for path in _private(home) if _others_may_read(path)),
        exposures=tuple(_exposed(one) for one in home.exposures),
        warnings=(*home.unverified, *home.warnings),
        solver=_solver(),
    )


def _exposed(one: Exposure) -> str:
    """What listens beyond this machine, and why."""
    return said("doctor.exposure", what=one.what, interface=one.interface, why=one.reason)


def _private(home: HomeConfig) -> tuple[Path, ...]:
    """Files that only their owner should read."""
    files = [home.api.token_file, home.store_path, home.api.key_file]
    files += [provider.key_file for provider in home.providers]
    return tuple(path for path in files if path is not None)


def _others_may_read(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError:
        return False


def _free_bytes(path: Path) -> int | None:
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return None


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _solver() -> str:
    try:
        return f"HiGHS (highspy {version(_SOLVER)})"
    except PackageNotFoundError:
        return ""
