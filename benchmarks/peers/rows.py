"""The rows and the questions that every program is given."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg

MOST = 1_000_000
CRITERIA = ("a département, best first", "section and région, newest first", "a word")
COLUMNS = (
    "siren",
    "name",
    "commune",
    "departement",
    "region",
    "section",
    "naf_code",
    "legal_form",
    "created_on",
    "headcount",
    "revenue",
    "score",
)
# One of each program's own ways to look for a word has its index: upper and lower.
_TABLE = """
DROP TABLE IF EXISTS peer_row;
CREATE TABLE peer_row AS
SELECT r.siren, c.name, c.commune, p.department AS departement, p.region, n.section,
    c.naf_code, c.legal_form, r.created_on, r.headcount, t.revenue,
    t.score / 100.0::float8 AS score
FROM register r JOIN company c USING (siren) LEFT JOIN target t USING (siren)
JOIN gen.place p ON p.id = r.geo JOIN gen.naf n ON n.id = r.naf
WHERE r.flags & 1 = 1 AND r.siren IN (
    SELECT siren FROM register ORDER BY siren LIMIT {most});
ALTER TABLE peer_row ADD PRIMARY KEY (siren);
CREATE INDEX ON peer_row (departement, score DESC, siren DESC);
CREATE INDEX ON peer_row (departement, score DESC NULLS LAST, siren DESC);
CREATE INDEX ON peer_row (section, region, created_on DESC, siren DESC);
CREATE INDEX ON peer_row USING gin (upper(name) gin_trgm_ops);
CREATE INDEX ON peer_row USING gin (lower(name) gin_trgm_ops);
"""


class UnavailableError(Exception):
    """The program cannot be installed or started here."""


@dataclass(frozen=True)
class Question:
    department: str = ""
    section: str = ""
    region: str = ""
    word: str = ""


@dataclass(frozen=True)
class Peer:
    """A running program; addresses by criterion, and how its answer says a total."""

    name: str
    addresses: dict[str, list[str]]
    headers: Mapping[str, str]
    total: str

    def total_in(self, answer: str) -> int:
        found = re.search(self.total, answer)
        if found is None:
            raise RuntimeError(f"{self.name} says no total")
        return int(re.sub(r"\D", "", html.unescape(found[1])))


def prepare(env: Mapping[str, str], most: int) -> dict[str, Sequence[Question]]:
    """The table, unless it is there already, and twenty questions of each kind."""
    with psycopg.connect(env["DATABASE_OWNER_URL"], autocommit=True) as db:
        if db.execute("SELECT to_regclass('peer_row')").fetchone() == (None,):
            for statement in _TABLE.replace("{most}", str(most)).split(";\n"):
                if statement.strip():
                    db.execute(statement.encode())
            db.execute("VACUUM ANALYZE peer_row")
        departments = db.execute(
            "SELECT departement FROM peer_row GROUP BY 1"
            " ORDER BY count(*) DESC LIMIT 40"
        ).fetchall()
        pairs = db.execute(
            "SELECT section, region FROM peer_row GROUP BY 1, 2"
            " ORDER BY count(*) DESC LIMIT 80"
        ).fetchall()
        trades = db.execute("SELECT s FROM gen.trade ORDER BY id").fetchall()
    words = [s for (s,) in trades if s.isascii() and s.isalpha()]
    questions = (
        [Question(department=code) for (code,) in departments[::2]],
        [Question(section=section, region=region) for section, region in pairs[::4]],
        [Question(word=word) for word in words[:20]],
    )
    return dict(zip(CRITERIA, questions, strict=True))
