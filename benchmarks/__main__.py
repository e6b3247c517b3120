"""`make bench` runs them all, `make bench-NAME` one, each on servers of its own.

The last line of each is one JSON object: {name: {"value", "bar", "ok"}}.
"""

import subprocess
import sys
import tempfile

BENCHES = {
    "list": "benchmarks.list_page",
    "registry-load": "benchmarks.import_registry",
    "enrichment": "benchmarks.enrichment",
    "cache": "benchmarks.cache",
    "start": "benchmarks.start",
    "search": "benchmarks.search",
    "scoring": "benchmarks.scoring",
    "files": "benchmarks.files",
}
# Not measures of speed: asked for by name, `make faults` and `make bench-NAME`.
FAULTS = {
    "faults": "benchmarks.faults",
    "page-faults": "benchmarks.faults.pages",
    "batch": "benchmarks.ten_thousand",
    "connections": "benchmarks.connections",
    "autovacuum": "benchmarks.autovacuum",
    "load": "benchmarks.load",
}
# They start what they need themselves.
ALONE = {"start", "search", "faults", "page-faults", "scoring", "files", "load"}


def main() -> int:
    names = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES | FAULTS]
    if unknown:
        known = ", ".join(BENCHES)
        sys.stderr.write(f"Inconnu : {', '.join(unknown)}. Bancs : {known}.\n")
        return 2
    return max(_run(name) for name in names)


def _run(name: str) -> int:
    sys.stdout.write(f"\n== {name}\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", (BENCHES | FAULTS)[name]]
    if name in ALONE:
        return subprocess.run(command, check=False).returncode  # noqa: S603
    with tempfile.TemporaryDirectory(prefix="ma-bench-") as var:
        launcher = [sys.executable, "-m", "deploy.local.servers", "--local-env"]
        around = [*launcher, "--var", var, "--", *command]
        return subprocess.run(around, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    raise SystemExit(main())
