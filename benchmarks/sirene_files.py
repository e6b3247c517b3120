"""StockUniteLegale and StockEtablissement made up at any size: nobody's data.

INSEE's columns, order and quirks; deterministic, valid keys, sorted by number, zipped.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

_UNIT_COLUMNS = """
siren statutDiffusionUniteLegale unitePurgeeUniteLegale dateCreationUniteLegale
sigleUniteLegale sexeUniteLegale prenom1UniteLegale prenom2UniteLegale
prenom3UniteLegale prenom4UniteLegale prenomUsuelUniteLegale pseudonymeUniteLegale
identifiantAssociationUniteLegale trancheEffectifsUniteLegale
anneeEffectifsUniteLegale dateDernierTraitementUniteLegale nombrePeriodesUniteLegale
categorieEntreprise anneeCategorieEntreprise dateDebut etatAdministratifUniteLegale
nomUniteLegale nomUsageUniteLegale denominationUniteLegale
denominationUsuelle1UniteLegale denominationUsuelle2UniteLegale
denominationUsuelle3UniteLegale categorieJuridiqueUniteLegale
activitePrincipaleUniteLegale nomenclatureActivitePrincipaleUniteLegale
nicSiegeUniteLegale economieSocialeSolidaireUniteLegale caractereEmployeurUniteLegale
"""
_SITE_COLUMNS = """
siren nic siret statutDiffusionEtablissement dateCreationEtablissement
trancheEffectifsEtablissement anneeEffectifsEtablissement
activitePrincipaleRegistreMetiersEtablissement dateDernierTraitementEtablissement
etablissementSiege nombrePeriodesEtablissement complementAdresseEtablissement
numeroVoieEtablissement indiceRepetitionEtablissement dernierNumeroVoieEtablissement
indiceRepetitionDernierNumeroVoieEtablissement typeVoieEtablissement
libelleVoieEtablissement codePostalEtablissement libelleCommuneEtablissement
libelleCommuneEtrangerEtablissement distributionSpecialeEtablissement
codeCommuneEtablissement codeCedexEtablissement libelleCedexEtablissement
codePaysEtrangerEtablissement libellePaysEtrangerEtablissement
identifiantAdresseEtablissement coordonneeLambertAbscisseEtablissement
coordonneeLambertOrdonneeEtablissement complementAdresse2Etablissement
numeroVoie2Etablissement indiceRepetition2Etablissement typeVoie2Etablissement
libelleVoie2Etablissement codePostal2Etablissement libelleCommune2Etablissement
libelleCommuneEtranger2Etablissement distributionSpeciale2Etablissement
codeCommune2Etablissement codeCedex2Etablissement libelleCedex2Etablissement
codePaysEtranger2Etablissement libellePaysEtranger2Etablissement dateDebut
etatAdministratifEtablissement enseigne1Etablissement enseigne2Etablissement
enseigne3Etablissement denominationUsuelleEtablissement
activitePrincipaleEtablissement nomenclatureActivitePrincipaleEtablissement
caractereEmployeurEtablissement
"""
# One row in twenty is a sole trader's: read, and left out.
_SOLE_TRADERS = 20
_BLOCK = 100_000
# Weights, in hundredths or so.
_FORMS = {"5499": 34, "5710": 26, "6540": 20, "9220": 12, "5720": 5, "7210": 3}
_STREETS = """
RUE AVENUE PLACE CHEMIN BOULEVARD IMPASSE ROUTE ALLEE ZONE QUAI
"""
_SYLLABLES = """
BA BE BO CA CO DA DE DU FA FE GA GO LA LE LI LO MA ME MI MO NA NO PA PE PI RA RE RI RO
SA SE SO TA TE TI TO VA VE VI ZE
"""
_TRADES = """
ATELIER MENUISERIE TRANSPORTS BOULANGERIE CONSEIL TECHNOLOGIES BATIMENT HOLDING
INDUSTRIES LOGISTIQUE AGENCEMENT PLASTIQUES GROUPE SOCIETE MECANIQUE SERVICES
FORMATION INGENIERIE GARAGE PHARMACIE COMITE IMMOBILIERE INVESTISSEMENT AMICALE
"""
_DOUBLED = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9])

Integers = NDArray[np.int64]


def generate(folder: Path, units: int) -> tuple[Path, Path]:
    """The paths of the two archives: ``units`` legal units, half as many sites more."""
    units_path = folder / "StockUniteLegale_utf8.zip"
    sites_path = folder / "StockEtablissement_utf8.zip"
    with (
        _Archive(units_path, _UNIT_COLUMNS.split()) as unit_file,
        _Archive(sites_path, _SITE_COLUMNS.split()) as site_file,
    ):
        for unit, site in _blocks(units):
            unit_file.write(unit)
            site_file.write(site)
    return units_path, sites_path


class _Archive:
    """One CSV in a ZIP; columns that a block does not give are blank."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._columns = columns
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._file = self._zip.open(f"{path.stem}.csv", "w", force_zip64=True)
        self._file.write((",".join(columns) + "\n").encode())

    def __enter__(self) -> "_Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._zip.close()

    def write(self, given: dict[str, Any]) -> None:
        count = len(next(iter(given.values())))
        blank = pa.nulls(count, pa.string())
        table = pa.table({name: given.get(name, blank) for name in self._columns})
        lines = io.BytesIO()
        options = pa_csv.WriteOptions(include_header=False, quoting_style="none")
        pa_csv.write_csv(table, lines, options)
        self._file.write(lines.getbuffer())


