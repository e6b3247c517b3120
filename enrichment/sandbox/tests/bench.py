"""A running sandbox and clients of it, over real HTTP."""

import json
from contextlib import asynccontextmanager
from itertools import count

from aiohttp import web

from enrichment.providers.base import Person, Question
from enrichment.providers.registry import make_provider, provider_classes
from enrichment.sandbox.app import make_app
from enrichment.sandbox.invented import kaspr
from mainsite.lib.outgoing import Limits, Outgoing

SIREN, OTHER = "732829320", "552032534"
LIMITS = Limits(connect_s=1, read_s=1, total_s=1.5)


class Bench:
    def __init__(self, base, http, var):
        self.base = base
        self.http = http
        self.log = var / "served.jsonl"
        self._made = {}

    def provider(self, name):
        """One for the whole test: what signs in does so once."""
        if name not in self._made:
            chosen = provider_classes()[name]
            self._made[name] = make_provider(
                name,
                base_url=self.base + chosen.sandbox_path,
                credentials=dict.fromkeys(chosen.credentials, "k"),
            )
        return self._made[name]

    async def ask(self, name, siren=SIREN, call_id="c-1", option=None):
        return await self.provider(name).fetch(
            question_for(name, siren, option), http=self.http, call_id=call_id
        )

    async def control(self, path, document=None, method="POST"):
        session = self.http._session
        url = f"{self.base}/_sandbox/{path}"
        async with session.request(method, url, json=document) as response:
            return response.status, await response.json(content_type=None)

    @property
    def served(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def _is_well_known(profile):
    found = kaspr.shape(profile, "X", ("work_email", "direct_email", "phone")) or {}
    fields = ("professionalEmails", "personalEmails", "phones")
    return all(found.get(field) for field in fields)


# Someone of whom the sandbox knows every field.
PROFILE = next(p for n in count() if _is_well_known(p := f"fictif-specimen-{n}"))
PERSON = Person(full_name="Fictif SPÉCIMEN", profile=PROFILE)


def asks_about_people(name):
    """Its questions and answers hold no SIREN, so that no answer can have another."""
    return "" not in provider_classes()[name].gives


def question_for(name, siren=SIREN, option=None):
    """The usual call, or the first option of a source that has none."""
    if option is None:
        option = next(iter(provider_classes()[name].gives))
    return Question(siren=siren, option=option, person=PERSON)


@asynccontextmanager
async def running(settings):
    """The sandbox as the program runs it: a caller who leaves interrupts nothing."""
    runner = web.AppRunner(make_app(settings))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with Outgoing(origins=[base], limits=LIMITS) as http:
        yield Bench(base, http, settings.var)
    await runner.cleanup()
