"""What a search counts, as numbers: nomenclature ids, lower bounds of bands, codes."""

from dataclasses import dataclass, field
from datetime import datetime

SITE_LEVELS = ("region", "department", "commune")
READINGS = ("score", "sale_likelihood", "coverage")


@dataclass(slots=True)
class Counts:
    """Each facet ignores its own filter; a key of None counts the unknown.

    ``naf`` and ``place`` may count a whole level under its first id, when nothing
    below it is shown. ``sites`` are companies with an establishment there, by level and
    first id, when places hold for any establishment: ``place`` is then empty.
    ``readings`` count by bin of five points, 0 to 20.
    """

    total: int = 0
    not_evaluable: int = 0
    never_enriched: int = 0
    scored_at: datetime | None = None
    naf: dict[int | None, int] = field(default_factory=dict)
    place: dict[int | None, int] = field(default_factory=dict)
    sites: dict[str, dict[int, int]] = field(default_factory=dict)
    headcount: dict[int | None, int] = field(default_factory=dict)
    legal_form: dict[int | None, int] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    readings: dict[str, dict[int, int]] = field(default_factory=dict)
