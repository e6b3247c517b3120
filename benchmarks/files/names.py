"""Names without SIREN: how many are recognised, how many wrongly, and how fast.

    python -m benchmarks.files names --rows 1000000

The names are real, and so are their SIRENs; half of the companies, drawn by a digest,
were looked at while the rules were written and the other half is reported. Speed is
that of ten thousand names against so many companies, the others made up of the words
and towns of the real ones.
"""

import argparse
import io
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import polars as pl

from benchmarks import parts
from benchmarks.scoring.ground import Rows, Verdicts, verdict
from benchmarks.search import ground

NAMES: Final = 10_000
PEER_NAMES: Final = 1000
# Ours: what is taken without a person is right ninety-nine times in a hundred.
PRECISION, RECALL_ALIKE, SECONDS, MEMORY_MB = 0.99, 0.95, 60.0, 400.0
# Of ours, the database's apart: the clock tells of whatever else the machine does.
PROCESSOR_SECONDS: Final = 30.0
_CONSTANTS: Final = {
    "naf_code": "",
    "naf25_code": "",
    "is_active": "t",
    "diffusion": "O",
    "headcount_band": "",
    "category": "",
    "website": "",
    "address": "",
    "source": "sirene",
    "source_file": "",
    "registered_at": "2026-01-01",
}
_KEPT: Final = ("company_pkey", "establishment_pkey", "establishment_siren")


def measure(options: argparse.Namespace) -> tuple[Rows, Verdicts]:
    with ground.servers(options.rows, name="names") as env:
        os.environ.update(env)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
        ground.manage(env, "migrate", "--verbosity", "0")
        import django

        django.setup()
        return _measure(options)


def _measure(options: argparse.Namespace) -> tuple[Rows, Verdicts]:
    from benchmarks.files import names_truth

    truth = names_truth.read()
    reported = truth.rows.filter(pl.col("is_reported"))
    with _owner() as db:
        _empty(db)
        _load(db, _companies(truth.companies))
        _load_sites(db, truth.sites)
    rows: Rows = [("companies with a real name", f"{len(truth.companies):,}")]
    verdicts: Verdicts = {}
    said = _match(reported)
    rows += list(_table(reported, said))
    every, alike = (
        _counted(reported, said),
        _counted(reported.filter(pl.col("is_spelt_alike")), said),
    )
    verdicts["names_sure_precision"] = verdict(every["precision"], PRECISION)
    verdicts["names_sure_recall_same_spelling"] = verdict(alike["recall"], RECALL_ALIKE)
    if not options.no_peers:
        rows += list(_peer(reported))
    _crowd(truth.companies, options.rows)
    more, timed = _speed(reported, options.rows)
    return rows + more, verdicts | timed


# What was found, beside the truth


def _match(rows: pl.DataFrame) -> dict[int, Any]:
    from companies.imports.matching import services, spots
    from companies.imports.matching.candidates import Sought

    columns = rows.select("line", "text", "code", "town").iter_rows()
    sought = [Sought(n, (text,), spots.read(c, t)) for n, text, c, t in columns]
    return {each.line: each for each in services.match(sought)}


def _counted(rows: pl.DataFrame, said: Mapping[int, Any]) -> dict[str, float]:
    """Of rows whose company is in the register, and of those whose is not."""
    found: Counter[str] = Counter()
    for line, siren, is_absent in rows.select("line", "siren", "is_absent").iter_rows():
        each = said[line]
        found["present"] += not is_absent
        found[str(each.state)] += 1
        found["right"] += each.siren == siren
        proposed = siren in {candidate.siren for candidate in each.candidates}
        found["proposed"] += each.state == "doubtful" and proposed
    return {
        **found,
        "rows": len(rows),
        "precision": found["right"] / max(found["sure"], 1),
        "recall": found["right"] / max(found["present"], 1),
    }


