"""From what was typed to a condition on names: SIREN, SIRET, words, typos."""

import re
from dataclasses import dataclass

from django.db import connection

from companies.search.sql import Condition

# At most this many neighbours of a word that no company bears.
NEIGHBOURS = 6
MAX_WORDS = 8


@dataclass(frozen=True, slots=True)
class NameQuery:
    """``corrected`` says which words were read as which, for the page to tell."""

    condition: Condition | None = None
    corrected: tuple[tuple[str, tuple[str, ...]], ...] = ()


def read(text: str) -> NameQuery:
    """Never refuses: what is not a number is words, what is no word finds nothing."""
    digits = re.sub(r"[\s.]", "", text)
    if digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 14:
        return NameQuery(_number(digits))
    words = re.findall(r"\w+", text.replace("_", " "))[:MAX_WORDS]
    if not words:
        return NameQuery() if not text.strip() else NameQuery(Condition("false"))
    return _words(words)


def _number(digits: str) -> Condition:
    if len(digits) in (9, 14):
        return Condition("r.siren = %s", (int(digits[:9]),))
    if len(digits) > 9:
        return Condition("false")
    scale = 10 ** (9 - len(digits))
    first = int(digits) * scale
    return Condition("r.siren BETWEEN %s AND %s", (first, first + scale - 1))


def _words(words: list[str]) -> NameQuery:
    """Each word as a prefix; one that starts no known word becomes its neighbours."""
    parts, corrected = [], []
    for word, is_known, neighbours in _look_up(words):
        if is_known or not neighbours:
            parts.append(f"{_quoted(word)}:*")
        else:
            parts.append("(" + " | ".join(map(_quoted, neighbours)) + ")")
            corrected.append((word, tuple(neighbours)))
    condition = Condition(
        "r.siren IN (SELECT siren FROM company WHERE "
        "to_tsvector('simple', folded_name) @@ to_tsquery('simple', %s))",
        (" & ".join(parts),),
    )
    return NameQuery(condition, tuple(corrected))


def _look_up(words: list[str]) -> list[tuple[str, bool, list[str]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT w, EXISTS (
                SELECT FROM name_word
                WHERE word >= w AND word < w || chr(1114111)
            ), ARRAY(
                SELECT word FROM name_word
                WHERE length(w) > 3 AND word %% w
                ORDER BY similarity(word, w) DESC, frequency DESC, word
                LIMIT %s
            )
            FROM (SELECT lower(fold(x)) AS w, n
                  FROM unnest(%s::text[]) WITH ORDINALITY AS given(x, n)) AS folded
            ORDER BY n
            """,
            [NEIGHBOURS, words],
        )
        return [tuple(row) for row in cursor.fetchall()]


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "").replace("'", "''") + "'"


def rebuild_words() -> int:
    """Count the words of all names again; after a register load.

    Returns the number of different words. The readers see the old list until the
    end: one transaction, no lock that they would wait for.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH counted AS (
                SELECT word, nentry FROM ts_stat(
                    $$SELECT to_tsvector('simple', folded_name) FROM company$$
                ) WHERE length(word) BETWEEN 2 AND 60
            ), gone AS (
                DELETE FROM name_word AS old WHERE NOT EXISTS (
                    SELECT FROM counted WHERE counted.word = old.word
                )
            )
            INSERT INTO name_word (word, frequency)
            SELECT word, nentry FROM counted
            ON CONFLICT (word) DO UPDATE SET frequency = excluded.frequency
            WHERE name_word.frequency <> excluded.frequency
            """
        )
        cursor.execute("SELECT count(*) FROM name_word")
        return int(cursor.fetchone()[0])
