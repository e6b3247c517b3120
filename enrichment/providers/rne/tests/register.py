"""A real local server that asks to be signed in to, as the register does."""

import asyncio
import json
from contextlib import asynccontextmanager

from enrichment.providers.base import Question
from enrichment.providers.rne.client import Rne
from enrichment.providers.tests.replay import FAST, json_answer
from mainsite.lib.outgoing import Limits, Outgoing

ACCOUNT = {"INPI_USERNAME": "compte@example.fr", "INPI_PASSWORD": "secret-de-test"}


class Register:
    """`login` and `answer` are whole HTTP answers; tokens are numbered.

    A token is good when its number is in `good`, or from the first on by default.
    """

    def __init__(self, answer, *, login=None, good=None, pattern="jeton-{}"):
        self.answer = answer
        self.login = login
        self.good = good
        self.pattern = pattern
        self.sign_ins = []
        self.asked = []

    async def serve(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if head.startswith("POST /api/sso/login "):
            reply = await self._sign_in(reader, head)
        else:
            reply = self._company(head)
        # Slow enough for calls that start together to be under way together.
        await asyncio.sleep(0.02)
        writer.write(reply)
        await writer.drain()
        writer.close()

    async def _sign_in(self, reader, head):
        length = next(
            int(line.partition(":")[2])
            for line in head.splitlines()
            if line.lower().startswith("content-length:")
        )
        self.sign_ins.append(json.loads(await reader.readexactly(length)))
        if self.login is not None:
            return self.login
        token = self.pattern.format(len(self.sign_ins))
        return json_answer(json.dumps({"token": token, "user": {"id": 1}}).encode())

    def _company(self, head):
        self.asked.append(head)
        bearers = [
            line.partition("Bearer ")[2]
            for line in head.splitlines()
            if line.startswith("Authorization: ")
        ]
        good = range(1, 100) if self.good is None else self.good
        if bearers and bearers[0] in {self.pattern.format(n) for n in good}:
            return self.answer
        return json_answer(b'{"code": "401"}', status="401 Unauthorized")

    @property
    def paths(self):
        return [head.split()[1] for head in self.asked]


@asynccontextmanager
async def signed(register, credentials=ACCOUNT, limits=FAST, sessions=None):
    """Yields what asks the register: `await ask(siren, option)`."""
    server = await asyncio.start_server(register.serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, Outgoing(origins=[address], limits=limits) as http:
        provider = Rne(base_url=address, credentials=credentials, sessions=sessions)

        async def ask(siren, option="", call_id="c-1"):
            question = Question(siren=siren, option=option)
            return await provider.fetch(question, http=http, call_id=call_id)

        yield ask


MANY = Limits(connect_s=2, read_s=5, total_s=5, connections=50)
