"""Where OpenADR 3.0.1 and 3.1 differ on the wire, so that the rest of the VEN need not know.

                        3.1                              3.0.1
    own ven             {objectType: VEN_VEN_REQUEST}    plain ven
    resources           /resources, with venID           /vens/{id}/resources
    targets             texts                            {type, values}
    targets in queries  targets=A&targets=B              targetType=GROUP&targetValues=A&targetValues=B
    reports             eventID                          eventID and programID
    subscriptions       program optional                 programID needed
    notices             CREATE UPDATE DELETE             POST PUT DELETE
    token endpoint      /auth/server tells               /auth/token
    MQTT                /notifiers                       none

Source: OpenADR 3.1, changeLog ("NOT backwards compatible"); 3.0.1 openadr3.yaml.
"""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from drrouter.adapters.sp.openadr3.session import Query, VtnSession
from drrouter.adapters.sp.openadr3.settings import Version
from drrouter.errors import ProviderRefusedError

log = logging.getLogger(__name__)

_IN_PATH = re.compile(r"/v?(3\.[01])(?:\.\d+)?(?:/|$)")
_ANY_TYPE = "GROUP"


def version_in(url: str) -> Version:
    """The version that a base address names, ``auto`` where it names none.

    >>> version_in("https://vtn.example/openadr3/3.0.1"), version_in("https://vtn.example/api")
    ('3.0', 'auto')
    """
    found = _IN_PATH.search(url)
    if found is None:
        return "auto"
    return "3.0" if found[1] == "3.0" else "3.1"


@dataclass(slots=True)
class Dialect:
    """One version; until it is known, 3.1 is spoken.

    Attributes:
        programs: the ids of the provider's programs by their names.
        kinds: of 3.0.1, the type of each target that we were granted.
    """

    version: Version = "3.1"
    programs: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    async def settle(self, session: VtnSession, url: str) -> None:
        """Find the version where nobody said which.

        Interpretation: a provider without ``/resources`` speaks 3.0.1, where they lie below the VEN; one that
        does not let us look there is taken at 3.1.

        Raises:
            ProviderError: the provider cannot be reached.
        """
        if self.version == "auto":
            self.version = version_in(url)
        if self.version != "auto":
            return
        try:
            answer = await session.get("/resources", [("limit", "1")])
        except ProviderRefusedError:
            self.version = "3.1"
        else:
            self.version = "3.0" if answer.status == 404 else "3.1"
        log.info("%s speaks OpenADR %s", url, self.version)

    def learn_targets(self, granted: Iterable[object]) -> None:
        """Remember of which type our targets are; those of 3.1 have none."""
        for target in granted:
            if isinstance(target, Mapping) and isinstance(target.get("type"), str):
                values = target.get("values")
                for value in values if isinstance(values, list) else ():
                    self.kinds[str(value)] = target["type"]

    def ven(self, name: str) -> dict[str, object]:
        """The body that creates our ven; a VEN never writes targets (obligation 8)."""
        return (
            {"objectType": "VEN_VEN_REQUEST", "venName": name} if self.version != "3.0" else {"venName": name}
        )

    def resources(self, ven_id: str) -> tuple[str, Query]:
        """Path and query of our resources."""
        if self.version != "3.0":
            return "/resources", [("venID", ven_id)]
        return f"/vens/{ven_id}/resources", []

    def resource(self, ven_id: str, name: str) -> dict[str, object]:
        """The body that creates one of our resources."""
        if self.version != "3.0":
            return {"objectType": "VEN_RESOURCE_REQUEST", "resourceName": name, "venID": ven_id}
        return {"resourceName": name}

    def targeted(self, targets: Sequence[str]) -> list[Query]:
        """The queries for what is meant for these targets: one, or in 3.0.1 one for each type."""
        if self.version != "3.0":
            return [[("targets", target) for target in targets]] if targets else []
        return [
            [("targetType", kind), *(("targetValues", target) for target in values)]
            for kind, values in self._by_kind(targets).items()
        ]

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
        if self.version != "3.0":
            return bodies
        return [body | {"programID": program} for program in self.programs.values() for body in bodies]

    def _written(self, targets: Sequence[str]) -> list[object]:
        """Targets as this version writes them."""
        if self.version != "3.0":
            return list(targets)
        return [{"type": kind, "values": values} for kind, values in self._by_kind(targets).items()]

    def _by_kind(self, targets: Sequence[str]) -> dict[str, list[str]]:
        """Targets by their types."""
        found: dict[str, list[str]] = {}
        for target in targets:
            found.setdefault(self.kinds.get(target, _ANY_TYPE), []).append(target)
        return found
