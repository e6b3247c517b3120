"""Files into the register: recognised first, then read as a stream, chunk by chunk."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from django.db import DatabaseError, connection, transaction

from companies import statistics
from companies.models import Edition, LoadState, SearchBuild
from companies.registry import (
    disappeared,
    editions,
    first_load,
    incremental,
    indexes,
    plans,
    progress,
)
from companies.registry.editions import ShrunkFileError, Survey
from companies.registry.errors import LoadInterruptedError, RegistryFileError
from companies.registry.lock import only_one_load
from companies.registry.progress import Progress
from companies.registry.report import LoadReport
from companies.search.names import rebuild_words

Report = Callable[[LoadReport], None]


def load_files(
    paths: Iterable[Path | str],
    *,
    report: Report | None = None,
    encoding: str | None = None,
    chunk_rows: int | None = None,
    edition: Edition | None = None,
    individuals: bool = False,
    force_shrink: bool = False,
) -> LoadReport:
    """See ``companies.registry.load``."""
    wanted = plans.make(paths, encoding=encoding, individuals=individuals)
    with only_one_load():
        files = progress.open_all(wanted)
        surveys = _decide(files, edition, force_shrink=force_shrink)
        return _Load(files, surveys, report or _nobody, chunk_rows).run()


def _nobody(_: LoadReport) -> None:
    """Nobody watches."""


Surveys = dict[Path, Survey]


def _decide(
    files: Sequence[Progress], asked: Edition | None, *, force_shrink: bool
) -> Surveys:
    """What each file is; a complete one that holds too little ends everything here."""
    surveys: Surveys = {}
    may_compare = not (first_load.is_empty() or first_load.is_resumed(files))
    for file in files:
        decided = asked or (None if file.is_new else Edition(file.row.edition))
        found = editions.decide(file.plan, decided, None)
        if found is None or (found == Edition.COMPLETE and may_compare):
            surveys[file.plan.path] = editions.survey(file.plan)
            found = editions.decide(file.plan, decided, surveys[file.plan.path])
        file.edition = found or Edition.DIFFERENCES
        if file.edition == Edition.COMPLETE and may_compare and not force_shrink:
            _check(file, surveys[file.plan.path])
    return surveys


def _check(file: Progress, found: Survey) -> None:
    try:
        editions.refuse_if_shrunk(file.plan, found)
    except ShrunkFileError as error:
        file.begin()
        file.end(LoadState.REFUSED, str(error))
        raise


class _Load:
    """The files of one command, one after the other."""

    def __init__(
        self,
        files: Sequence[Progress],
        surveys: Surveys,
        report: Report,
        chunk_rows: int | None,
    ) -> None:
        self._files = files
        self._surveys = surveys
        self._report = report
        self._chunk_rows = chunk_rows
        self._total = LoadReport()

    def run(self) -> LoadReport:
        pair = first_load.pair(self._files)
        if pair is None or not first_load.is_resumed(self._files):
            # A load that was killed may have left the tables without their indexes.
            indexes.restore()
        with self._stopping():
            if pair is not None:
                self._load_first(pair)
            for file in self._files:
                if file.row.state != LoadState.DONE:
                    self._load_next(file)
        with self._phase("words and statistics"):
            _refresh(self._total)
        return self._total

    def _load_first(self, pair: first_load.Pair) -> None:
        self._total.is_initial = True
        for file in pair.files:
            self._begin(file)
        with self._without_indexes(pair), self._phase("rows"):
            is_whole = first_load.load(pair, self._tell, self._chunk_rows)
        if not is_whole:
            if pair.sites is not None:
                pair.sites.again()
            return
        for file in pair.files:
            file.end(LoadState.DONE)

    @contextmanager
    def _without_indexes(self, pair: first_load.Pair) -> Iterator[None]:
        indexes.drop(pair.units.row.pk)
        try:
            yield
        finally:
            # Also of what failed: the site works meanwhile.
            with self._phase("indexes"):
                indexes.restore()

    def _load_next(self, file: Progress) -> None:
        self._begin(file)
        sites = [each.plan for each in self._files if incremental.has_sites(each.plan)]
        incremental.load(file, sites, self._tell, self._chunk_rows)
        if file.edition == Edition.COMPLETE and file.plan.path in self._surveys:
            file.report.add(disappeared.close(file.plan, self._surveys[file.plan.path]))
        file.end(LoadState.DONE)

    def _begin(self, file: Progress) -> None:
        if file.report not in self._total.files:
            file.begin(is_initial=self._total.is_initial)
            self._total.files.append(file.report)

    def _tell(self) -> None:
        self._report(self._total)

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self._total.phases[name] = time.monotonic() - started

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        """Whatever ends the load is said in its rows, if the database still listens."""
        try:
            yield
        except (RegistryFileError, DatabaseError) as error:
            self._stop(str(error))
            raise LoadInterruptedError(
                _where(error, self._total), self._total
            ) from error
        except BaseException as error:
            self._stop(type(error).__name__)
            raise

    def _stop(self, reason: str) -> None:
        with suppress(DatabaseError):
            for file in self._files:
                if file.row.pk and file.row.state == LoadState.RUNNING:
                    file.end(LoadState.STOPPED, reason)


def _where(error: Exception, total: LoadReport) -> str:
    read = ", ".join(f"{file.read} lignes de {file.path.name}" for file in total.files)
    return (
        f"{error}\nArrêté après {read}. Les lots "
        "précédents sont enregistrés ; une fois le fichier réparé, relancez la même "
        "commande : rien n’est fait deux fois."
    )


def _refresh(total: LoadReport) -> None:
    """The words of the names, then the planner's statistics."""
    if total.is_initial:
        # Its rows were not logged as changes: an index built before knows none of them.
        SearchBuild.objects.all().delete()
    if not total.has_changed:
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        rebuild_words()
    indexes.analyse()
    statistics.request_refresh()
