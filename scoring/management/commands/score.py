"""``manage.py score``: companies in, scores out, without a database."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from scoring.rules import engine, lines, printing
from scoring.rules.facts import CompanyFacts
from scoring.rules.lines import Refused
from scoring.rules.ruleset import SHIPPED, Ruleset, RulesetError

CHUNK = 10_000


class Command(BaseCommand):
    help = "Score companies given as JSON, with a shipped ruleset."
    # It needs neither database nor Redis, so nothing about them is checked.
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="JSON objects, or - for standard input")
        parser.add_argument("--ruleset", choices=SHIPPED, default="2.0")
        parser.add_argument("--preset", default="default")
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            default=None,
            help="day on which ages are computed (YYYY-MM-DD), today by default",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ruleset = Ruleset.load(options["ruleset"])
        preset = options["preset"]
        try:
            ruleset.weights(preset)
        except RulesetError as error:
            raise CommandError(str(error), returncode=2) from None
        as_of = options["as_of"] or timezone.localdate()
        refused = 0
        for chunk in _chunks(lines.read(_text(options["file"]))):
            facts = [each for each in chunk if isinstance(each, CompanyFacts)]
            for each in engine.score_batch(
                facts, ruleset=ruleset, preset=preset, as_of=as_of
            ):
                self.stdout.write(_json(printing.as_dict(each)))
            refused += self._report(chunk)
        if refused:
            raise CommandError(f"{refused} record(s) refused")

    def _report(self, chunk: list[CompanyFacts | Refused]) -> int:
        refusals = [each for each in chunk if isinstance(each, Refused)]
        for each in refusals:
            self.stderr.write(_json({"line": each.line, "error": each.error}))
        return len(refusals)


def _text(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(f"{name}: {reason}", returncode=2) from None
    except UnicodeDecodeError:
        raise CommandError(f"{name}: not UTF-8 text", returncode=2) from None


def _chunks(
    records: Iterable[CompanyFacts | Refused],
) -> Iterator[list[CompanyFacts | Refused]]:
    iterator = iter(records)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
