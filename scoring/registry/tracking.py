"""Runs logged to MLflow, where ``MLFLOW_TRACKING_URI`` says which server.

The registry is ours: MLflow is told what was done, and is never asked.
"""

import logging
import os
from importlib import import_module
from typing import Any, Final

from django.utils.translation import gettext as _

from scoring.registry.models import LearnedModel

logger = logging.getLogger(__name__)

VARIABLE: Final = "MLFLOW_TRACKING_URI"
EXPERIMENT: Final = "scoring"


class NotTracked(Exception):
    """The message says, in French, why; the model is in the registry all the same."""


def is_wanted() -> bool:
    return bool(os.environ.get(VARIABLE))


def track(row: LearnedModel) -> str:
    """The run's name at MLflow, kept with the model. Raises NotTracked."""
    try:
        # A server's client, which is no part of the product.
        # A server that is away would be asked again for minutes.
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
        mlflow = import_module("mlflow")
        failure = import_module("mlflow.exceptions").MlflowException
    except ImportError as error:
        raise NotTracked(
            _(
                "%(variable)s est défini, mais le paquet mlflow n’est pas installé : "
                "le modèle est au registre, rien n’est envoyé à MLflow."
            )
            % {"variable": VARIABLE}
        ) from error
    try:
        run = _log(mlflow.MlflowClient(os.environ[VARIABLE]), row)
    except (failure, OSError) as error:
        raise NotTracked(
            _("MLflow n’a pas répondu : %(error)s") % {"error": error}
        ) from error
    row.tracked_as = run
    row.save(update_fields=["tracked_as"])
    return run


def _log(client: Any, row: LearnedModel) -> str:
    known = client.get_experiment_by_name(EXPERIMENT)
    experiment = (
        client.create_experiment(EXPERIMENT) if known is None else known.experiment_id
    )
    tags = {
        "mlflow.runName": row.version,
        "sha256": row.sha256,
        "data_digest": str(row.report.get("data_digest", "")),
    }
    run: str = client.create_run(experiment, tags=tags).info.run_id
    for name, value in params_of(row).items():
        client.log_param(run, name, value)
    for name, value in metrics_of(row).items():
        client.log_metric(run, name, value)
    client.set_terminated(run)
    return run


def params_of(row: LearnedModel) -> dict[str, Any]:
    return {
        "horizon_months": row.horizon_months,
        "outcomes": row.outcomes,
        "deals": row.deals,
        "held_from": row.held_from.isoformat(),
        **{f"forest.{name}": value for name, value in row.parameters.items()},
    }


def metrics_of(row: LearnedModel) -> dict[str, float]:
    """Its own folds', then those on the companies held out, each with its interval."""
    found: dict[str, float] = {}
    for prefix, told in (
        ("folds", row.metrics),
        ("held", (row.comparison or {}).get("figures", {})),
    ):
        for name, figure in told.items():
            if isinstance(figure, dict) and "value" in figure:
                for end, value in figure.items():
                    if value is not None:
                        found[f"{prefix}.{name}.{end}"] = value
    return found
