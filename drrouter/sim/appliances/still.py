"""What draws nothing of its own: a meter, or a plug behind which nothing stands."""

from datetime import timedelta

from drrouter.sim.appliances.appliance import NEVER, Appliance


class Still(Appliance):
    """Nothing, metered."""

    @property
    def power_w(self) -> float:
        """Nothing, in W."""
        return 0.0

    def _until_change(self) -> timedelta:
        return NEVER
