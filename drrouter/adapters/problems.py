"""Our errors as RFC 9457 problems and back, so that the local API and its client mean the same by them.

    HoldExpiredError  <->  410, type "urn:drrouter:problem:hold-expired", its sentence as detail

An error without a row of its own takes that of its nearest ancestor.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from drrouter import errors
from drrouter.domain.reason_kept import reason_in, table_of
from drrouter.domain.said import Said, reason_of, resaid, together

PREFIX = "urn:drrouter:problem:"
MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[errors.DrrouterError], HTTPStatus] = {
    errors.HoldUnknownError: HTTPStatus.NOT_FOUND,
    errors.HoldExpiredError: HTTPStatus.GONE,
    errors.HoldConflictError: HTTPStatus.CONFLICT,
    errors.WishImpossibleError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.OptionError: HTTPStatus.CONFLICT,
    errors.DeviceUnknownError: HTTPStatus.NOT_FOUND,
    errors.DeviceSilentError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DeviceRefusedError: HTTPStatus.CONFLICT,
    errors.DeviceError: HTTPStatus.BAD_GATEWAY,
    errors.LeafUnknownError: HTTPStatus.NOT_FOUND,
    errors.LeafForbiddenError: HTTPStatus.FORBIDDEN,
    errors.InputError: HTTPStatus.BAD_REQUEST,
    errors.StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.PlannerError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DrrouterError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The status of each kind of error; kinds before their ancestors."""

Problem = dict[str, Any]


def problem(status: int, slug: str, detail: str) -> Problem:
    """The members that every problem has (RFC 9457, 3.1), and the reason of the detail where it has one."""
    title = slug.replace("-", " ").capitalize()
    made = {"type": PREFIX + slug, "title": title, "status": int(status), "detail": detail}
    reason = table_of(reason_of(detail))
    return made | {"detail_said": reason} if reason else made


def problem_of(error: errors.DrrouterError) -> Problem:
    """The problem that says the same as the error."""
    kind = next(kind for kind in type(error).__mro__ if kind in STATUS)
    return problem(STATUS[kind], slug_of(kind), _detail(error))


def _detail(error: errors.DrrouterError) -> str:
    """The sentence; of an input that is wrong, its reason says problem and remedy, and not where."""
    if not isinstance(error, errors.InputError) or not isinstance(error.problem, Said):
        return error.sentence
    parts = [error.problem.reason]
    if error.remedy:
        parts.append(reason_of(error.remedy) or Said(f"{error.remedy}.").reason)
    return resaid(error.sentence, together(parts))


def slug_of(kind: type[errors.DrrouterError]) -> str:
    """The name of an error inside of a problem's type: ``HoldExpiredError`` is ``hold-expired``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__.removesuffix("Error")).lower()


def error_of(answer: Mapping[str, Any], status: int) -> errors.DrrouterError:
    """The error that a client raises for a problem; those that nobody catches by name are refusals."""
    detail, kind = str(answer.get("detail") or f"The router answered {status}."), answer.get("type")
    detail = resaid(detail, reason_in(answer.get("detail_said")))
    for known in _REBUILT:
        if kind == PREFIX + slug_of(known):
            return known(detail)
    return errors.DaemonRefusedError(detail, status)


_REBUILT: tuple[type[errors.DrrouterError], ...] = (
    errors.HoldUnknownError,
    errors.HoldExpiredError,
    errors.HoldConflictError,
    errors.WishImpossibleError,
    errors.OptionError,
    errors.DeviceUnknownError,
    errors.DeviceSilentError,
    errors.DeviceRefusedError,
    errors.DeviceError,
    errors.LeafUnknownError,
    errors.LeafForbiddenError,
    errors.StoreError,
)
