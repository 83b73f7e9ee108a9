"""What every integration's table of the home file has; each integration adds its own keys."""

from pydantic import BaseModel, ConfigDict, Field


class IntegrationSettings(BaseModel):
    """Parameters of an integration; the same model renders the form in panel and terminal.

    Attributes:
        every_s: time between two discoveries, so that a new device is listed within ten seconds.
        gone_after_s: how long a device may be unseen until it is shown as gone, in seconds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

    every_s: float = Field(default=6.0, ge=1, le=3600)
    gone_after_s: float = Field(default=30.0, ge=5, le=86_400)

    @property
    def stated_s(self) -> float:
        """Within this time a device that falls silent is shown as gone, in seconds.

        Integrations whose devices may be silent for longer, because they only speak when something happens,
        say so here.
        """
        return self.gone_after_s + self.every_s

    @property
    def missing(self) -> str:
        """The table that it needs to reach any device at all and that it is not told; "" where it needs none.

        Integrations that find nothing by themselves say so here.
        """
        return ""
