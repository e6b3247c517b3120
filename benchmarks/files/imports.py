"""A CSV of companies brought in, beside COPY of the very rows that came of it.

Made-up companies with valid keys, sixteen columns, all validated. Ours is the run of
the import as a worker does it, its reading of the file included; COPY puts the rows
it left into the same emptied tables, with the same indexes and triggers. The same
file is then brought again, and one with amounts, which writes ``target`` too.
django-import-export gets a flat table, its bulk mode, and fewer rows: what is
compared is rows a second.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import parts
from benchmarks.scoring import ground
from benchmarks.scoring.ground import Part, Rows, Verdicts
from deploy.local import processes

COPY_SHARE, PEER_TIMES, AGAIN_TIMES = 0.35, 20.0, 2.0
MOST_MB, MOST_S = 300.0, 60.0
_MB = 1.048576
_INSIDE = "BENCH_IMPORTS_INSIDE"
_COLUMNS = (
    *("SIREN", "SIRET", "Dénomination", "Enseigne", "Sigle", "Forme juridique"),
    *("Date de création", "Adresse", "Code postal", "Ville", "Code NAF", "Effectif"),
    *("Capital social", "Site internet", "Numéro TVA", "Activité"),
)
_WITH_AMOUNTS = (*_COLUMNS[:13], "CA", "Résultat net", "Dirigeant")
_TABLES = ("company", "register")
_PEERS = {
    "flat": ("flat table of text, no cell checked", "import_of_peer"),
    "checked": ("into company, cells checked", "import_of_peer_checked"),
}


def measure(options: argparse.Namespace) -> Part:
    """On servers of its own, emptied between two ways."""
    with tempfile.TemporaryDirectory(prefix="ma-bench-") as var:
        launcher = [sys.executable, "-m", "deploy.local.servers", "--local-env"]
        command = [sys.executable, "-m", "benchmarks.files.imports"]
        given = ["--rows", str(options.rows), "--peer-rows", str(options.peer_rows)]
        given += ["--no-peers"] if options.no_peers else []
        done = subprocess.run(  # noqa: S603
            [*launcher, "--var", var, "--", *command, *given],
            env=os.environ | {_INSIDE: "1"},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
    rows, verdicts = json.loads(done.stdout.splitlines()[-1])
    return [(name, value) for name, value in rows], verdicts


# Inside: the servers are there


def _measured(options: argparse.Namespace) -> Part:
    count = options.rows
    ground.manage(os.environ, "migrate", "--verbosity", "0")
    folder = Path(os.environ["VAR_DIR"]) / "bench"
    folder.mkdir()
    plain, amounts = folder / "plain.csv", folder / "amounts.csv"
    write_csv(plain, count, _COLUMNS)
    write_csv(amounts, count // 5, _WITH_AMOUNTS)
    told: dict[str, list[dict[str, float]]] = {}
    copied: list[float] = []
    for _ in range(3 if 50_000 <= count <= 500_000 else 1):
        _empty()
        told.setdefault("first", []).append(_ours(plain))
        told.setdefault("again", []).append(_ours(plain))
        copied.append(_copy(folder))
    _empty()
    told["amounts"] = [_ours(amounts)]
    peers = {} if options.no_peers else _peers(folder, min(count, options.peer_rows))
    return _said(count, told, copied, peers)


def _said(
    count: int,
    told: dict[str, list[dict[str, float]]],
    copied: list[float],
    peers: dict[str, float],
) -> Part:
    def middle(way: str, what: str) -> float:
        return statistics.median(each[what] for each in told[way])

    ours, again, copy = middle("first", "run"), middle("again", "run"), _middle(copied)
    peak, own = (
        max(each[what] for way in told.values() for each in way)
        for what in ("peak_mib", "own_mib")
    )
    rows: Rows = [
        ("rows × columns", f"{count:,} × {len(_COLUMNS)}"),
        ("import, reading included", f"{ours:.1f} s, {count / ours:,.0f} rows/s"),
        ("COPY of the same rows", f"{copy:.1f} s, {count / copy:,.0f} rows/s"),
        ("upload and detection", f"{middle('first', 'receive'):.1f} s"),
        ("dry run before it", f"{middle('first', 'check'):.1f} s"),
        ("the same file again", f"{again:.1f} s, {ours / again:.1f} ×"),
        ("with amounts and leaders", _rate(told["amounts"][0]["run"], count // 5)),
        (
            "most memory",
            f"{peak * _MB:.0f} MB, its own without mapped files {own * _MB:.0f}",
        ),
        (
            "of which a worker that does nothing",
            f"{middle('first', 'idle_mib') * _MB:.0f} MB,"
            f" its own {middle('first', 'idle_own_mib') * _MB:.0f}",
        ),
    ]
    verdicts: Verdicts = {
        "import_of_copy": ground.verdict(copy / ours, COPY_SHARE),
        "import_again": ground.verdict(ours / again, AGAIN_TIMES),
        "import_mb": ground.verdict(peak * _MB, MOST_MB, most=True),
        # The bar is for a million rows; fewer take their share of it.
        "import_s": ground.verdict(ours * 1_000_000 / count, MOST_S, most=True),
    }
    for name, (way, key) in _PEERS.items():
        if name in peers:
            rows.append((f"django-import-export, {way}", f"{peers[name]:,.0f} rows/s"))
            verdicts[key] = ground.verdict(count / ours / peers[name], PEER_TIMES)
    return rows, verdicts


def _middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def _rate(seconds: float, count: int) -> str:
    return f"{seconds:.1f} s, {count / seconds:,.0f} rows/s of {count:,}"


def _database() -> "psycopg.Connection[Any]":
    return psycopg.connect(
        os.environ["DATABASE_OWNER_URL"],
        autocommit=True,
        options="-c statement_timeout=0",
    )


def _empty() -> None:
    with _database() as db:
        db.execute("TRUNCATE company, register, search_change CASCADE")


def _copy(folder: Path) -> float:
    """What the import left, dumped, then copied into the emptied tables."""
    parts = []
    with _database() as db:
        for table in _TABLES:
            names = _stored_columns(db, table)
            parts.append((table, names, folder / f"{table}.copy"))
            statement = f"COPY {table} ({names}) TO STDOUT"
            with parts[-1][2].open("wb") as file, db.cursor().copy(statement) as copy:
                for block in copy:
                    file.write(block)
    _empty()
    began = time.perf_counter()
    with _database() as db, db.transaction():
        for table, names, path in parts:
            statement = f"COPY {table} ({names}) FROM STDIN"
            with path.open("rb") as file, db.cursor().copy(statement) as copy:
                while block := file.read(1 << 20):
                    copy.write(block)
    return time.perf_counter() - began


def _stored_columns(db: "psycopg.Connection[Any]", table: str) -> str:
    found = db.execute(
        "SELECT string_agg(column_name, ', ' ORDER BY ordinal_position)"
        " FROM information_schema.columns"
        " WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    ).fetchone()
    return str(found[0]) if found else ""


def _ours(path: Path) -> dict[str, float]:
    """In a process of its own, whose memory is then known."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.files.imports", "--bring", str(path)],
        env=os.environ | processes.WORKER_ENVIRONMENT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _bring(path: Path) -> dict[str, float]:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    django.setup()
    from django.conf import settings

    # A million of these rows are a little more than the 200 MB of a page's upload.
    settings.UPLOAD_MAX_BYTES = 2 * settings.UPLOAD_MAX_BYTES
    by = _person()
    took = {"idle_mib": parts.peak_mib(), "idle_own_mib": parts.own_mib()}
    with parts.OwnPeak() as own:
        took |= _brought(path, by)
    return took | {"peak_mib": parts.peak_mib(), "own_mib": own.mib}


