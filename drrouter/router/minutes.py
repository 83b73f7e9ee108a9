"""What the journal keeps of a plan: one sentence for the homeowner, and the figures behind it."""

from collections.abc import Mapping

from drrouter.domain.plan import DataRung, Plan, SolveRung
from drrouter.domain.said import Worded, ended, said, sentences
from drrouter.domain.words import money

_SOLVERS: Mapping[SolveRung, str] = {
    SolveRung.OPTIMAL: said("plan.optimal"),
    SolveRung.INCUMBENT: said("plan.incumbent"),
    SolveRung.GREEDY: said("plan.greedy"),
    SolveRung.DEVICE_DEFAULT: said("plan.device_default"),
}
_DATA: Mapping[DataRung, str] = {
    DataRung.LIVE: said("plan.live"),
    DataRung.LAST_PUBLISHED: said("plan.last_published"),
    DataRung.OFFLINE_PROFILE: said("plan.offline_profile"),
    DataRung.BEST_PRACTICE: said("plan.best_practice"),
}


def said_of_plan(plan: Plan) -> str:
    """Who made the plan because of what, and what it saves; or that the plan before is kept or mended."""
    data, why = _DATA[plan.data_rung], plan.trigger or said("because.asked")
    if plan.repaired and plan.gain is None:
        return ended(said("plan.mended", data, why))
    made = ended(said("plan.made", _SOLVERS[plan.solve_rung], data, why))
    if plan.gain is None:
        return made
    amount = max(plan.gain, 0.0)
    saved = Worded(money(amount, plan.currency), amount)
    if plan.repaired:
        return sentences([ended(said("plan.stays", data, why)), said("plan.too_little", saved=saved)])
    return sentences([made, said("plan.saves", saved=saved)])


def figures_of(plan: Plan) -> dict[str, float | str | bool | None]:
    """What can be counted."""
    return {
        "solve_rung": plan.solve_rung,
        "data_rung": plan.data_rung,
        "cost": round(float(plan.cost.money), 4),
        "misses": float(len(plan.misses)),
        "changes": "; ".join(plan.changes),
        "repaired": plan.repaired,
        "gain": None if plan.gain is None else round(float(plan.gain), 4),
    }
