"""Doors of the workers: load, call one service, done."""

from scoring.bulk import whole
from scoring.bulk.whole import Work
from scoring.registry import comparing, watching
from scoring.registry.models import LearnedModel


def watch() -> None:
    """Every night: drift and calibration of the model in service."""
    watching.watch()


def compare(model_id: int) -> None:
    comparing.again(LearnedModel.objects.get(pk=model_id))


def rescore() -> None:
    """A model was published or retired: every target's score is done again."""
    whole.rescore(Work(), lambda done: None)
