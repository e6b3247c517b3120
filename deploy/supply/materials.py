"""The bill of materials, in CycloneDX: what is locked, and what is vendored.

    python -m deploy.supply.materials [FOLDER]

One file for what runs, one for the tools. Both are read again and compared with the
lock files: a package that is missing fails.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent.parent
BILLS = {
    "run": ("requirements.txt",),
    "tools": ("requirements-embedded.txt", "requirements-dev.txt"),
}
VENDORED = PROJECT / "static" / "vendor" / "README.md"
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)
_ROW = re.compile(
    r"^\| `([^`]+)` \| (npm|PyPI) (\S+) (\S+)"
    r".*\| ([^|,]+), [^|]+\| `([0-9a-f]{64})` \|",
    re.MULTILINE,
)


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else PROJECT / "var" / "supply")
    folder.mkdir(parents=True, exist_ok=True)
    missing = []
    for name, files in BILLS.items():
        bill = _merged([_of(file) for file in files])
        if name == "run":
            bill["components"] += vendored()
        path = folder / f"{name}.cdx.json"
        path.write_text(json.dumps(bill, indent=1), encoding="utf-8")
        lacking = locked(files) - listed(path)
        missing += [
            f"{path.name} : {package} {version}" for package, version in lacking
        ]
        sys.stdout.write(f"{path} : {len(bill['components'])} composants.\n")
    for each in sorted(missing):
        sys.stderr.write(f"Absent de {each}\n")
    return 1 if missing else 0


def locked(files: tuple[str, ...]) -> set[tuple[str, str]]:
    """Name and version of every line, whatever system it is for."""
    return {
        (_plain(name), version)
        for file in files
        for name, version in _LOCKED.findall((PROJECT / file).read_text())
    }


def listed(path: Path) -> set[tuple[str, str]]:
    found = json.loads(path.read_text(encoding="utf-8"))["components"]
    return {(_plain(each["name"]), each["version"]) for each in found}


def vendored() -> list[dict[str, Any]]:
    """The files of static/vendor/README.md, by the package that each was taken from."""
    rows = _ROW.findall(VENDORED.read_text(encoding="utf-8"))
    return [
        {
            "type": "file",
            "bom-ref": f"static/{path}",
            "name": package,
            "version": version,
            "description": f"static/{path}",
            "purl": f"pkg:{index.lower()}/{package.replace('@', '%40')}@{version}",
            "licenses": [{"license": {"name": licence.strip()}}],
            "hashes": [{"alg": "SHA-256", "content": digest}],
        }
        for path, index, package, version, licence, digest in rows
    ]


def _of(file: str) -> dict[str, Any]:
    answer = subprocess.run(  # noqa: S603
        [
            *(sys.executable, "-m", "cyclonedx_py", "requirements", file),
            *("--output-format", "JSON", "--output-reproducible"),
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise SystemExit(answer.stderr)
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def _merged(bills: list[dict[str, Any]]) -> dict[str, Any]:
    first, *others = bills
    known = {each["bom-ref"] for each in first["components"]}
    for other in others:
        for each in other["components"]:
            # Two lock files number their lines alike.
            each["bom-ref"] = f"{each['bom-ref']}-{len(known)}"
            known.add(each["bom-ref"])
            first["components"].append(each)
    first.pop("dependencies", None)
    return first


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    raise SystemExit(main())
