"""Become the program named after `--`, tied to the life of the process that asked.

A tiny program of its own, run by `python -I -S`: everything here happens between fork
and exec, where a parent with threads must not run Python code.

    launch.py --parent PID --death SIGNAL [--namespace UID GID | --user UID GID]
              [--reach FOLDER] -- PROGRAM ARGUMENT…
"""

import argparse
import ctypes
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
REFUSED = 126


def main() -> None:
    options = _parser().parse_args()
    _forget_inherited_signals()
    try:
        if options.namespace:
            _enter_namespace(*options.namespace)
        elif options.user:
            _drop_to(*options.user)
    except OSError as error:
        sys.exit(_refuse(f"cannot change identity: {error}"))
    # After the change of identity: the kernel forgets the signal at that moment.
    _die_with(options.parent, options.death)
    if options.reach and not os.access(options.reach, os.W_OK | os.X_OK):
        sys.exit(_refuse(f"cannot write in {options.reach}"))
    try:
        os.execv(options.program[0], options.program)  # noqa: S606
    except OSError as error:
        sys.exit(_refuse(f"cannot start {options.program[0]}: {error}"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="launch")
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--death", type=int, required=True)
    parser.add_argument("--namespace", type=int, nargs=2)
    parser.add_argument("--user", type=int, nargs=2)
    parser.add_argument("--reach", default="")
    parser.add_argument("program", nargs="+")
    return parser


def _forget_inherited_signals() -> None:
    """A shell's background job ignores SIGINT, and so would PostgreSQL."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _enter_namespace(uid: int, gid: int) -> None:
    """Stay root outside, so that files belong to root; be somebody else inside."""
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    if _libc().unshare(_CLONE_NEWUSER):
        raise _last_error()
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{uid} {outer_uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{gid} {outer_gid} 1", encoding="ascii")


def _drop_to(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _die_with(parent: int, death: int) -> None:
    if not sys.platform.startswith("linux"):
        return
    if _libc().prctl(_PR_SET_PDEATHSIG, death, 0, 0, 0):
        raise _last_error()
    # The parent may have died before we asked to be told.
    if os.getppid() != parent:
        sys.exit(_refuse("the parent is gone"))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _last_error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))


def _refuse(reason: str) -> int:
    sys.stderr.write(f"launch: {reason}\n")
    return REFUSED


if __name__ == "__main__":
    main()
