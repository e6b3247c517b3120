"""From what was typed to a condition on names: SIREN, SIRET, words, typos."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction

from companies.search.index.words import LONGEST, tokens
from companies.search.sql import Condition

# At most this many neighbours of a word that no company bears.
NEIGHBOURS = 6
MAX_WORDS = 8
_BATCH = 200_000


@dataclass(frozen=True, slots=True)
class Word:
    """Companies must bear one of the forms, or a word that begins with it."""

    forms: tuple[str, ...]
    is_prefix: bool = True


@dataclass(frozen=True, slots=True)
class NameQuery:
    """What was typed, read: a range of SIREN, else words that must all be borne.

    ``corrected`` says which words were read as which, for the page to tell.
    """

    sirens: tuple[int, int] | None = None
    words: tuple[Word, ...] = ()
    finds_nothing: bool = False
    corrected: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def condition(self) -> Condition | None:
        if self.finds_nothing:
            return Condition("false")
        if self.sirens:
            return Condition("r.siren BETWEEN %s AND %s", self.sirens)
        if not self.words:
            return None
        return Condition(
            "r.siren IN (SELECT siren FROM company WHERE "
            "to_tsvector('simple', folded_name) @@ to_tsquery('simple', %s))",
            (" & ".join(_asked(word) for word in self.words),),
        )


NOTHING = NameQuery(finds_nothing=True)


def read(text: str) -> NameQuery:
    """Never refuses: what is not a number is words, what is no word finds nothing."""
    digits = re.sub(r"[\s.]", "", text)
    if digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 14:
        return _number(digits)
    words = re.findall(r"\w+", text.replace("_", " "))[:MAX_WORDS]
    if not words:
        return NOTHING if text.strip() else NameQuery()
    return _words(words)


def _number(digits: str) -> NameQuery:
    if len(digits) in (9, 14):
        return NameQuery(sirens=(int(digits[:9]), int(digits[:9])))
    if len(digits) > 9:
        return NOTHING
    scale = 10 ** (9 - len(digits))
    first = int(digits) * scale
    return NameQuery(sirens=(first, first + scale - 1))


def _words(words: list[str]) -> NameQuery:
    """Each word as a prefix; one that starts no known word becomes its neighbours."""
    parts, corrected = [], []
    for word, is_known, neighbours in _look_up(words):
        if is_known or not neighbours:
            parts.append(Word((word,)))
        else:
            parts.append(Word(tuple(neighbours), is_prefix=False))
            corrected.append((word, tuple(neighbours)))
    return NameQuery(words=tuple(parts), corrected=tuple(corrected))


def _asked(word: Word) -> str:
    if word.is_prefix:
        return f"{_quoted(word.forms[0])}:*"
    return "(" + " | ".join(map(_quoted, word.forms)) + ")"


def _look_up(words: list[str]) -> list[tuple[str, bool, list[str]]]:
    """Each word folded, whether a name has one that begins so, else its neighbours."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT w, is_known, CASE WHEN is_known THEN '{}' ELSE ARRAY(
                SELECT word FROM name_word
                WHERE length(w) > 3 AND word %% w
                ORDER BY similarity(word, w) DESC, frequency DESC, word
                LIMIT %s
            ) END
            FROM (
                SELECT w, n, EXISTS (
                    SELECT FROM name_word
                    WHERE word >= w AND word < w || chr(1114111)
                ) AS is_known
                FROM (SELECT lower(fold(x)) AS w, n
                      FROM unnest(%s::text[]) WITH ORDINALITY AS given(x, n)) AS folded
            ) AS looked_for
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
    counted = _count_words()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS counted"
            " (word text PRIMARY KEY, frequency int) ON COMMIT DROP;"
            " TRUNCATE counted"
        )
        with cursor.copy("COPY counted FROM STDIN") as copy:
            for word, frequency in counted.items():
                copy.write_row((word, frequency))
        cursor.execute(
            "DELETE FROM name_word AS old WHERE NOT EXISTS"
            " (SELECT FROM counted WHERE counted.word = old.word)"
        )
        cursor.execute(
            """
            INSERT INTO name_word (word, frequency)
            SELECT word, frequency FROM counted
            ON CONFLICT (word) DO UPDATE SET frequency = excluded.frequency
            WHERE name_word.frequency <> excluded.frequency
            """
        )
    return len(counted)


def _count_words() -> Counter[str]:
    """In how many names each word stands, read as a stream."""
    counted: Counter[str] = Counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        with cursor.copy("COPY (SELECT folded_name FROM company) TO STDOUT") as copy:
            rows = (bytes(row).decode() for row in copy)
            while batch := list(islice(rows, _BATCH)):
                found, _ = tokens(pa.array(batch, pa.string()))
                for each in pc.value_counts(found).to_pylist():
                    counted[each["values"]] += each["counts"]
    return Counter(
        {word: number for word, number in counted.items() if 2 <= len(word) <= LONGEST}
    )
