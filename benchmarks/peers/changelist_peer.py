"""Django's admin: the list that comes for nothing with every Django project."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from benchmarks.peers.rows import COLUMNS, Peer, Question
from benchmarks.search import web

PORT = 28_482


@contextmanager
def serve(
    env: Mapping[str, str], total: int, asked: Mapping[str, Sequence[Question]]
) -> Iterator[Peer]:
    command = [sys.executable, "-m", "gunicorn", "benchmarks.peers.changelist.wsgi"]
    options = ["-k", "gthread", "-w", "2", "--threads", "4"]
    bind = ["-b", f"127.0.0.1:{PORT}", "--no-control-socket"]
    address = f"http://127.0.0.1:{PORT}/changelist/row/"
    clean = {k: v for k, v in env.items() if k != "DJANGO_SETTINGS_MODULE"}
    with web.serving([*command, *options, *bind], clean, f"{address}?siren=1"):
        yield Peer(
            "Django admin’s changelist (HTML)",
            {
                name: [f"{address}?{_query(each)}" for each in questions]
                for name, questions in asked.items()
            },
            {},
            r"([0-9]+) rows?\b",
        )


def _query(question: Question) -> str:
    if question.word:
        return f"q={question.word.lower()}"
    if question.section:
        newest = COLUMNS.index("created_on") + 1
        return f"section={question.section}&region={question.region}&o=-{newest}"
    return f"departement={question.department}&o=-{COLUMNS.index('score') + 1}"
