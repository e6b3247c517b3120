"""What new migrations would do to the code that still answers while they run.

    python -m deploy.migrations

django-migration-linter reads the SQL of each migration that is not in
migrations_before.txt: a column or table that goes or changes its name, NOT NULL without
a default of the database, an index built under lock. Each is done in two releases
(docs/backup.md), or explained here.
"""

import logging
import os
import re
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import sqlparse

BEFORE = Path(__file__).with_name("migrations_before.txt")
APPS = ("accounts", "companies", "enrichment", "exports", "mainsite", "scoring")
_BODY = re.compile(r"\$(\w*)\$.*?\$\1\$", re.DOTALL)
_COMMENT = re.compile(r"--[^\n]*")
# Migration and code of the finding, and why the code of before goes on answering.
EXPLAINED: dict[tuple[str, str], str] = {}


def main() -> int:
    # The owner's address: sqlmigrate is one of its commands.
    sys.argv = ["manage.py", "sqlmigrate"]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    import django

    django.setup()
    logging.getLogger("django_migration_linter").setLevel(logging.WARNING)
    found = list(_new())
    problems = [
        f"{name} : {message} [{code}]"
        for name in found
        for code, message in issues_of(*name.split(".", 1))
        if (name, code) not in EXPLAINED
    ]
    for each in problems:
        sys.stderr.write(f"{each}\n")
    stale = sorted({name for name, _code in EXPLAINED} - set(found))
    for name in stale:
        sys.stderr.write(f"{name} : l’explication n’explique plus rien.\n")
    sys.stdout.write(f"{len(found)} migrations nouvelles, {len(problems)} remarques.\n")
    return 1 if problems or stale else 0


def known() -> set[str]:
    return set(BEFORE.read_text(encoding="utf-8").split())


def _new() -> Iterator[str]:
    from django.db.migrations.loader import MigrationLoader

    before = known()
    for app, name in sorted(MigrationLoader(None).disk_migrations):
        if app in APPS and f"{app}.{name}" not in before:
            yield f"{app}.{name}"


def issues_of(app: str, name: str) -> list[tuple[str, str]]:
    from django.core.management import call_command

    text = StringIO()
    call_command("sqlmigrate", app, name, stdout=text, no_color=True)
    return issues_in(text.getvalue())


def issues_in(text: str) -> list[tuple[str, str]]:
    """Of what sqlmigrate prints, code and message."""
    from django_migration_linter.sql_analyser.analyser import analyse_sql_statements
    from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

    statements = [_plain(each) for each in _split(text)]
    errors, _ignored, warnings = analyse_sql_statements(PostgresqlAnalyser, statements)
    return sorted({(each.code, each.message) for each in (*errors, *warnings)})


def _split(text: str) -> list[str]:
    """Statements, on a line each; the body of a function does nothing by itself."""
    bare = _COMMENT.sub("", _BODY.sub("''", text))
    return [" ".join(each.split()) for each in sqlparse.split(bare)]


def _plain(statement: str) -> str:
    """As the linter knows them: names in quotes, an index without its condition."""
    statement = re.sub(r"^(CREATE TABLE) (?!\")(\w+)", r'\1 "\2"', statement)
    if re.match(r"CREATE (UNIQUE )?INDEX", statement):
        statement = re.sub(r" ON (?!\")(\w+)", r' ON "\1"', statement)
        statement = re.sub(r" (INCLUDE|WITH|WHERE) .*$", ";", statement)
    return statement


if __name__ == "__main__":
    raise SystemExit(main())
