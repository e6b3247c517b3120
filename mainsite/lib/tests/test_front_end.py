"""What a strict policy and an offline installation ask of templates and files."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "static"
TEMPLATES = sorted(
    path
    for path in ROOT.glob("**/templates/**/*.html")
    if not {".venv", ".bench"}.intersection(path.parts)
)
SOURCES = [*STATIC.glob("css/*.css"), *STATIC.glob("js/*.js"), *TEMPLATES]
VENDORED = re.findall(
    r"^\| `(\S+)` .* `([0-9a-f]{64})` \|$",
    (STATIC / "vendor/README.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_inline_style_nor_script(path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", source)


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_is_fetched_from_elsewhere(path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"""(src|href|url\()=?["']?(https?:)?//""", source)


@pytest.mark.parametrize("path", sorted(STATIC.glob("js/*.js")), ids=name)
def test_a_script_writes_text_keeps_nothing_and_hears_no_other_page(path):
    """No HTML made of strings, no code neither, no store, no message, no prototype."""
    refused = (
        r"onpaste|\"(paste|copy|cut)\"|innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|eval\(|Function\(",
        r"localStorage|sessionStorage|indexedDB|caches\.|postMessage|onmessage",
        r"__proto__|\.prototype\b|Object\.assign|\bin\s+window\b|var\s",
    )
    source = path.read_text(encoding="utf-8")
    assert [words for words in refused if re.search(words, source)] == []


def test_htmx_keeps_no_page_runs_no_code_and_stays_here():
    head = (ROOT / "templates/_head.html").read_text(encoding="utf-8")
    found = re.search(r'name="htmx-config" content=\'([^\']+)\'', head)
    told = json.loads(found.group(1))

    assert told["historyCacheSize"] == 0
    assert told["allowEval"] is False
    assert told["selfRequestsOnly"] is True


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_icon_is_in_the_sprite(path):
    sprite = (STATIC / "img/icons.svg").read_text(encoding="utf-8")
    wanted = re.findall(r'{% icon "([^"]+)" %}', path.read_text(encoding="utf-8"))
    assert [icon for icon in wanted if f'id="i-{icon}"' not in sprite] == []


@pytest.mark.parametrize(("path", "digest"), VENDORED)
def test_vendored_files_are_what_the_list_says(path, digest):
    assert sha256((STATIC / path).read_bytes()).hexdigest() == digest


def test_the_list_of_vendored_files_is_complete():
    kept = {path for path, _ in VENDORED}
    found = [*STATIC.glob("vendor/*/*.*"), *STATIC.glob("fonts/*.woff2")]
    assert {str(path.relative_to(STATIC)) for path in found} <= kept
