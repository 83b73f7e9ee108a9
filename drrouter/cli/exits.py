"""Exit codes, and the sentences that errors end with.

0 ok   1 failure   2 usage   3 no router answers   4 the router is degraded   5 the wish cannot be met
"""

from drrouter.cli.words import t, tell
from drrouter.domain.words import clean
from drrouter.errors import (
    DaemonRefusedError,
    DaemonUnreachableError,
    DrrouterError,
    WishImpossibleError,
)

OK, FAILURE, USAGE, UNREACHABLE, DEGRADED, IMPOSSIBLE = range(6)
INTERRUPTED, PIPE_CLOSED = 130, 141

_BAD_REQUEST, _UNAUTHORIZED = 400, 401
_MOST_CHARACTERS = 2000
"""Of a sentence with the names of strangers in it, which a terminal only shows."""


def code_of(error: DrrouterError) -> int:
    """How the program ends for an error."""
    if isinstance(error, DaemonUnreachableError):
        return UNREACHABLE
    if isinstance(error, WishImpossibleError):
        return IMPOSSIBLE
    if isinstance(error, DaemonRefusedError) and error.status == _BAD_REQUEST:
        return USAGE
    return FAILURE


def words_of(error: Exception) -> list[str]:
    """What a person reads of an error: its sentence, then its notes."""
    if not isinstance(error, DrrouterError):
        fault = f"{type(error).__name__}: {error}"
        return [t("error.own_fault", fault=fault)]
    remedy = f" {t('error.token')}" if _lacks_token(error) else ""
    told = (_sentence(error) + remedy, *getattr(error, "__notes__", ()))
    return [clean(text, _MOST_CHARACTERS) for text in told]


def _sentence(error: DrrouterError) -> str:
    """What happened; where no router is, in the language that is spoken."""
    if isinstance(error, DaemonUnreachableError) and error.why:
        return t(f"error.{error.why}", url=clean(error.url), detail=clean(error.detail))
    return tell(error.sentence)


def _lacks_token(error: DrrouterError) -> bool:
    return isinstance(error, DaemonRefusedError) and error.status == _UNAUTHORIZED