def _blocks(units: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    from companies.nomenclature import HEADCOUNT_BANDS, naf_codes, places

    total = units + units // _SOLE_TRADERS
    draw = np.random.default_rng(7)
    lists = _Lists(
        naf=pa.array(sorted(naf_codes())),
        bands=pa.array([*HEADCOUNT_BANDS, *["NN"] * 12]),
        towns=[town for town in places().values() if town.postal_codes],
        draw=draw,
    )
    step = 89_000_000 // total
    for start in range(0, total, _BLOCK):
        numbers = np.arange(start, min(start + _BLOCK, total), dtype=np.int64)
        yield lists.block(numbers, _keyed(10_000_000 + numbers * step, 8))


def _keyed(numbers: Integers, width: int) -> Integers:
    """Each number followed by its Luhn key."""
    total, rest = np.zeros(len(numbers), np.int64), numbers
    for place in range(width):
        rest, digit = np.divmod(rest, 10)
        total += digit if place % 2 else _DOUBLED[digit]
    return numbers * 10 + -total % 10


class _Lists:
    """What cells are drawn from."""

    def __init__(
        self, *, naf: pa.Array, bands: pa.Array, towns: list[Any], draw: Any
    ) -> None:
        self._draw = draw
        self._naf = naf
        self._bands = bands
        self._forms = pa.array(np.repeat([*_FORMS], [*_FORMS.values()]))
        self._days = pa.array(
            [
                str(day)
                for day in np.arange("1960-01-01", "2026-10-01", dtype="datetime64[D]")
            ]
        )
        order = draw.permutation(len(towns))
        towns = [towns[place] for place in order]
        self._codes = pa.array([town.code for town in towns])
        self._names = pa.array([town.name.upper() for town in towns])
        self._posts = pa.array([town.postal_codes[0] for town in towns])
        self._streets = pa.array(_STREETS.split())
        syllables = np.array(_SYLLABLES.split())
        picked = draw.integers(0, len(syllables), (60_000, 4))
        self._words = pa.array(["".join(row) for row in syllables[picked]])
        self._trades = pa.array(_TRADES.split())

    def block(
        self, numbers: Integers, sirens: Integers
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        count = len(numbers)
        is_trader = numbers % (_SOLE_TRADERS + 1) == _SOLE_TRADERS
        is_partial = self._share(count, 0.04)
        closed = self._share(count, 0.3)
        siren = pa.array(sirens).cast(pa.string())
        naf, created = self._any(self._naf, count), self._any(self._days, count)
        name = self._name(count)
        diffusion = _either(is_partial, "P", "O")
        unit = {
            "siren": siren,
            "statutDiffusionUniteLegale": diffusion,
            "dateCreationUniteLegale": created,
            "nomUniteLegale": _either(is_trader, self._any(self._words, count), None),
            "prenomUsuelUniteLegale": _either(is_trader, "CAMILLE", None),
            "trancheEffectifsUniteLegale": self._any(self._bands, count),
            "anneeEffectifsUniteLegale": pa.repeat("2023", count),
            "dateDernierTraitementUniteLegale": self._processed(count),
            "nombrePeriodesUniteLegale": pa.repeat("3", count),
            "categorieEntreprise": _either(self._share(count, 0.4), "PME", None),
            "dateDebut": self._any(self._days, count),
            "etatAdministratifUniteLegale": _either(closed, "C", "A"),
            "denominationUniteLegale": _either(is_trader, None, name),
            "denominationUsuelle1UniteLegale": _either(
                self._share(count, 0.08), self._any(self._words, count), None
            ),
            "categorieJuridiqueUniteLegale": _either(
                is_trader, "1000", self._any(self._forms, count)
            ),
            "activitePrincipaleUniteLegale": naf,
            "nomenclatureActivitePrincipaleUniteLegale": _either(
                self._share(count, 0.1), "NAF1993", "NAFRev2"
            ),
            "nicSiegeUniteLegale": _nic(sirens, np.ones(count, np.int64))[0],
            "economieSocialeSolidaireUniteLegale": pa.repeat("N", count),
            "caractereEmployeurUniteLegale": pa.repeat("N", count),
        }
        return unit, self._sites(numbers, sirens, is_partial, naf, created)

    def _sites(
        self,
        numbers: Integers,
        sirens: Integers,
        is_partial: NDArray[np.bool_],
        naf: pa.Array,
        created: pa.Array,
    ) -> dict[str, Any]:
        """The head office, and every other company's branch."""
        rows = np.repeat(np.arange(len(numbers)), 1 + numbers % 2)
        rank = np.ones(len(rows), np.int64)
        rank[1:] += rows[1:] == rows[:-1]
        owner, count = sirens[rows], len(rows)
        nic, siret = _nic(owner, rank)
        town = pa.array(
            (len(self._codes) * self._draw.random(count) ** 2).astype(np.int64)
        )
        street = self._any(self._streets, count)
        road = pc.binary_join_element_wise("DE", self._any(self._words, count), " ")
        number = pa.array(self._draw.integers(1, 200, count)).cast(pa.string())
        hidden = is_partial[rows]
        return {
            "siren": pa.array(owner).cast(pa.string()),
            "nic": nic,
            "siret": siret,
            "statutDiffusionEtablissement": _either(hidden, "P", "O"),
            "dateCreationEtablissement": created.take(pa.array(rows)),
            "dateDernierTraitementEtablissement": self._processed(count),
            "etablissementSiege": _either(rank == 1, "true", "false"),
            "nombrePeriodesEtablissement": pa.repeat("2", count),
            "complementAdresseEtablissement": _either(
                self._share(count, 0.1), "BATIMENT B", None
            ),
            "numeroVoieEtablissement": _either(hidden, "[ND]", number),
            "typeVoieEtablissement": _either(hidden, "[ND]", street),
            "libelleVoieEtablissement": _either(hidden, "[ND]", road),
            "codePostalEtablissement": self._posts.take(town),
            "libelleCommuneEtablissement": self._names.take(town),
            "codeCommuneEtablissement": self._codes.take(town),
            "identifiantAdresseEtablissement": _either(hidden, "[ND]", "011340014_C"),
            "coordonneeLambertAbscisseEtablissement": _either(
                hidden, "[ND]", "651099.646360905"
            ),
            "coordonneeLambertOrdonneeEtablissement": _either(
                hidden, "[ND]", "6863387.945075555"
            ),
            "dateDebut": self._any(self._days, count),
            "etatAdministratifEtablissement": _either(
                self._share(count, 0.35), "F", "A"
            ),
            "activitePrincipaleEtablissement": naf.take(pa.array(rows)),
            "nomenclatureActivitePrincipaleEtablissement": pa.repeat("NAFRev2", count),
            "caractereEmployeurEtablissement": pa.repeat("N", count),
        }

    def _share(self, count: int, share: float) -> NDArray[np.bool_]:
        drawn: NDArray[np.bool_] = self._draw.random(count) < share
        return drawn

    def _any(self, values: pa.Array, count: int) -> pa.Array:
        return values.take(pa.array(self._draw.integers(0, len(values), count)))

    def _processed(self, count: int) -> pa.Array:
        return pc.binary_join_element_wise(
            self._any(self._days, count), "01:00:41", "T"
        )

    def _name(self, count: int) -> pa.Array:
        return pc.binary_join_element_wise(
            self._any(self._trades, count),
            self._any(self._words, count),
            self._any(self._words, count),
            " ",
        )


def _either(which: NDArray[np.bool_], yes: Any, no: Any) -> pa.Array:
    return pc.if_else(
        pa.array(which),
        pa.scalar(yes, pa.string()) if yes is None else yes,
        pa.scalar(no, pa.string()) if no is None else no,
    )


def _nic(sirens: Integers, rank: Integers) -> tuple[pa.Array, pa.Array]:
    """The five digits and the SIRET they make."""
    siret = pa.array(_keyed(sirens * 10_000 + rank, 13)).cast(pa.string())
    return pc.utf8_slice_codeunits(siret, 9, 14), siret
