"""The planner's sentences in English; see the package for how they are named and filled."""

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        # cycles: where they stand
        "cycle.starts.less": "{label} starts at {start:clock} and is ready at {end:clock}: {name} costs "
        "{cost:money} then, {difference:money} less than now.",
        "cycle.starts.more": "{label} starts at {start:clock} and is ready at {end:clock}: {name} costs "
        "{cost:money} then, {difference:money} more than now.",
        "cycle.starts.more_limited": "{label} starts at {start:clock} and is ready at {end:clock}: {name} "
        "costs {cost:money} then, {difference:money} more than now, but {parts}.",
        "cycle.starts.now": "{label} starts at {start:clock} and is ready at {end:clock}: {name} costs "
        "{cost:money} then, and no later start in its window is cheaper.",
        "cycle.ready_late": "It is ready {late_h:.2f} h late: {parts}.",
        "cycle.pauses": "It pauses after {phase} from {since:clock} to {until:clock}.",
        "cycle.in_order": "Moreover, {parts}.",
        "cycle.chosen.cheaper": "{name} is chosen, for {liked} would cost at least {cost:money}.",
        "cycle.chosen.fits": "{name} is chosen, for {liked} fits nowhere in its window.",
        "cycle.not_started": "{label} is not started: {parts}.",
        "cycle.waits": "{label} waits: no start in the planned hours is cheaper than the {price:money} "
        "expected later.",
        "cycle.runs": "{label} runs since {start:clock} and is never cut; it is ready at {end:clock}.",
        "cycle.agreed": "{label} was agreed to start at {start:clock}; it is ready at {end:clock}.",
        "cycle.agreed.less": "{label} was agreed to start at {start:clock}; it is ready at {end:clock} and "
        "costs {cost:money} then, {difference:money} less than now.",
        "cycle.agreed.more": "{label} was agreed to start at {start:clock}; it is ready at {end:clock} and "
        "costs {cost:money} then, {difference:money} more than now.",
        # cycles: what binds them, and what would change it
        "cycle.promised": "it was promised, and no plan moves it",
        "cycle.later": "it may wait until after the planned hours",
        "cycle.must_be_ready": "it must be ready by {by:clock}",
        "cycle.must_not_start": "it must not start before {earliest:clock}",
        "cycle.allow_until": "allow until {until:clock} and save {saving:money}",
        "cycle.allow_from": "allow from {since:clock} on and save {saving:money}",
        "cycle.without_it": "without it, {at:clock} would save {saving:money}",
        "cycle.without_limit": "without it, {at:clock} would save {saving:money}; {enough_w:watts} would "
        "be enough",
        "cycle.with_room": "a limit of {enough_w:watts} would let it start at {at:clock} for {cost:money}",
        # cycles: obstacles and misses
        "cycle.other_runs": "another cycle of {label} runs until {end:clock}",
        "cycle.held": "{label} is held to {cap_w:watts} from {since:clock} to {until:clock}",
        "cycle.outage": "{provider} announced a power cut from {since:clock} to {until:clock}",
        "cycle.unknown_programme": "it knows no programme '{programme}'",
        "cycle.by_hand": "it cannot be started by a command; start it by hand",
        "cycle.no_start": "no start in the horizon is free of caps and other cycles",
        "cycle.no_room": "no start leaves {name} below every limit, or each costs more than the cycle is "
        "worth",
        "cycle.one_at_a_time": "{label} runs until {end:clock}, and only one of the two runs at a time",
        "cycle.not_before": "{label}, which must run before it, is not planned",
        "cycle.after": "it must start after {label}, which is ready at {end:clock}",
        "cycle.after_least": "it must start at least {least:.0f} minutes after {label}, which is ready at "
        "{end:clock}",
        "cycle.after_most": "it must start at most {most:.0f} minutes after {label}, which is ready at "
        "{end:clock}",
        "cycle.after_both": "it must start {least:.0f} to {most:.0f} minutes after {label}, which is ready "
        "at {end:clock}",
        "cycle.follower": "{label}, which follows it, starts at {start:clock}",
        "cycle.too_long": "{name} takes {length_h:.2f} h and only {left_h:.2f} h were left",
        "cycle.no_earlier": "caps or other cycles of the machine leave no earlier start",
        "cycle.limits_before": "the limits in force leave no room before {start:clock}",
        # storages
        "storage.less_thermostat": "{label} draws {energy:kwh}{parts} for {cost:money}, {difference:money} "
        "less than as its thermostat would have it.",
        "storage.more_thermostat": "{label} draws {energy:kwh}{parts} for {cost:money}, {difference:money} "
        "more than as its thermostat would have it.",
        "storage.more_thermostat_limited": "{label} draws {energy:kwh}{parts} for {cost:money}, "
        "{difference:money} more than as its thermostat would have it, which the limits do not allow.",
        "storage.less_full": "{label} draws {energy:kwh}{parts} for {cost:money}, {difference:money} less "
        "than at full power from now on.",
        "storage.more_full": "{label} draws {energy:kwh}{parts} for {cost:money}, {difference:money} more "
        "than at full power from now on.",
        "storage.more_full_limited": "{label} draws {energy:kwh}{parts} for {cost:money}, "
        "{difference:money} more than at full power from now on, which the limits do not allow.",
        "storage.between": " between {since:clock} and {until:clock}",
        "storage.nothing": "{label} draws nothing in the planned hours.",
        "storage.misses": "It misses {amount:.2f} {unit}: {parts}.",
        "storage.trip": "It comes back at {at:clock}; the trip has used {used:.2f} {unit} by then.",
        "storage.before_outage": "It shall be full before the power cut that {provider} announced from "
        "{since:clock} to {until:clock}.",
        "storage.wished_by": "its wished level by {by:clock}",
        "storage.allow_until": "allow until {until:clock} and save {saving:money}",
        "storage.absent": "it is not there before {since:clock}",
        "storage.plug_in": "plug it in by {since:clock} and save {saving:money}",
        "storage.limits": "the limits in force",
        "storage.without_limits": "without them it would save {saving:money}",
        "storage.without_peak": "without it the energy would cost {saving:money} less",
        "storage.raise_limits": "without them it would save {saving:money}; {more_w:watts} more would save "
        "{part:money}",
        "storage.at_bound": "it stands at its bound of {bound:g} {unit} at {at:clock}",
        "storage.holds_less": "the wish is for more than the storage holds",
        "storage.full_power": "even full power until {by:clock} leaves {missing:.2f} {unit} missing",
        "storage.no_room": "limits and prices leave no room for more before {by:clock}",
        "storage.outside_now": "it stands at {level:g} {unit} now, outside {low:g} .. {high:g}",
        "storage.cannot_keep": "its caps or its power cannot keep it within {low:g} .. {high:g} {unit}",
        "storage.drawn_empty": "its caps or its power, with what is drawn off, cannot keep it within "
        "{low:g} .. {high:g} {unit}",
        "storage.comfort_out_of_reach": "even full power from now on does not reach the comfort band by "
        "{at:clock}",
        "storage.comfort_not_kept": "bounds, limits and prices keep it from the comfort band at {at:clock}",
        "storage.setpoint_out_of_reach": "even full power from now on does not reach the setpoint by "
        "{at:clock}",
        "storage.setpoint_not_kept": "bounds, limits and prices keep it from the setpoint at {at:clock}",
        # batteries
        "battery.saves": "{label} takes {taken:kwh} and gives {given:kwh} back{parts}; that saves "
        "{money:money} in the planned hours.",
        "battery.costs": "{label} takes {taken:kwh} and gives {given:kwh} back{parts}; that costs "
        "{money:money} in the planned hours.",
        "battery.rests": "{label} neither takes nor gives: no price gap pays for its losses.",
        # modes
        "modes.normal": "{label} stays in its normal mode in the next hours, for {cost:money}.",
        "modes.planned": "{label} is {parts}, for {cost:money}; that saves {saving:money}, what it makes up "
        "for later included.",
        "modes.stay": "{name} from {since:clock} to {until:clock}",
        "modes.ordered": "orders in force forbid some of its modes",
        # inverters
        "inverter.gives": "{label} gives {given:kwh}, all that the sun offers; that saves {cost:money}.",
        "inverter.held": "{label} gives {given:kwh}, and {held:kwh} are held back{parts}.",
        "inverter.because": "The sun is not taken because {parts}.",
        "inverter.import_pays": "importing earns {price:money} per kWh",
        "inverter.export_costs": "sending it away costs {price:money} per kWh",
        "inverter.export_limit": "no more than {limit_w:watts} may be sent away",
        # demands
        "demand.as_it_wants": "{label} draws the {power:watts} that it wants, for {cost:money}.",
        "demand.goes_without": "{label} goes without {missing:kwh} and costs {cost:money} instead of "
        "{cost_now:money}: {parts}.",
        "demand.capped": "held off by a cap",
        "demand.held_off": "held off for a limit or a price",
        "demand.enough": "a limit of {enough_w:watts} would leave it all that it wants",
        # limits
        "limit.room": "the limit of {limit_w:watts} leaves {left_w:watts} at {at:clock}",
        "limit.exceeded": "{since:clock} to {until:clock}: up to {over_w:watts} above the limit of "
        "{limit_w:watts}, because of {parts}",
        "limit.export": "{since:clock} to {until:clock}: up to {over_w:watts} above the export limit of "
        "{limit_w:watts}, and nothing takes it",
        "limit.line": "{since:clock} to {until:clock}: line {line} is up to {over_w:watts} above its limit "
        "of {limit_w:watts}, because of {parts}",
        "limit.unshiftable": "unshiftable load {power:watts}",
        "limit.load": "{label} {power:watts}",
        "limit.running": "{label} {power:watts} (running cycle)",
        "limit.members": "its members",
        "peak.lifted": "a mean import above {held_w:watts} over {minutes:.0f} minutes would cost "
        "{extra:money} more this billing period ({name})",
        # events
        "rebound.above": "after the event it is up to {over_w:watts} above the {peak_w:watts} that the home "
        "would have drawn without it, at {at:clock}",
        "rebate.waits": "It draws nothing from {since:clock} to {until:clock}, for a rebate of {price:money} "
        "per kWh that earns the home {earned:money}.",
        # changes
        "change.moved": "{label} moves from {old:clock} to {new:clock}: {parts}{trigger:aside}.",
        "change.programme": "{label} runs {new} instead of {old} at {at:clock}: {parts}{trigger:aside}.",
        "change.pauses": "{label} still starts at {at:clock} and pauses otherwise: {parts}{trigger:aside}.",
        "change.planned": "{label} is now planned for {at:clock}{trigger:aside}.",
        "change.dropped": "{label} is no longer planned for {at:clock}{trigger:aside}.",
        "change.start_gone": "its old start is no longer possible",
        "change.no_room": "a limit leaves no room at its old start",
        "change.gain": "that saves {gain:money}",
        "change.whole": "the home as a whole is better off",
        "change.energy": "{label} takes {more:kwh} at other times than planned before and {less:kwh} not "
        "when planned before: {parts}{trigger:aside}.",
        "change.held_off": "it is absent or held off at its old times",
        "change.no_room_then": "a limit leaves no room at its old times",
        "change.falls_short": "its old times no longer reach what is asked",
        "change.miss_came": "{label} now misses {amount:.2f} {unit}: {parts}{trigger:aside}.",
        "change.miss_went": "{label} no longer misses {amount:.2f} {unit}{trigger:aside}.",
        "change.cycle_missed": "{label} can no longer be started: {parts}{trigger:aside}.",
        "change.cycle_free": "{label} may wait, and is not missed{trigger:aside}.",
        "change.limit_broken": "A limit is now exceeded by {amount:kwh}: {parts}{trigger:aside}.",
        "change.limit_kept": "No limit is exceeded any more; it was {amount:kwh}{trigger:aside}.",
        # options
        "option.outside": "{at:clock} lies outside the plan",
        "option.limit": "at {at:clock} it draws {power:watts}, and the limit of {limit_w:watts} leaves "
        "{left_w:watts}",
        "option.now": "Starts now, is ready at {end:clock} and costs {cost:money}.",
        "option.soon": "Starts at {start:clock}, is ready at {end:clock} and costs {cost:money}.",
        "option.cheapest": "The cheapest start that is ready by {by:clock} is {start:clock}: it costs "
        "{cost:money}, {parts}.",
        "option.greenest": "The greenest start that is ready by {by:clock} is {start:clock}: it costs "
        "{cost:money}, {parts}.",
        "option.latest": "The latest start that is ready by {by:clock} is {start:clock}: it costs "
        "{cost:money}, {parts}.",
        "option.less": "{difference:money} less than now",
        "option.more": "{difference:money} more than now",
        "option.less_green": "{difference:money} less than now and emits {co2_g:.0f} g of CO2 against "
        "{now_g:.0f} g",
        "option.more_green": "{difference:money} more than now and emits {co2_g:.0f} g of CO2 against "
        "{now_g:.0f} g",
        "option.ready": "ready at {end:clock}",
        "option.but": "but {parts}",
        "option.alone": "No start is ready by {by:clock} and within every limit; starting at {start:clock} "
        "costs {cost:money}, {parts}.",
    }
)
