"""What a backup says of itself: read before anything is restored, and signed."""

import json
from dataclasses import asdict, dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from django.db import connection

from accounts.models import Installation
from mainsite.backup import programs, sealed
from mainsite.backup.sealed import CannotOpen

FILE = "manifest.json"
FORMAT = 1
_TABLES = """
    SELECT format('%I', c.relname) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    ORDER BY 1
"""
_HEAD = "SELECT number, digest FROM audit_seal ORDER BY number DESC LIMIT 1"
# Whoever else has rights on the users' table: the application's role.
_ROLES = """
    SELECT DISTINCT grantee::regrole::text FROM pg_class,
        LATERAL aclexplode(relacl)
    WHERE relname = 'accounts_user' AND grantee <> 0 ORDER BY 1
"""
# Who may do what with each table, sequence and function.
_RIGHTS = """
    SELECT format('%s %s %s %s %s', kind, name, grantor::regrole,
        CASE grantee WHEN 0 THEN 'public' ELSE grantee::regrole::text END,
        privilege_type)
    FROM (
        SELECT 'r' AS kind, c.oid::regclass::text AS name, coalesce(c.relacl,
            acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char",
                c.relowner)) AS rights
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
            AND c.relowner = current_user::regrole
        UNION ALL
        SELECT 'f', p.oid::regprocedure::text,
            coalesce(p.proacl, acldefault('f', p.proowner))
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public' AND p.proowner = current_user::regrole
    ) each, LATERAL aclexplode(rights) ORDER BY 1
"""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """``rows``, ``rights``, ``audit`` and the dump are of one moment, ``taken_at``."""

    taken_at: str
    mode: str
    postgresql: int
    roles: list[str]
    migrations: list[list[str]]
    rights: str
    rows: dict[str, int]
    audit: dict[str, Any]
    key: str = ""
    algorithm: str = sealed.ALGORITHM
    format: int = FORMAT
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)


def facts() -> dict[str, Any]:
    """Of the database, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        taken_at = cursor.fetchone()[0]
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        migrations = [list(row) for row in cursor.fetchall()]
        cursor.execute(_ROLES)
        roles = [row[0] for row in cursor.fetchall()]
        cursor.execute(_HEAD)
        number, digest = cursor.fetchone() or (0, "")
    return {
        "taken_at": taken_at.isoformat(),
        "mode": Installation.objects.get().mode,
        "postgresql": programs.server_number(),
        "roles": roles,
        "migrations": migrations,
        "rights": rights(),
        "rows": rows(),
        "audit": {"seal": number, "digest": digest},
    }


def rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = [row[0] for row in cursor.fetchall()]
        counts = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM public.{table}")  # noqa: S608
            counts[table] = cursor.fetchone()[0]
    return counts


def rights() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_RIGHTS)
        lines = [row[0] for row in cursor.fetchall()]
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()


def digest_of(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return {"sha256": digest, "bytes": path.stat().st_size}


def text(manifest: Manifest) -> str:
    told = asdict(manifest)
    signature = sealed.sign(_bytes(told), manifest.key)
    return json.dumps({"manifest": told, "signature": signature}, indent=1)


def read(folder: Path) -> Manifest:
    """Signed by one of our keys, with every part as it was; else CannotOpen."""
    try:
        whole = json.loads((folder / FILE).read_text(encoding="utf-8"))
        told, signature = whole["manifest"], str(whole["signature"])
        key = str(told["key"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotOpen(
            f"{folder} n’est pas une sauvegarde entière : son manifeste manque ou ne "
            "se lit pas."
        ) from error
    if not sealed.is_signed(_bytes(told), key, signature):
        raise CannotOpen("Le manifeste de cette sauvegarde a été altéré.")
    if told["format"] != FORMAT:
        raise CannotOpen(f"Format de sauvegarde inconnu : {told['format']}.")
    manifest = Manifest(**told)
    for name, known in manifest.parts.items():
        if not (folder / name).is_file() or digest_of(folder / name) != known:
            raise CannotOpen(
                f"{name} n’est pas le fichier qui a été sauvegardé : son empreinte "
                "diffère. Rien n’a été restauré."
            )
    return manifest


def _bytes(told: dict[str, Any]) -> bytes:
    return json.dumps(told, sort_keys=True).encode()
