"""Chooses the thirty companies to try first: python -m demo.choose

Real companies of the demonstration whose made-up answers in the sandbox fill a page:
four published years or more, between 1 and 50 M€, a leader with a birth year, notices,
nothing confidential and no figure that needs an explanation. Spread over the sectors.
"""

import csv
import gzip
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice, zip_longest

from companies.nomenclature import naf_codes
from demo.build import DATA
from enrichment.sandbox.answers import PAPPERS, RECHERCHE, Answers
from enrichment.sandbox.invented.build import invent

TARGET = DATA.parent / "try_first.csv"
COUNT = 30
PER_SECTION = 6
MIN_EUR, MAX_EUR = 1_000_000, 50_000_000
# Sections where companies change hands; not public bodies, not associations' fields.
SECTIONS = "CFGHIJMNQ"
_COMPANY_FORM = re.compile(r"\b(SAS|SASU|SARL|SA|EURL|SNC|SELARL)\b")
_NAME = re.compile(r"[A-ZÀ-Ý][A-ZÀ-Ý0-9&'’. ]{5,34}")
_COMMERCIAL = ("54", "55", "56", "57", "52")


def fills_a_page(siren: str) -> bool:
    """Asked of the sandbox's own generator."""
    company = invent(siren)
    if len(company.published) < 4 or company.proceeding:
        return False
    if any(one.secrecy != "none" or one.months != 12 for one in company.exercises):
        return False
    if not all(MIN_EUR <= (one.revenue or 0) <= MAX_EUR for one in company.published):
        return False
    if any(one.net_income is None for one in company.published):
        return False
    return bool(company.people and company.notices) and _is_known_everywhere(siren)


def _is_known_everywhere(siren: str) -> bool:
    answers = Answers()
    return all(
        answers.of(source, siren).status == 200 for source in (PAPPERS, RECHERCHE)
    )


def candidates() -> Iterator[dict[str, str]]:
    """Open companies of a commercial form with a name that looks like one."""
    with_accounts = {row["siren"] for row in _rows("accounts")}
    for row in _rows("companies"):
        is_commercial = row["legal_form"][:2] in _COMMERCIAL or (
            not row["legal_form"] and _COMPANY_FORM.search(row["name"])
        )
        if (
            is_commercial
            and row["is_active"] == "t"
            and row["siren"] not in with_accounts
            and _NAME.fullmatch(row["name"])
        ):
            yield row


def choose() -> list[dict[str, str]]:
    """A few companies of each section, in turns, never two of one division in a row."""
    by_section: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(dict)
    for row in candidates():
        naf = naf_codes()[row["naf_code"]]
        if naf.section in SECTIONS and fills_a_page(row["siren"]):
            by_section[naf.section].setdefault(naf.division, []).append(row)
    queues = [
        list(islice(_in_turns(by_section[section].values()), PER_SECTION))
        for section in SECTIONS
    ]
    return list(islice(_in_turns(queues), COUNT))


def _in_turns(lists: Iterable[list[dict[str, str]]]) -> Iterator[dict[str, str]]:
    for turn in zip_longest(*lists):
        yield from filter(None, turn)


def _rows(name: str) -> Iterator[dict[str, str]]:
    path = DATA / f"{name}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def main() -> None:
    chosen = choose()
    with TARGET.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(["siren", "name"])
        writer.writerows([row["siren"], row["name"]] for row in chosen)
    sys.stdout.write(f"{len(chosen)} sociétés dans {TARGET.name}\n")


if __name__ == "__main__":
    main()
