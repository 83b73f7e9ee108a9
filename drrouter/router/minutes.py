"""What the journal keeps of a plan: one sentence for the homeowner, and the figures behind it."""

from drrouter.domain.plan import Plan
from drrouter.domain.words import money


def said_of_plan(plan: Plan) -> str:
    """Who made the plan because of what, and what it saves; or that the plan before is kept or mended."""
    because = f"on {plan.data_rung} data because: {plan.trigger or 'asked'}"
    if plan.repaired and plan.gain is None:
        return f"Plan mended {because}."
    if plan.gain is None:
        return f"Plan by {plan.solve_rung} {because}."
    saved = money(max(plan.gain, 0.0), plan.currency)
    if plan.repaired:
        return f"Plan kept {because}. A new one would save {saved}, too little to leave it."
    return f"Plan by {plan.solve_rung} {because}. It saves {saved}."


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
