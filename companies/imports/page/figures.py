"""What a trial or a run found, as figures that add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from companies.imports import wording
from companies.imports.models import Import, ImportKind
from companies.imports.page.values import said
from mainsite.lib.charts import Segment

SAMPLES_SHOWN = 20
Counts = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Every row read is new, changed, the same or refused: never anything else."""

    read: int
    new: int
    updated: int
    unchanged: int
    refused: int
    kind: str

    @property
    def to_write(self) -> int:
        return self.new + self.updated

    @property
    def segments(self) -> tuple[Segment, ...]:
        return (
            ("done", self.new),
            ("reused", self.updated),
            ("unchanged", self.unchanged),
            ("failed", self.refused),
        )

    @property
    def new_words(self) -> str:
        return wording.new_words(self.kind)

    @property
    def updated_words(self) -> str:
        return _("modifiée,modifiées") if self._is_feminine else _("modifié,modifiés")

    @property
    def _is_feminine(self) -> bool:
        return self.kind != ImportKind.CONTACTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    label: str
    filled: int
    overwritten: int
    kept: int
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    line: int
    siren: str
    name: str
    field: str
    before: str
    after: str
    is_kept: bool


def counts_of(imp: Import) -> Counts:
    """Those of the run when there is one, else those of the trial."""
    counts: Counts = imp.counts if imp.started_at else imp.trial
    return counts


def tally(imp: Import) -> Tally | None:
    """None while nothing has been counted yet."""
    counts = counts_of(imp)
    if "read" not in counts:
        return None
    names = ("read", "new", "updated", "unchanged", "refused")
    return Tally(kind=imp.kind, **{name: int(counts.get(name, 0)) for name in names})


def changes(imp: Import) -> list[Change]:
    """What companies that were known change in, and by which rules; else nothing."""
    return by_field(imp) if imp.kind == ImportKind.COMPANIES else []


def by_field(imp: Import) -> list[Change]:
    """The fields most changed first; a field that nothing touches is left out."""
    found = [
        Change(
            label=wording.field(code),
            filled=int(each.get("filled", 0)),
            overwritten=int(each.get("overwritten", 0)),
            kept=int(each.get("kept", 0)),
            rule=wording.rule(imp.policies.get(code, "fill")),
        )
        for code, each in counts_of(imp).get("fields", {}).items()
    ]
    touched = [each for each in found if each.filled + each.overwritten + each.kept]
    return sorted(touched, key=lambda each: -(each.filled + each.overwritten))


def modifications(imp: Import) -> list[tuple[str, int]]:
    """« Statut 52, Effectif 31 »: companies changed or things added, by field."""
    written = [(each.label, each.filled + each.overwritten) for each in by_field(imp)]
    return [(label, count) for label, count in written if count]


def samples(imp: Import, *, most: int = SAMPLES_SHOWN) -> list[Sample]:
    """Overwritten values first, which one would regret; each field has its share."""
    by_field: dict[str, list[Mapping[str, Any]]] = {}
    for each in sorted(counts_of(imp).get("samples", ()), key=_regret):
        by_field.setdefault(str(each.get("field", "")), []).append(each)
    turns = zip_longest(*by_field.values())
    found = [each for turn in turns for each in turn if each is not None][:most]
    return [
        Sample(
            line=int(each.get("line", 0)),
            siren=str(each.get("siren", "")),
            name=str(each.get("name", "")),
            field=wording.field(str(each.get("field", ""))),
            before=said(str(each.get("field", "")), each.get("before")),
            after=said(str(each.get("field", "")), each.get("after")),
            is_kept=_is_kept(each),
        )
        for each in sorted(found, key=_regret)
    ]


def _is_kept(sample: Mapping[str, Any]) -> bool:
    """The rule keeps a value that is there; it also lets a blank be filled."""
    rule = sample.get("rule")
    return rule == "never" or (rule == "fill" and bool(_said(sample.get("before"))))


def _regret(sample: Mapping[str, Any]) -> int:
    if _is_kept(sample):
        return 2
    return 0 if _said(sample.get("before")) else 1


def _said(value: object) -> str:
    return "" if value is None else str(value)


def repairs(imp: Import) -> list[tuple[str, int]]:
    return _most_first(counts_of(imp).get("repairs", {}), wording.repair)


def reasons(counts: Counts) -> list[tuple[str, int]]:
    return _most_first(counts.get("reasons", {}), wording.short_reason)


def _most_first(counts: Mapping[str, int], say: Any) -> list[tuple[str, int]]:
    """Two codes told alike are one line."""
    told: dict[str, int] = {}
    for code, count in counts.items():
        words = say(code)
        told[words] = told.get(words, 0) + int(count)
    return sorted(told.items(), key=lambda pair: -pair[1])


def aliases(imp: Import) -> str:
    """« à contacter » → prospect (214), « en cours » → négociation (12)."""
    found: Sequence[tuple[str, int]] = sorted(
        counts_of(imp).get("aliases", {}).items(), key=lambda pair: -pair[1]
    )
    return ", ".join(wording.alias(each, count) for each, count in found[:6])
