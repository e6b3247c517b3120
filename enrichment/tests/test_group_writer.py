import asyncio

import pytest

from enrichment.group_writer import GroupWriter


class SameThread:
    """Runs the work where it is, as the database's thread would elsewhere."""

    async def run(self, work):
        await asyncio.sleep(0)
        return work()


def run(coroutine):
    return asyncio.run(coroutine)


def test_what_arrives_together_is_written_together():
    groups = []

    def write(entries):
        groups.append(list(entries))
        return [entry * 10 for entry in entries]

    async def scene():
        async with GroupWriter(write, thread=SameThread(), gather_s=0.02) as writer:
            return await asyncio.gather(*(writer.put(n) for n in range(5)))

    assert run(scene()) == [0, 10, 20, 30, 40]
    assert groups == [[0, 1, 2, 3, 4]]


def test_a_full_group_does_not_wait():
    groups = []

    def write(entries):
        groups.append(list(entries))
        return entries

    async def scene():
        writer = GroupWriter(write, thread=SameThread(), gather_s=60, most=2)
        async with writer:
            await asyncio.wait_for(
                asyncio.gather(*(writer.put(n) for n in range(4))), timeout=5
            )

    run(scene())
    assert groups == [[0, 1], [2, 3]]


def test_flush_ends_the_wait_now_and_later():
    async def scene():
        writer = GroupWriter(lambda e: e, thread=SameThread(), gather_s=60)
        async with writer:
            first = asyncio.create_task(writer.put(1))
            await asyncio.sleep(0.01)
            writer.flush()
            await asyncio.wait_for(first, timeout=5)
            await asyncio.wait_for(writer.put(2), timeout=5)

    run(scene())


def test_a_fault_reaches_all_those_who_wait_and_nobody_else():
    def write(entries):
        if 1 in entries:
            raise ValueError("refused")
        return entries

    async def scene():
        async with GroupWriter(write, thread=SameThread(), gather_s=0.01) as writer:
            failed = await asyncio.gather(
                writer.put(1), writer.put(2), return_exceptions=True
            )
            return failed, await writer.put(3)

    failed, later = run(scene())
    assert [type(error) for error in failed] == [ValueError, ValueError]
    assert later == 3


@pytest.mark.parametrize("count", [1, 7])
def test_every_entry_gets_its_own_answer(count):
    async def scene():
        writer = GroupWriter(
            lambda e: [x + 1 for x in e], thread=SameThread(), gather_s=0
        )
        async with writer:
            return await asyncio.gather(*(writer.put(n) for n in range(count)))

    assert run(scene()) == [n + 1 for n in range(count)]
