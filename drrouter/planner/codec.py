"""Turns problems and plans into JSON and back, exactly; what does not fit is refused in one sentence.

For child processes, other programs and bug reports. JSON has no infinities and no NaN, so neither has a
problem or a plan; keys stand once, unknown ones are refused, and so is a text too long to be one of ours.
"""

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticSerializationError

from drrouter.domain.plan import Plan
from drrouter.errors import MessageError
from drrouter.planner.problem import Problem

MAX_BYTES = 32 * 1024 * 1024
"""The longest JSON that is read: a thousand devices over a week stay far below."""

T = TypeVar("T", bound=BaseModel)


class _ProblemPaper(BaseModel):
    """A problem on paper; the settings hold for everything inside."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    problem: Problem


class _PlanPaper(BaseModel):
    """A plan on paper."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    plan: Plan


def problem_to_json(problem: Problem) -> str:
    """The problem as JSON.

    Raises:
        MessageError: a number in it is not finite.
    """
    return _written(_ProblemPaper.model_construct(problem=problem), "problem")


def problem_from_json(text: str | bytes) -> Problem:
    """The problem that the JSON tells.

    Raises:
        MessageError: it is no problem; says which key and why.
    """
    return _read(_ProblemPaper, text, "problem").problem


def plan_to_json(plan: Plan) -> str:
    """The plan as JSON.

    Raises:
        MessageError: a number in it is not finite.
    """
    return _written(_PlanPaper.model_construct(plan=plan), "plan")


def plan_from_json(text: str | bytes) -> Plan:
    """The plan that the JSON tells.

    Raises:
        MessageError: it is no plan; says which key and why.
    """
    return _read(_PlanPaper, text, "plan").plan


def _written(paper: BaseModel, what: str) -> str:
    """Numbers that are not finite are written as null by pydantic, so they are looked for."""
    try:
        tree = paper.model_dump(mode="python")
        json.dumps(tree, allow_nan=False, default=str)
        return paper.model_dump_json()
    except (ValueError, PydanticSerializationError) as error:
        raise MessageError(what, "", f"it cannot be told as JSON: {error}") from error


def _read(paper: type[T], text: str | bytes, what: str) -> T:
    if len(text) > MAX_BYTES:
        raise MessageError(what, "", f"it is longer than {MAX_BYTES} bytes")
    try:
        json.loads(text, object_pairs_hook=_once, parse_constant=_not_json)
        return paper.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise MessageError(what, place, first["msg"]) from error
    except (ValueError, RecursionError) as error:
        raise MessageError(what, "", f"it is no JSON of ours: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        raise ValueError(f"a key stands twice among {sorted(keys)[:8]}")
    return dict(pairs)


def _not_json(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")
