"""The variables the product reads, as one machine needs them."""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from deploy.local.state import write_private

PROJECT = Path(__file__).resolve().parent.parent.parent


def var_folder() -> Path:
    """Where everything that is made at run time goes: VAR_DIR, or var/."""
    given = os.environ.get("VAR_DIR")
    return Path(given).resolve() if given else PROJECT / "var"


def local(var: Path) -> dict[str, str]:
    """Secrets and plain-http settings for a loopback address.

    What the environment already says wins.
    """
    settings = {
        "VAR_DIR": str(var),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "INSECURE_HTTP": "1",
        "PROVIDERS": "sandbox",
        **_secrets(var / "secrets.env"),
    }
    return {name: value for name, value in settings.items() if name not in os.environ}


def fresh_secrets() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_hex(32),
        "FIELD_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "PEPPER": secrets.token_hex(32),
        "BACKUP_KEY": secrets.token_hex(32),
    }


def _secrets(path: Path) -> dict[str, str]:
    """Made once: they open what the database keeps encrypted."""
    known = from_text(path.read_text(encoding="utf-8")) if path.exists() else {}
    complete = fresh_secrets() | known
    if complete != known:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, as_text(complete))
    return complete


def as_text(values: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in values.items())


def from_text(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name: value for name, _, value in pairs}
