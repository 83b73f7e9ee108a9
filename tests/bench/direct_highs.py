"""The yardstick: highspy alone builds and solves the very same rows, without names, rooms or checks."""

from dataclasses import dataclass
from time import process_time

import highspy

from drrouter.planner.highs import Numbers

Terms = tuple[list[int], list[float]]


@dataclass(frozen=True, slots=True)
class Direct:
    """What it took and what it found.

    Attributes:
        build_s: CPU seconds to put the rows together and hand them over.
        solve_s: CPU seconds to solve them.
    """

    build_s: float
    solve_s: float
    objective: float
    bound: float


def rows_of(numbers: Numbers) -> list[Terms]:
    """The rows one by one, as somebody who writes for highspy has them: columns and coefficients."""
    ends = [*numbers.start[1:], len(numbers.index)]
    return [
        (numbers.index[first:end], numbers.value[first:end])
        for first, end in zip(numbers.start, ends, strict=True)
    ]


def build(numbers: Numbers, rows: list[Terms], *, relaxed: bool = False) -> highspy.Highs:
    """Put the rows one behind the other and hand them over by one ``passModel``."""
    lp = highspy.HighsLp()
    starts, index, value = [0], [], []
    for columns, coefficients in rows:
        index.extend(columns)
        value.extend(coefficients)
        starts.append(len(index))
    lp.num_col_, lp.num_row_, lp.offset_ = len(numbers.cost), len(rows), numbers.offset
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = list(numbers.cost), list(numbers.lower), list(numbers.upper)
    lp.row_lower_, lp.row_upper_ = list(numbers.row_lower), list(numbers.row_upper)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = starts, index, value
    if not relaxed:
        whole = set(numbers.integers)
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[column in whole] for column in range(len(numbers.cost))]
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy types all but its making
    for option, setting in (("output_flag", False), ("threads", 1), ("parallel", "off")):
        highs.setOptionValue(option, setting)
    assert highs.passModel(lp) == highspy.HighsStatus.kOk
    return highs


def solve(numbers: Numbers, gap: float, gap_abs: float, *, relaxed: bool = False) -> Direct:
    """Build and solve, to the gap, by HiGHS as it comes."""
    rows = rows_of(numbers)
    begun = process_time()
    highs = build(numbers, rows, relaxed=relaxed)
    built = process_time()
    highs.setOptionValue("mip_rel_gap", gap)
    highs.setOptionValue("mip_abs_gap", gap_abs)
    highs.run()
    solved, info = process_time(), highs.getInfo()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    found = info.objective_function_value
    bound = found if relaxed or not numbers.integers else info.mip_dual_bound
    return Direct(built - begun, solved - built, found, bound)
