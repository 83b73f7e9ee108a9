"""How much room below a limit of the site is kept for what the forecasts may get wrong, soon."""

from drrouter.planner.problem import Problem


def reserves_w(problem: Problem) -> tuple[float, ...]:
    """Room for the upper end of the base load's band and the lower end of the sun's, in W per slot.

    Only what may as well wait keeps it free: cycles not yet started, and storages that need nothing. Later
    slots are planned again, with better forecasts, before they come. Without bands there is no reserve.
    """
    until = problem.now + problem.effort.cautious
    if problem.slots[0].start >= until:
        return (0.0,) * len(problem.slots)
    pv_w = problem.pv_w or (0.0,) * len(problem.slots)
    loads = problem.base_band_w or tuple((load, load) for load in problem.base_load_w)
    suns = problem.pv_band_w or tuple((sun, sun) for sun in pv_w)
    return tuple(
        max(0.0, most - load) + max(0.0, sun - least) if slot.start < until else 0.0
        for slot, (_, most), load, (least, _), sun in zip(
            problem.slots, loads, problem.base_load_w, suns, pv_w, strict=True
        )
    )
