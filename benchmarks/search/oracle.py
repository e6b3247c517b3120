"""The same questions asked of PostgreSQL in plain words, and what is there to ask."""

import html
import re
from dataclasses import dataclass
from typing import Any

import psycopg

from benchmarks.search.drafts import ORDERS, Case, World
from companies import nomenclature

FIRST_ROWS = 50
TOTAL = r'class="tally"[^>]*>\s*<span><b>([^<]*)</b>'
_ROW = re.compile(r'href="/societes/(\d{9})/')


@dataclass(frozen=True)
class Answer:
    total: int
    sirens: tuple[str, ...]


def world(db: psycopg.Connection[Any], desk: int) -> World:
    places, codes = nomenclature.place_by_id(), nomenclature.naf_by_id()
    drawn = db.execute(
        "SELECT place FROM gen.place_slot WHERE slot % 997 = 0 ORDER BY slot"
    )
    nafs = db.execute(
        "SELECT naf FROM gen.naf_slot WHERE profile = 0 AND slot % 31 = 0 ORDER BY slot"
    )
    lists = db.execute(
        "SELECT public_id::text, id FROM target_list WHERE desk_id = %s ORDER BY id",
        (desk,),
    )
    words = db.execute(
        "SELECT upper(word) FROM name_word WHERE length(word) > 4 AND word ~ '^[a-z]+$'"
        " AND frequency > 3 ORDER BY hashtext(word) LIMIT 2000"
    )
    names = db.execute(
        "SELECT r.siren, c.name FROM register r JOIN company c USING (siren)"
        " WHERE r.flags & 1 = 1 AND r.siren >= 80000000 ORDER BY r.siren LIMIT 2000"
    )
    return World(
        places=[places[number] for (number,) in drawn],
        codes=[codes[number] for (number,) in nafs],
        lists=[(public_id, number) for public_id, number in lists],
        words=[word for (word,) in words],
        common=_common(db),
        names=[(siren, name) for siren, name in names],
    )


def _common(db: psycopg.Connection[Any]) -> list[str]:
    """Words of the trades, which a company in a hundred bears."""
    found = db.execute("SELECT s FROM gen.trade ORDER BY id")
    return [word for (text,) in found for word in text.split() if len(word) > 4]


def plain(db: psycopg.Connection[Any], case: Case, desk: int) -> Answer:
    count, rows = (db.execute(text.encode()) for text in statements(db, case, desk))
    row = count.fetchone()
    sirens = tuple(f"{siren:09d}" for (siren,) in rows)
    return Answer(int(row[0]) if row else 0, sirens)


def statements(db: psycopg.Connection[Any], case: Case, desk: int) -> tuple[str, str]:
    """The total and the first rows, as anybody would ask for them."""
    source = f"""
        FROM register r LEFT JOIN target t ON t.siren = r.siren
        LEFT JOIN pursuit p ON p.siren = r.siren AND p.desk_id = {int(desk)}
        {"JOIN company c ON c.siren = r.siren" if "company" in case.tables else ""}
        WHERE {case.where}
    """
    said = psycopg.ClientCursor(db).mogrify(source.encode(), case.parameters)
    order = f"ORDER BY {ORDERS[case.sort]} LIMIT {FIRST_ROWS}"
    return f"SELECT count(*) {said}", f"SELECT r.siren {said} {order}"


def shown(page: str) -> Answer:
    """What a page says: its total and the companies of its rows, in order."""
    match = re.search(TOTAL, page)
    if match is None:
        raise ValueError("the page says no total")
    digits = re.sub(r"\D", "", html.unescape(match[1]))
    return Answer(int(digits or 0), tuple(dict.fromkeys(_ROW.findall(page))))