def _table(rows: pl.DataFrame, said: Mapping[int, Any]) -> Iterator[tuple[str, str]]:
    groups = {
        "all names reported": rows,
        "… spelt as in the register": rows.filter(pl.col("is_spelt_alike")),
        "… otherwise": rows.filter(~pl.col("is_spelt_alike")),
        "… of companies it has not": rows.filter(pl.col("is_absent")),
    }
    for (name,), part in rows.group_by("file", maintain_order=True):
        groups[f"file {name}"] = part
    for name, part in groups.items():
        found = _counted(part, said)
        yield (
            name,
            f"{found['rows']:>6,}  sure {found.get('sure', 0):>6,} "
            f"(precision {found['precision']:.4f}, recall {found['recall']:.3f})  "
            f"doubtful {found.get('doubtful', 0):>5,} "
            f"(truth among them {found['proposed']:>5,})  "
            f"none {found.get('none', 0):>5,}",
        )


def _peer(rows: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """PostgreSQL's trigrams: the likest name of the département, alone at 0.9."""
    drawn = rows.filter(pl.col("code") != "").sample(PEER_NAMES, seed=7)
    found: Counter[str] = Counter()
    began = time.perf_counter()
    with _owner() as db:
        for text, code, siren, is_absent in drawn.select(
            "text", "code", "siren", "is_absent"
        ).iter_rows():
            best = db.execute(
                "SELECT siren FROM company WHERE left(postal_code, 2) = left(%s, 2)"
                " AND similarity(fold(name), fold(%s)) >= 0.9"
                " ORDER BY similarity(fold(name), fold(%s)) DESC, siren LIMIT 1",
                [code, text, text],
            ).fetchone()
            found["present"] += not is_absent
            found["taken"] += best is not None
            found["right"] += best is not None and best[0] == int(siren)
    each = (time.perf_counter() - began) * 1000 / PEER_NAMES
    ours = _counted(drawn, _match(drawn))
    precision = found["right"] / max(found["taken"], 1)
    yield (
        f"pg_trgm, {PEER_NAMES:,} names with a post code",
        f"precision {precision:.4f}, recall {found['right'] / found['present']:.3f}; "
        f"ours {ours['precision']:.4f}, {ours['recall']:.3f}; {each:.1f} ms a name "
        "without its index",
    )


# How fast


def _speed(rows: pl.DataFrame, companies: int) -> tuple[Rows, Verdicts]:
    from companies.imports.matching import register

    asked = rows.sample(min(NAMES, len(rows)), seed=1)
    reading = [_timed(lambda: sum(map(len, register.batches())))[0] for _ in range(2)]
    before = parts.peak_mib()
    busy = time.process_time()
    took, said = _timed(lambda: _match(asked))
    busy = time.process_time() - busy
    grown = parts.peak_mib() - before
    found = _counted(asked, said)
    told: Rows = [
        (f"{len(asked):,} names, {companies:,} companies", f"{took:.1f} s"),
        ("… of the processor, here", f"{busy:.1f} s"),
        ("… reading the register alone", f"{statistics.median(reading):.1f} s"),
        ("… more memory than before", f"{grown:.0f} MB"),
        (
            "… among made-up companies",
            f"precision {found['precision']:.4f}, recall {found['recall']:.3f}",
        ),
    ]
    return told, {
        "names_10000_seconds": verdict(took, SECONDS, most=True),
        "names_10000_processor_seconds": verdict(busy, PROCESSOR_SECONDS, most=True),
        "names_memory_mb": verdict(grown, MEMORY_MB, most=True),
        "names_sure_precision_in_a_crowd": verdict(found["precision"], PRECISION),
    }


def _timed(run: Any) -> tuple[float, Any]:
    began = time.perf_counter()
    done = run()
    return time.perf_counter() - began, done


# The register


@contextmanager
def _owner() -> Iterator[Any]:
    import psycopg

    url = os.environ["DATABASE_OWNER_URL"]
    with psycopg.connect(url, autocommit=True, options="-c statement_timeout=0") as db:
        yield db


def _empty(db: Any) -> None:
    db.execute("TRUNCATE company, establishment CASCADE")
    found = db.execute(
        "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisprimary"
        " AND indrelid = ANY ('{company,establishment}'::regclass[])"
    ).fetchall()
    # Nothing here asks them, and a crowd is made in a tenth of the time without.
    for (name,) in found:
        if name not in _KEPT:
            db.execute(f"DROP INDEX IF EXISTS {name}")


def _load(db: Any, table: pl.DataFrame) -> None:
    from companies.imports.matching import register

    full = table.select(register.COLUMNS).with_columns(
        **{name: pl.lit(value) for name, value in _CONSTANTS.items()}
    )
    _copy(db, "company", full)
    db.execute("ANALYZE company")


def _copy(db: Any, name: str, table: pl.DataFrame) -> None:
    held = io.BytesIO()
    table.write_csv(held, quote_style="non_numeric", null_value="")
    columns = ", ".join(table.columns)
    statement = f"COPY {name} ({columns}) FROM STDIN (FORMAT csv, HEADER)"
    with db.cursor().copy(statement) as copy:
        copy.write(held.getvalue())


def _companies(truth: pl.DataFrame) -> pl.DataFrame:
    """With the code of the commune that their place says."""
    from companies import nomenclature
    from companies.imports.matching import spots

    codes = {place.id: code for code, place in nomenclature.places().items()}

    def commune(code: str, town: str) -> str:
        found = spots.read(code, town).communes if code or town else frozenset()
        return codes[min(found)] if found else ""

    places = truth.select("code", "town").iter_rows()
    # Of some, only the sign over the door is known.
    is_signed = pl.col("name") == ""
    sign = pl.when(is_signed).then(pl.lit("")).otherwise("trade_name")
    return truth.with_columns(
        pl.Series("commune_code", [commune(*each) for each in places]),
        name=pl.when(is_signed).then("trade_name").otherwise("name"),
        trade_name=sign,
        legal_form=pl.lit(""),
        postal_code="code",
        commune="town",
    )


def _load_sites(db: Any, sites: pl.DataFrame) -> None:
    from companies.imports.matching import spots

    found = [
        (siret, siren, geo)
        for siret, siren, code, town in sites.select(
            "siret", "siren", "code", "town"
        ).iter_rows()
        for geo in sorted(spots.read(code, town).communes)[:1]
    ]
    table = pl.DataFrame(found, schema=["siret", "siren", "geo"], orient="row")
    _copy(db, "establishment", table.with_columns(flags=pl.lit(1)))
    db.execute("ANALYZE establishment")


def _crowd(companies: pl.DataFrame, wanted: int) -> None:
    """So many companies in all, of real words and towns put together by chance."""
    draw = random.Random(11)  # noqa: S311
    real = companies.filter(pl.col("name") != "")
    words = [each.split() for each in real["name"]]
    firsts = [each[: max(len(each) // 2, 1)] for each in words]
    lasts = [each[len(each) // 2 :] for each in words]
    places = _companies(real).select("postal_code", "commune_code", "commune").rows()
    taken = set(companies["siren"].cast(pl.Int64))
    with _owner() as db:
        for start in range(len(companies), wanted, 100_000):
            count = min(100_000, wanted - start)
            _load(db, _made_up(draw, count, firsts, lasts, places, taken))


def _made_up(
    draw: random.Random,
    count: int,
    firsts: Sequence[list[str]],
    lasts: Sequence[list[str]],
    places: Sequence[tuple[str, str, str]],
    taken: set[int],
) -> pl.DataFrame:
    rows: list[tuple[str, ...]] = []
    while len(rows) < count:
        siren = draw.randrange(100_000_000, 1_000_000_000)
        if siren not in taken:
            taken.add(siren)
            name = " ".join(draw.choice(firsts) + draw.choice(lasts))
            rows.append((f"{siren}", name, "", "", "", *draw.choice(places)))
    columns = ("siren", "name", "trade_name", "acronym", "legal_form")
    more = ("postal_code", "commune_code", "commune")
    return pl.DataFrame(rows, schema=[*columns, *more], orient="row")
