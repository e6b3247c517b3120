"""A training run at a real MLflow server: what it was told, asked back from it.

MLflow lies in an environment of its own under ``.bench/``, which sees the product's
packages; nobody else ever imports it. The product's own command trains on made-up
outcomes in throwaway servers, with ``MLFLOW_TRACKING_URI`` set, then with a server that
is away.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.peers.environments import interpreter
from benchmarks.peers.rows import UnavailableError
from benchmarks.scoring import ground
from benchmarks.scoring.ground import Part
from benchmarks.search import web

VERSION = "3.*"
OUTCOMES = 600


def measure(_options: argparse.Namespace) -> Part:
    try:
        python = interpreter(
            f"mlflow-{VERSION[0]}", f"mlflow=={VERSION}", sees_ours=True
        )
    except UnavailableError:
        return [("MLflow", "cannot be installed here: not measured")], {}
    servers = [sys.executable, "-m", "deploy.local.servers", "--local-env"]
    with tempfile.TemporaryDirectory() as folder, _server(python, folder) as address:
        done = subprocess.run(  # noqa: S603
            [*servers, "--throwaway", "--", str(python), "-m", __name__],
            cwd=ground.PROJECT,
            env={
                **_without_servers(),
                "DJANGO_SETTINGS_MODULE": "mainsite.settings",
                "MLFLOW_TRACKING_URI": address,
            },
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        asked = _run(address, told["run"])
    wrong = [
        name for name, value in told["kept"].items() if asked.get(name) != str(value)
    ]
    rows = [
        ("MLflow: params, figures and tags of a run, asked back", str(len(asked))),
        ("… other than what was told", ", ".join(wrong) or "none"),
        ("… with the server away", told["away"]),
    ]
    is_right = not wrong and told["is_kept_without"]
    return rows, {"mlflow_run": {"value": len(asked), "bar": "same", "ok": is_right}}


@contextmanager
def _server(python: Path, folder: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [str(python), "-m", "mlflow", "server", "--port", str(port)]
    store = ["--backend-store-uri", f"sqlite:///{folder}/runs.db", "--workers", "1"]
    with web.serving(
        [*command, *store], os.environ, f"{address}/health", folder=folder
    ):
        yield address


def _without_servers() -> dict[str, str]:
    ours = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "REDIS_CACHE_URL")
    return {name: value for name, value in os.environ.items() if name not in ours}


def _run(address: str, name: str) -> dict[str, str]:
    """By MLflow's own REST interface."""
    url = f"{address}/api/2.0/mlflow/runs/get?run_id={name}"
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310
        data = json.load(answer)["run"]["data"]
    kinds = ("params", "metrics", "tags")
    return {
        f"{kind}.{each['key']}": str(each["value"])
        for kind in kinds
        for each in data.get(kind, ())
    }


# In the environment that has MLflow, on throwaway servers


def _train() -> dict[str, Any]:
    import django

    # The tables are their owner's to make, who is asked for by the command's name.
    ground.manage(os.environ, "migrate", "--verbosity", "0")
    django.setup()
    from io import StringIO

    from django.core.management import call_command

    from scoring.registry import tracking, training
    from scoring.registry.models import LearnedModel
    from scoring.tests.made_outcomes import SMALL, TODAY, make_outcomes

    make_outcomes(OUTCOMES)  # type: ignore[no-untyped-call]
    row = training.train(today=TODAY, budget=SMALL)
    run = tracking.track(row)
    kept = {f"params.{k}": v for k, v in tracking.params_of(row).items()}
    kept |= {f"metrics.{k}": float(v) for k, v in tracking.metrics_of(row).items()}
    kept["tags.sha256"] = row.sha256
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        os.environ["MLFLOW_TRACKING_URI"] = (
            f"http://127.0.0.1:{nobody.getsockname()[1]}"
        )
        said = StringIO()
        call_command("train_model", stderr=said, stdout=StringIO())
    return {
        "run": run,
        "kept": kept,
        "away": said.getvalue().strip()[:100],
        "is_kept_without": LearnedModel.objects.count() > 1,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_train()) + "\n")
