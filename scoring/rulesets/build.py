"""Build the sector table: ``python -m scoring.rulesets.build DATA_DIR``.

Reads the open files named in README.md and writes ``sectors-2.0.json`` beside this
module. The same files always give the same bytes.
"""

import csv
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from scoring.rules.bands import HEADCOUNT_BANDS
from scoring.rules.reading import NAF
from scoring.rules.sectors import section_of

OUTPUT = Path(__file__).with_name("sectors-2.0.json")
SOURCE = {
    "revenue": "INPI / ministère de l’Économie, ratios_inpi_bce, 2018-2023",
    "naf": "INSEE, base Sirene ; ministère de l’Environnement, IREP",
    "headcount": "INSEE, base Sirene, 2017 et 2026",
    "licence": "Licence Ouverte 2.0",
}
# Size classes of the European recommendation 2003/361: turnover, staff.
REVENUE_BOUNDS = (2_000_000, 10_000_000, 50_000_000)
HEADCOUNT_BOUNDS = (10, 50, 250)
FEWEST_COMPANIES = 5
MOST_VALUES = 101
# Some deposits are in thousands of euros: years that far apart cannot both be right.
UNIT_ERROR_RATIO = 300
BAR_SIREN = "Identifiant de l'entreprise"
BAR_NAF = "Activité principale de l'entreprise"
BAR_BAND = "Tranche d'effectif salarié de l'entreprise"
PREFERRED_TYPES = ("C", "S", "K")

Figures = dict[str, float]


def main(data_dir: Path, output: Path = OUTPUT) -> None:
    nafs = read_nafs(data_dir / "registry")
    measures = {
        "revenue": (REVENUE_BOUNDS, read_revenues(data_dir / "financials")),
        "headcount": (HEADCOUNT_BOUNDS, read_headcounts(data_dir / "registry")),
    }
    table = {
        "version": "2.0",
        "source": SOURCE,
        "measures": {
            name: {"bounds": bounds, "cells": cells(figures, nafs, bounds)}
            for name, (bounds, figures) in measures.items()
        },
    }
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    output.write_text(text.replace('],"', '],\n"') + "\n", encoding="utf-8")


def rows(path: Path, delimiter: str = ",") -> Iterator[dict[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter=delimiter)


def read_revenues(folder: Path) -> Figures:
    """Latest positive revenue of each company, its own accounts before the group's."""
    readings: dict[str, list[tuple[str, str, float]]] = defaultdict(list)
    for row in rows(folder / "inpi_bce_ca_resultat_2018_2023.csv.gz"):
        amount = float(row["ca"] or 0)
        if amount > 0:
            reading = (row["type_bilan"], row["date_cloture_exercice"], amount)
            readings[row["siren"]].append(reading)
    return {
        siren: latest(each)
        for siren, each in readings.items()
        if not has_unit_error([amount for _, _, amount in each])
    }


def latest(readings: list[tuple[str, str, float]]) -> float:
    kind = next(k for k in PREFERRED_TYPES if any(r[0] == k for r in readings))
    return max(r[1:] for r in readings if r[0] == kind)[1]


def has_unit_error(amounts: list[float]) -> bool:
    return max(amounts) / min(amounts) > UNIT_ERROR_RATIO


def read_headcounts(folder: Path) -> Figures:
    """Lower bound of the band of the company, never of one of its sites."""
    figures: Figures = {}
    bars = rows(folder / "sirene_v2_2017_bars_et_restaurants.csv.gz", ";")
    units = rows(folder / "unites_legales_ess_numerique.csv.gz")
    bands = [(row[BAR_SIREN], row[BAR_BAND]) for row in bars]
    bands += [(row["siren"], row["tranche_effectifs"]) for row in units]
    for siren, band in bands:
        floor = HEADCOUNT_BANDS.get(band)
        if floor is not None:
            figures[siren] = floor
    return figures


def read_nafs(folder: Path) -> dict[str, str]:
    """One code per company: the legal unit's, else the seat's, else the commonest."""
    nafs: dict[str, str] = {}
    for siren, code in site_codes(folder):
        nafs.setdefault(siren, code)
    for siren, code in unit_codes(folder):
        nafs[siren] = code
    return nafs


def site_codes(folder: Path) -> Iterator[tuple[str, str]]:
    sites = [
        row
        for row in rows(folder / "sirene_geo_etablissements_personnes_morales.csv.gz")
        if row["etatAdministratifEtablissement"] == "A"
    ]
    key = "activitePrincipaleEtablissement"
    seats = [row for row in sites if row["etablissementSiege"] == "true"]
    yield from clean((row["siren"], row[key]) for row in seats)
    yield from commonest(clean((row["siren"], row[key]) for row in sites))
    industrial = rows(folder / "irep_etablissements_industriels.csv.gz")
    codes = ((row["Numero_SIRET"][:9], row["Code_APE"]) for row in industrial)
    yield from commonest(clean(codes))
    metz = rows(folder / "etablissements_metz_raison_sociale.csv.gz")
    yield from commonest(clean((row["siren"], row["codenaf"]) for row in metz))


def unit_codes(folder: Path) -> Iterator[tuple[str, str]]:
    bars = rows(folder / "sirene_v2_2017_bars_et_restaurants.csv.gz", ";")
    yield from clean((row[BAR_SIREN], row[BAR_NAF]) for row in bars)
    named = rows(folder / "sirene_etablissements_nominatifs.csv.gz")
    yield from clean((r["siren"], r["activitePrincipaleUniteLegale"]) for r in named)
    units = rows(folder / "unites_legales_ess_numerique.csv.gz")
    yield from clean((row["siren"], row["naf"]) for row in units)


def clean(codes: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for siren, code in codes:
        if NAF.fullmatch(code or ""):
            yield siren, code.replace(".", "")


def commonest(codes: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for siren, code in codes:
        counts[siren][code] += 1
    for siren, each in counts.items():
        yield siren, min(each, key=lambda code: (-each[code], code))


def cells(
    figures: Figures, nafs: dict[str, str], bounds: tuple[int, ...]
) -> dict[str, list[float]]:
    """Sorted values by division and size class, and by section and size class."""
    grouped: dict[str, list[float]] = defaultdict(list)
    for siren, value in figures.items():
        division = nafs.get(siren, "")[:2]
        section = section_of(division)
        if section:
            size = sum(value >= bound for bound in bounds)
            grouped[f"{division}/{size}"].append(value)
            grouped[f"{section}/{size}"].append(value)
    return {
        key: thin(sorted(values))
        for key, values in sorted(grouped.items())
        if len(values) >= FEWEST_COMPANIES
    }


def thin(values: list[float]) -> list[float]:
    """At most ``MOST_VALUES`` order statistics, evenly spread."""
    last, kept = len(values) - 1, min(len(values), MOST_VALUES)
    chosen = [values[round(i * last / (kept - 1))] for i in range(kept)]
    return [int(v) if v == int(v) else v for v in chosen]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m scoring.rulesets.build DATA_DIR")
    main(Path(sys.argv[1]))