def _brought(path: Path, by: Any) -> dict[str, float]:
    """Seconds of each step."""
    from django.core.files.uploadedfile import UploadedFile

    from companies.imports import files, jobs, services
    from companies.imports.models import Import

    took: dict[str, float] = {}
    began = time.perf_counter()
    with path.open("rb") as file:
        # As a page has one of this size: in a file, read by pieces.
        upload = UploadedFile(file, path.name, size=path.stat().st_size)
        imp = services.receive(file=upload, kind="companies", by=by)
    # Without an exercise a headcount is a band of the register, and no more.
    options = {"year": "2023"} if "revenue" in imp.mapping.values() else {}
    services.set_mapping(
        imp=imp, mapping=imp.mapping, policies={}, options=options, by=by
    )
    took["receive"] = time.perf_counter() - began
    services.ask_trial(imp=imp, by=by)
    began = time.perf_counter()
    jobs.check(import_id=imp.pk)
    took["check"] = time.perf_counter() - began
    services.ask_run(imp=imp, by=by)
    # The run reads the file anew, as if no trial had done it.
    files.remove_working(imp.path)
    began = time.perf_counter()
    jobs.run(import_id=imp.pk)
    took["run"] = time.perf_counter() - began
    done = Import.objects.get(pk=imp.pk)
    if done.state != "done" or done.counts["refused"]:
        raise SystemExit(f"{done.state} {done.reason} {done.counts}")
    return took


def _person() -> Any:
    from accounts.models import Desk, User

    desk, _ = Desk.objects.get_or_create(name="Banc")
    user, _ = User.objects.get_or_create(
        email="banc@example.test", defaults={"desk": desk, "role": "analyst"}
    )
    return user


