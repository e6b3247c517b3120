"""Sending an answer whole, cut short, byte by byte, or not at all."""

import asyncio
from http import HTTPStatus

from aiohttp import web

from enrichment.sandbox.playing import Delivery

_DRIP_PAUSE_S = 0.5


async def deliver(
    request: web.Request, delivery: Delivery, headers: dict[str, str]
) -> web.StreamResponse:
    headers = headers | {"Content-Type": delivery.content_type}
    if delivery.manner == "whole":
        return web.Response(status=delivery.status, body=delivery.body, headers=headers)
    if delivery.manner == "dropped":
        _hang_up(request)
        return web.Response(status=HTTPStatus.BAD_GATEWAY)
    response = web.StreamResponse(status=delivery.status, headers=headers)
    response.content_length = len(delivery.body)
    await response.prepare(request)
    try:
        if delivery.manner == "cut":
            await response.write(delivery.body[: len(delivery.body) // 2])
            _hang_up(request)
        else:
            await _drip(response, delivery.body)
    except ConnectionError:
        # Whoever asked has left, which is what this fault is for.
        return response
    return response


async def _drip(response: web.StreamResponse, body: bytes) -> None:
    for position in range(len(body)):
        await response.write(body[position : position + 1])
        await asyncio.sleep(_DRIP_PAUSE_S)


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()
