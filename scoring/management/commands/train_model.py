"""``manage.py train_model``: a candidate for the registry, or why there is none."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mainsite.lib import formatting
from scoring.features.known import Knowledge
from scoring.registry import promotion, tracking, training
from scoring.registry.models import LearnedModel
from scoring.registry.training import CannotTrain


class Command(BaseCommand):
    help = (
        "Trains a model on the outcomes of the pipeline and of published notices, "
        "holds it against the rules and the present model on later companies, and "
        "keeps it as a candidate. Publishing is done in the administration."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--horizon-months",
            type=int,
            default=36,
            help="a sale counts within so many months",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what there is, train nothing"
        )
        parser.add_argument(
            "--knowledge",
            choices=[each.value for each in Knowledge],
            default=Knowledge.PUBLIC.value,
            help="facts count since their publication, or since we hold them",
        )
        parser.add_argument(
            "--with-sandbox",
            action="store_true",
            help="learn from the sandbox too; such a model is never published",
        )
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        months = options["horizon_months"]
        if not 1 <= months <= 120:
            raise CommandError("--horizon-months va de 1 à 120.")
        told = {
            "horizon_months": months,
            "with_sandbox": options["with_sandbox"],
            "knowledge": Knowledge(options["knowledge"]),
        }
        try:
            if options["dry_run"]:
                self._say(training.prepare(today=timezone.localdate(), **told))
                return
            row = training.train(seed=options["seed"], **told)
        except CannotTrain as error:
            raise CommandError(str(error)) from error
        self._told(row)
        if tracking.is_wanted():
            self._track(row)

    def _say(self, course: training.Course) -> None:
        for name, part in (
            ("ensemble", course.data),
            ("pour apprendre", course.teaching),
            ("mis de côté", course.held),
        ):
            snapshot = part.snapshot()
            kinds = ", ".join(f"{k} {n}" for k, n in snapshot["kinds"].items())
            span = " – ".join(snapshot["observed"]) or "aucune date"
            self.stdout.write(
                f"{name} : {formatting.number(snapshot['rows'])} issues, dont "
                f"{formatting.number(snapshot['deals'])} transactions ({kinds}) ; "
                f"observées {span}"
            )

    def _told(self, row: LearnedModel) -> None:
        self.stdout.write(
            f"Candidat {row.version} : {formatting.number(row.outcomes)} issues "
            f"apprises, dont {formatting.number(row.deals)} transactions."
        )
        for found in row.report["left_out"]:
            self.stdout.write(
                f"  colonne écartée : {found['column']} ({found['reason']}, "
                f"{found['evidence']:.3f})"
            )
        if row.comparison is not None:
            self.stdout.write(promotion.verdict(row.comparison))

    def _track(self, row: LearnedModel) -> None:
        try:
            run = tracking.track(row)
        except tracking.NotTracked as error:
            self.stderr.write(str(error))
            return
        self.stdout.write(f"MLflow : {run}")
