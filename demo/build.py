"""Makes demo/data from the open files: python -m demo.build DATA_DIR

The same files give the same bytes. Nothing is downloaded and nothing is made up: a
company that no file places, names and classifies is left out.
"""

import argparse
import csv
import gzip
import io
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from companies.registry.files import open_table
from companies.registry.keys import is_siren
from companies.registry.known_layouts import recognise
from companies.registry.reading import compile_reader
from companies.registry.report import Reason
from demo import accounts
from demo.merging import COMPANY_COLUMNS, Said, merge
from demo.sources import (
    ACCOUNTS_FILES,
    LARGE_COMPANIES,
    LARGE_COMPANIES_NAME_RANK,
    REGISTER_FILES,
    RegisterFile,
)

DATA = Path(__file__).parent / "data"
SITE_COLUMNS = (
    "siret",
    "is_head",
    "is_open",
    "naf_code",
    "postal_code",
    "commune_code",
)
ACCOUNTS_COLUMNS = (
    "siren",
    "closed_on",
    "account_type",
    "revenue",
    "net_income",
    "has_unit_jump",
)


def build(source: Path, target: Path) -> Counter[str]:
    """Write the three files of the demonstration; what was counted on the way."""
    said = _said(source)
    companies = {}
    for siren in sorted(said):
        row = merge(siren, said[siren])
        if row is not None:
            companies[siren] = row
    sites = list(_sites(said, companies))
    exercises = _exercises(source, companies)
    target.mkdir(parents=True, exist_ok=True)
    _write(target / "companies.csv.gz", COMPANY_COLUMNS, companies.values())
    _write(target / "establishments.csv.gz", SITE_COLUMNS, sites)
    _write(target / "accounts.csv.gz", ACCOUNTS_COLUMNS, exercises)
    counts = Counter(row["source_file"] for row in companies.values())
    counts["companies"] = len(companies)
    counts["establishments"] = len(sites)
    counts["accounts"] = len(exercises)
    return counts


def _said(source: Path) -> dict[str, list[Said]]:
    said: dict[str, list[Said]] = defaultdict(list)
    for file in REGISTER_FILES:
        for values in _rows(source / "registry" / file.name):
            said[values["siren"]].append(_of(file, values))
    path = source / "financials" / LARGE_COMPANIES
    for row in _dicts(path):
        if is_siren(row["siren"]) and row["siren"] in said:
            values = {
                "siren": row["siren"],
                "name": row["denominationUniteLegale"],
                "category": row["categorieEntreprise"],
            }
            known = {name: value for name, value in values.items() if value}
            said[row["siren"]].append(
                Said(known, path.name, 99, LARGE_COMPANIES_NAME_RANK)
            )
    return said


def _of(file: RegisterFile, values: Mapping[str, str]) -> Said:
    return Said(values, file.name, file.place_rank, file.name_rank)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows as the register load reads them, blanks dropped."""
    with open_table(path) as table:
        layout = recognise(table.header)
        if layout is None:
            sys.exit(f"{path}: no layout has these columns")
        reader = compile_reader(layout, table.header)
        for row in table.rows(reader.columns):
            line = reader.read(row) if row is not None else Reason.MALFORMED
            if not isinstance(line, Reason):
                cells = zip(reader.staged, line.split("\t"), strict=True)
                yield {name: cell for name, cell in cells if cell}


def _sites(
    said: Mapping[str, Sequence[Said]], companies: Mapping[str, object]
) -> Iterator[dict[str, str]]:
    """Sites of which a file says that they are open or closed."""
    for siren in companies:
        for one in sorted(said[siren], key=lambda one: one.values.get("siret", "")):
            if "is_open" in one.values:
                yield {name: one.values.get(name, "") for name in SITE_COLUMNS}


def _exercises(
    source: Path, companies: Mapping[str, object]
) -> list[dict[str, str | int | None]]:
    found: dict[accounts.Key, accounts.Exercise] = {}
    # The first file of the list wins.
    for file in reversed(ACCOUNTS_FILES):
        rows = _dicts(source / "financials" / file.name)
        ours = (row for row in rows if row["siren"] in companies)
        found |= accounts.read(ours, revenue=file.revenue, net_income=file.net_income)
    jumps = accounts.unit_jumps(found)
    return [
        {
            "siren": key[0],
            "closed_on": key[1],
            "account_type": key[2],
            "revenue": found[key].revenue,
            "net_income": found[key].net_income,
            "has_unit_jump": "t" if key in jumps else "f",
        }
        for key in sorted(found)
    ]


def _dicts(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _write(
    path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]
) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    # No name and no time in the header: the same rows give the same bytes.
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "source", type=Path, help="folder with registry/ and financials/"
    )
    parser.add_argument("target", type=Path, nargs="?", default=DATA)
    options = parser.parse_args()
    for name, count in build(options.source, options.target).most_common():
        sys.stdout.write(f"{count:>8}  {name}\n")


if __name__ == "__main__":
    main()
