"""What the doctor finds, and what to do about it (``.do``); see the package."""

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "doctor.version": "drrouter {version} on Python {python}.",
        "doctor.solver": "The solver is {solver}.",
        "doctor.no_solver": "The solver is missing.",
        "doctor.no_solver.do": "Install highspy; until then plans are made by hand.",
        "doctor.no_plan": "There is no plan yet.",
        "doctor.no_plan.do": "Wait a minute after the start.",
        "doctor.old_plan": "The newest plan is {minutes:.0f} minutes old.",
        "doctor.old_plan.do": "See `drrouter journal` for what keeps the planner.",
        "doctor.optimal": "The newest plan is optimal.",
        "doctor.incumbent": "The newest plan is incumbent.",
        "doctor.greedy": "The newest plan was made by hand, without the solver.",
        "doctor.greedy.do": "This passes by itself after an order; if it stays, the machine is too slow or "
        "too busy.",
        "doctor.no_price": "No price is known for now.",
        "doctor.no_price.do": "Add a tariff or a provider that sends prices to the home file.",
        "doctor.price": "A kWh costs {price:.3f} {currency} now.",
        "doctor.offline.do": "It ends by itself once the link is back.",
        "doctor.link": "The link to {provider} works.",
        "doctor.link_down": "The link to {provider} is down.",
        "doctor.link_down.do": "Look at its url, client_id and secret in the home file, and at this network.",
        "doctor.gone": "{name} cannot be reached.",
        "doctor.gone.do": "Is it plugged in, and on this network? `drrouter discover` shows what is seen.",
        "doctor.expected": "{name} has not been seen yet.",
        "doctor.expected.do": "Look at its match in the home file; `drrouter discover` shows what is seen.",
        "doctor.trouble.do": "See `drrouter journal {device}`.",
        "doctor.watched": "{name} is only watched.",
        "doctor.watched.do": "`drrouter hand-over {device}` lets the router steer it.",
        "doctor.obeys": "{name} answers and obeys.",
        "doctor.task": "A part of the router, {part}, failed {times:.0f} times in a row: {error}",
        "doctor.task.do": "It is started again by itself; if it stays, report it with `drrouter bundle`.",
        "doctor.tasks": "All {count:.0f} parts of the router work.",
        "doctor.disk_unknown": "The free space on the disk is not known.",
        "doctor.disk": "{free_gb:.1f} GB are free on the disk of the store.",
        "doctor.disk_kept": "{free_gb:.1f} GB are free on the disk of the store, which takes {kept_mb:.1f} "
        "MB.",
        "doctor.disk.do": "Make room: without it nothing can be acknowledged.",
        "doctor.open_file": "Others may read {file}.",
        "doctor.exposure": "{what} listens on {interface}: {why}",
        "doctor.private": "Private files are private.",
        "doctor.hands_off": "The router steers nothing, because its owner said so.",
        "doctor.hands_off.do": "`drrouter steer` lets it steer again.",
    }
)
