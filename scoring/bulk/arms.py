"""Whose score each company gets: the flags say, or the experiment that runs.

The flags choose by percentage of companies. Their conditions read a company only
through its bucket, so that a company is as any other of its bucket.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from flags.sources import get_flags

from mainsite.lib.flags import BASIS_POINTS, Flag, bucket, is_on
from scoring.experiments import serving as experiments
from scoring.experiments.serving import Running
from scoring.registry import serving as models
from scoring.rules.arrays import Bools, Indexes

if TYPE_CHECKING:
    from scoring.published import Served
    from scoring.registry.serving import Served as Model

_UNASKED: Final = -1


class Share:
    """The companies that a flag is on for; what it was at the beginning it stays."""

    def __init__(self, flag: Flag) -> None:
        self._flag = flag
        self._asked = HttpRequest()
        self._asked.user = AnonymousUser()
        known = get_flags(request=self._asked).get(flag.value)
        conditions = known.conditions if known else ()
        self._by_company = any(each.condition == "percentage" for each in conditions)
        self._states = np.full(BASIS_POINTS, _UNASKED, np.int8)

    def holds(self, sirens: Indexes) -> Bools:
        if not self._by_company:
            return np.full(len(sirens), self._is_on(""), bool)
        keys = [f"{siren:09d}" for siren in sirens.tolist()]
        buckets = np.array([bucket(self._flag.value, key) for key in keys], np.int64)
        for number, row in zip(*np.unique(buckets, return_index=True), strict=True):
            if self._states[number] == _UNASKED:
                self._states[number] = self._is_on(keys[row])
        is_on_for: Bools = self._states[buckets] == 1
        return is_on_for

    def _is_on(self, key: str) -> bool:
        return is_on(self._flag, key=key, request=self._asked)


@dataclass(frozen=True, slots=True)
class Given:
    """Of a chunk: by ruleset, the companies that get its score; where the model is
    asked to have its part in it.
    """

    versions: Mapping[str, Bools]
    hybrid: Bools


class Arms(Protocol):
    """``hybrid_of`` is the ruleset whose score the model is blended with."""

    @property
    def versions(self) -> tuple[str, ...]: ...

    @property
    def hybrid_of(self) -> str: ...

    def give(self, sirens: Indexes) -> Given: ...

    def model(self) -> "Model | None": ...


class ByFlags:
    def __init__(self, served: "Served") -> None:
        self._served = served
        self._is_new = Share(Flag.NEW_SCORING_ALGORITHM)
        self._is_hybrid = Share(Flag.ML_PREDICTIONS)

    @property
    def versions(self) -> tuple[str, ...]:
        return self._served.versions

    @property
    def hybrid_of(self) -> str:
        return self._served.newest

    def give(self, sirens: Indexes) -> Given:
        is_new = self._is_new.holds(sirens)
        return Given(
            {self._served.newest: is_new, self._served.prototype: ~is_new},
            is_new & self._is_hybrid.holds(sirens),
        )

    def model(self) -> "Model | None":
        return models.current()


class ByExperiment:
    """Every company is in one of its two arms, whatever the flags say meanwhile."""

    def __init__(self, running: Running) -> None:
        self._running = running

    @property
    def versions(self) -> tuple[str, ...]:
        control, treatment = self._running.control, self._running.treatment
        return (control,) if treatment is None else (control, treatment)

    @property
    def hybrid_of(self) -> str:
        return self._running.control

    def give(self, sirens: Indexes) -> Given:
        is_treated = self._running.is_treated(sirens)
        control, treatment = self._running.control, self._running.treatment
        if treatment is None:
            return Given({control: np.ones(len(sirens), bool)}, is_treated)
        nobody = np.zeros(len(sirens), bool)
        return Given({control: ~is_treated, treatment: is_treated}, nobody)

    def model(self) -> "Model | None":
        wanted = self._running.model
        return models.of_version(wanted) if wanted else None


def today(served: "Served") -> Arms:
    running = experiments.running()
    return ByExperiment(running) if running else ByFlags(served)