def write_csv(path: Path, count: int, columns: Sequence[str]) -> None:
    """Made-up companies; as many columns blank here and there as in a real file."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as pa_csv

    from benchmarks.sirene_files import _blocks

    left = count
    header = ";".join(columns) + "\n"
    options = pa_csv.WriteOptions(
        include_header=False, delimiter=";", quoting_style="needed"
    )
    with path.open("wb") as file:
        file.write(header.encode())
        for unit, site in _blocks(count + count // 10):
            sites = pa.table({n: v for n, v in site.items() if isinstance(v, pa.Array)})
            heads = sites.filter(pc.equal(sites["etablissementSiege"], "true"))
            taken = min(left, len(heads))
            table = _as_people_write(unit, heads, np.random.default_rng(taken))
            pa_csv.write_csv(table.select(columns).slice(0, taken), file, options)
            left -= taken
            if not left:
                return


def _as_people_write(unit: dict[str, Any], heads: Any, draw: Any) -> Any:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from companies.nomenclature import naf_codes

    count = len(heads)
    siren = unit["siren"]
    numbers = siren.cast(pa.int64()).to_numpy()
    vat = (12 + 3 * (numbers % 97)) % 97
    thousands = draw.integers(1, 900, count)
    labels = pa.array([each.label for each in naf_codes().values()])
    codes = pa.array(list(naf_codes()))
    naf = unit["activitePrincipaleUniteLegale"]
    day = unit["dateCreationUniteLegale"]
    name = pc.coalesce(
        unit["denominationUniteLegale"], unit["nomUniteLegale"], pa.scalar("SANS NOM")
    )
    few = pa.array(draw.random(count) < 0.1)
    blank = pa.scalar("", pa.string())
    street = pc.binary_join_element_wise(
        heads["numeroVoieEtablissement"],
        heads["typeVoieEtablissement"],
        heads["libelleVoieEtablissement"],
        " ",
    )
    texts = pa.array([f"FR{key:02d}" for key in vat])
    amount = pa.array(
        [
            f"{each} {rest:03d},00"
            for each, rest in zip(thousands, draw.integers(0, 999, count), strict=True)
        ]
    )
    return pa.table(
        {
            "SIREN": siren,
            "SIRET": heads["siret"],
            "Dénomination": name,
            "Enseigne": pc.if_else(few, name, blank),
            "Sigle": pc.if_else(few, pc.utf8_slice_codeunits(name, 0, 4), blank),
            "Forme juridique": pc.if_else(
                pc.equal(unit["categorieJuridiqueUniteLegale"], "1000"),
                pa.scalar("5710"),
                unit["categorieJuridiqueUniteLegale"],
            ),
            "Date de création": pc.binary_join_element_wise(
                pc.utf8_slice_codeunits(day, 8, 10),
                pc.utf8_slice_codeunits(day, 5, 7),
                pc.utf8_slice_codeunits(day, 0, 4),
                "/",
            ),
            "Adresse": pc.if_else(
                pc.equal(heads["numeroVoieEtablissement"], "[ND]"), blank, street
            ),
            "Code postal": heads["codePostalEtablissement"],
            "Ville": heads["libelleCommuneEtablissement"],
            "Code NAF": pc.replace_substring(naf, ".", ""),
            "Effectif": pa.array(draw.integers(0, 300, count)).cast(pa.string()),
            "Capital social": amount,
            "Site internet": pc.if_else(
                few, pa.scalar("www.exemple.fr", pa.string()), blank
            ),
            "Numéro TVA": pc.binary_join_element_wise(texts, siren, ""),
            "Activité": labels.take(pc.index_in(naf, value_set=codes)),
            "CA": amount,
            "Résultat net": pa.array(
                np.where(draw.random(count) < 0.2, "-12 345", "67 890")
            ),
            "Dirigeant": pa.repeat("Camille DUPONT", count),
        }
    )


def _peers(folder: Path, count: int) -> dict[str, float]:
    """Rows a second of django-import-export; none when it cannot be installed here."""
    from benchmarks.peers import import_export

    path = folder / "peer.csv"
    write_csv(path, count, _COLUMNS)
    _empty()
    url = os.environ["DATABASE_OWNER_URL"]
    try:
        return {
            way: import_export.rows_per_s(path, url, is_checked=way == "checked")
            for way in _PEERS
        }
    except import_export.UnavailableError as error:
        sys.stderr.write(f"django-import-export: {error}\n")
        return {}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--peer-rows", type=int, default=0)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--bring", type=Path)
    options = parser.parse_args()
    result = _bring(options.bring) if options.bring else _measured(options)
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
