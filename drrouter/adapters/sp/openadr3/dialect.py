"""Where OpenADR 3.0.1 and 3.1 differ on the wire, so that the rest of the VEN need not know.

                        3.1                              3.0.1
    own ven             {objectType: VEN_VEN_REQUEST}    plain ven
    resources           /resources, with venID           /vens/{id}/resources
    targets in queries  targets=A&targets=B              targetType=GROUP&targetValues=A
    reports             eventID                          eventID and programID
    subscriptions       program optional                 programID needed

Source: OpenADR 3.1, changeLog ("NOT backwards compatible"); 3.0.1 openadr3.yaml.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drrouter.adapters.sp.openadr3.session import Query
from drrouter.adapters.sp.openadr3.settings import Version


@dataclass(slots=True)
class Dialect:
    """One version; ``programs`` maps the names of the provider's programs to their ids."""

    version: Version = "3.1"
    programs: dict[str, str] = field(default_factory=dict)

    def ven(self, name: str) -> dict[str, object]:
        """The body that creates our ven; a VEN never writes targets (obligation 8)."""
        return (
            {"objectType": "VEN_VEN_REQUEST", "venName": name} if self.version == "3.1" else {"venName": name}
        )

    def resources(self, ven_id: str) -> tuple[str, Query]:
        """Path and query of our resources."""
        if self.version == "3.1":
            return "/resources", [("venID", ven_id)]
        return f"/vens/{ven_id}/resources", []

    def resource(self, ven_id: str, name: str) -> dict[str, object]:
        """The body that creates one of our resources."""
        if self.version == "3.1":
            return {"objectType": "VEN_RESOURCE_REQUEST", "resourceName": name, "venID": ven_id}
        return {"resourceName": name}

    def targeted(self, targets: Sequence[str]) -> Query:
        """The query for what is meant for these targets."""
        if self.version == "3.1":
            return [("targets", target) for target in targets]
        return [("targetType", "GROUP"), *(("targetValues", target) for target in targets)]

    def report_program(self, program: str) -> str:
        """The program id that a report must carry, empty where it needs none."""
        return self.programs.get(program, program) if self.version == "3.0" else ""

    def subscriptions(
        self, ven_name: str, operation: Mapping[str, object], targets: Sequence[str]
    ) -> list[dict[str, object]]:
        """The subscriptions that together cover every program, for everybody and for our targets.

        Interpretation: whether a subscription with targets also covers events without any is left open
        by OpenADR 3, so there is one of each kind; a notice that comes twice does no harm.
        """
        bodies: list[dict[str, object]] = [{"clientName": ven_name, "objectOperations": [dict(operation)]}]
        if targets:
            bodies.append(bodies[0] | {"targets": self._written(targets)})
        if self.version == "3.1":
            return bodies
        return [body | {"programID": program} for program in self.programs.values() for body in bodies]

    def _written(self, targets: Sequence[str]) -> list[object]:
        """Targets as this version writes them."""
        return list(targets) if self.version == "3.1" else [{"type": "GROUP", "values": list(targets)}]
