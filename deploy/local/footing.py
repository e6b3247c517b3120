"""Under which identity PostgreSQL runs: it refuses root, and accounts without a name.

An ordinary user simply runs it. Root on Linux has two ways: a user namespace in which
root carries another number (the files stay root's, nothing is created on the system),
or, where a container forbids namespaces, the account `nobody` with copies of the
programs and the data in a folder that it can reach.
"""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.local import children
from deploy.local.messages import LocalError

# For the tests of each way: "namespace" or "nobody".
FORCE_VARIABLE = "MA_PG_ROOT_MODE"
_OUTSIDE = "ma-postgres-"
_PARTS = ("bin/initdb", "bin/postgres", "lib", "share")


@dataclass(frozen=True, kw_only=True)
class Footing:
    """Where PostgreSQL's programs and data are, and how to become its user."""

    programs: Path
    base: Path
    options: tuple[str, ...] = ()
    owner: tuple[int, int] | None = None

    @property
    def data(self) -> Path:
        return self.base / "data"


class _UnavailableError(Exception):
    pass


def find(*, programs: Path, base: Path) -> Footing:
    """The first footing that really works, tried by running a program on it."""
    if os.geteuid() != 0 and _has_name():
        base.mkdir(parents=True, exist_ok=True)
        return Footing(programs=programs, base=base)
    reasons = []
    for way in _ways(base):
        try:
            footing = way(programs, base)
            _try(footing)
        except (_UnavailableError, OSError, KeyError) as error:
            reasons.append(f"  {way.__name__.strip('_')} : {error}")
            continue
        return footing
    raise LocalError(
        "PostgreSQL refuse de tourner sous ce compte, et aucune autre identité "
        "n’est possible ici :\n" + "\n".join(reasons) + "\n"
        "Lancez la commande avec un autre compte, ou définissez DATABASE_URL."
    )


def _ways(base: Path) -> list[Callable[[Path, Path], Footing]]:
    if os.geteuid() != 0:
        return [_namespace]
    if not sys.platform.startswith("linux"):
        return [_nobody]
    if base.exists() and base.stat().st_uid != 0:
        return [_owner]
    ways = {"namespace": _namespace, "nobody": _nobody}
    forced = os.environ.get(FORCE_VARIABLE, "")
    return [ways[forced]] if forced in ways else list(ways.values())


def _has_name() -> bool:
    """A container may run us under a number that is nobody's: initdb wants a name."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return True


def _namespace(programs: Path, base: Path) -> Footing:
    # initdb looks its own name up: the number has to be a real account's.
    nobody = pwd.getpwnam("nobody")
    options = ("--namespace", str(nobody.pw_uid), str(nobody.pw_gid))
    return Footing(programs=programs, base=base, options=options)


def _owner(programs: Path, base: Path) -> Footing:
    """The folder was made by an ordinary user, and root runs it today."""
    made_by = base.stat()
    return _as_user(programs, base, made_by.st_uid, made_by.st_gid)


def _nobody(programs: Path, base: Path) -> Footing:
    """Programs that nobody cannot change, beside data that only nobody can read."""
    account = pwd.getpwnam("nobody")
    base.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(str(base.resolve()).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"{_OUTSIDE}{name}"
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise _UnavailableError(f"{folder} appartient à quelqu’un d’autre")
    folder.chmod(0o711)
    cluster = folder / "cluster"
    try:
        copied = _copy(programs, folder)
        return _as_user(copied, cluster, account.pw_uid, account.pw_gid)
    except OSError:
        if not (cluster / "data").exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _as_user(programs: Path, base: Path, uid: int, gid: int) -> Footing:
    if not base.exists():
        base.mkdir(mode=0o700)
        os.chown(base, uid, gid)
    options = ("--user", str(uid), str(gid))
    return Footing(programs=programs, base=base, options=options, owner=(uid, gid))


def _copy(programs: Path, folder: Path) -> Path:
    """The installed package as it stands, with the libraries beside it."""
    package = programs.parent
    made = (programs / "bin" / "postgres").stat()
    target = folder / f"programs-{made.st_size}-{made.st_mtime_ns}"
    if not target.exists():
        for old in folder.glob("programs*"):
            shutil.rmtree(old, ignore_errors=True)
        draft = folder / "programs.new"
        for part in _PARTS:
            source = programs / part
            _copy_part(source, draft / package.name / programs.name / part)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            _copy_part(libraries, draft / libraries.name)
        for path in (draft, *draft.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if mode & 0o100 else 0o044))
        draft.rename(target)
    return target / package.name / programs.name


def _copy_part(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)


def _try(footing: Footing) -> None:
    footing.base.mkdir(parents=True, exist_ok=True)
    program = [str(footing.programs / "bin" / "postgres"), "--version"]
    options = (*footing.options, "--reach", str(footing.base))
    line = children.command(program, death=signal.SIGKILL, options=options)
    answer = subprocess.run(line, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise _UnavailableError(answer.stderr.strip() or "refusé")


def discard(footing: Footing) -> None:
    """Remove what a throwaway server left outside of its own folder."""
    if footing.base.parent.name.startswith(_OUTSIDE):
        shutil.rmtree(footing.base.parent, ignore_errors=True)
