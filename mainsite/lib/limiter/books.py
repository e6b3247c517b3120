"""The books of a source, in Redis: read and written in one atomic round trip."""

from dataclasses import dataclass
from enum import IntEnum

from django.conf import settings
from redis import asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError

from mainsite.lib.limiter.terms import Limits

TIMEOUT_S = 0.5
_MICRO = 1_000_000


class Why(IntEnum):
    """What stands between a lane and its turn."""

    GRANTED = 0
    # Only time: `wait_s` says how much.
    SOON = 1
    # Others hold all turns: when they give one back is theirs to know.
    FULL = 2
    CIRCUIT = 3
    PAUSED = 4
    # Granted, as the one call that tries whether the source is back.
    PROBE = 5


class Outcome(IntEnum):
    NONE = 0
    SUCCESS = 1
    # The probe's turn was given back without a call.
    NO_PROBE = 2


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a lane says each time: absolute, so that nothing drifts when one is lost."""

    held: int
    asked: int = 0
    is_back: bool = False
    is_leaving: bool = False
    pause_s: float = 0.0
    outcome: Outcome = Outcome.NONE
    failures: int = 0


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """``granted`` turns, the first in ``wait_s``; ``lanes`` are alive, us included."""

    granted: int
    wait_s: float
    why: Why
    lanes: int
    failures: int


# One hash per source: free, the next free moment; ready, nothing leaves before; pause,
# what the source asked for; fails; opened, when a probe may leave, 0 for a closed
# circuit; probe, until when one is out; minute, count, last, what was used. One hash of
# its lanes: "held:seen:hungry since:last granted". Neither expires: a missing key means
# that Redis has forgotten, so that what it had sold is unknown.
# The server's clock decides: ours may differ from a colleague's.
_SCRIPT = """
-- {name}
local STEP, AHEAD, CONCURRENCY = {step}, {ahead}, {concurrency}
local QUIET, LIFE, FAILURES, REST = {quiet}, {life}, {failures}, {rest}
local HUNGER, PROBE_LOOK = 250000, 2000000
local GRANTED, SOON, FULL, CIRCUIT, PAUSED, PROBE = 0, 1, 2, 3, 4, 5
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local lane, held, asked = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local flag, pause_us = ARGV[4], tonumber(ARGV[5])
local outcome, failed = ARGV[6], tonumber(ARGV[7])

local row = redis.call('HMGET', KEYS[1], 'free', 'ready', 'pause', 'fails', 'opened',
  'probe', 'minute', 'count', 'last')
for i = 1, 9 do row[i] = tonumber(row[i] or 0) end
local free, ready, pause, fails, opened, probe, minute, count, last = unpack(row)

if ready == 0 or flag == 'back' then ready = math.max(ready, now + QUIET) end
pause = math.max(pause, now + pause_us)
if outcome == '1' then fails, opened, probe = 0, 0, 0 end
if outcome == '2' then probe = 0 end
if failed > 0 then
  fails = fails + failed
  if opened == 0 and fails >= FAILURES then opened = now + REST end
  if probe > 0 then opened, probe = now + REST, 0 end
end

-- Who else is there, what they hold, and who of them gets less than a fair share.
local others, lanes, busy, starving = 0, 1, 1, nil
local since, granted_at = 0, 0
local rows, hungry = redis.call('HGETALL', KEYS[2]), {{}}
for i = 1, #rows, 2 do
  local h, seen, s, g = string.match(rows[i + 1], '(%d+):(%d+):(%d+):(%d+)')
  h, seen, s, g = tonumber(h), tonumber(seen), tonumber(s), tonumber(g)
  if rows[i] == lane then
    granted_at = g
    if now - seen < HUNGER then since = s end
  elseif seen + LIFE < now then
    redis.call('HDEL', KEYS[2], rows[i])
  else
    others, lanes = others + h, lanes + 1
    local is_hungry = s > 0 and now - seen < HUNGER
    if is_hungry then hungry[#hungry + 1] = {{h, s}} end
    if h > 0 or is_hungry then busy = busy + 1 end
  end
end
local fair = CONCURRENCY / busy
for _, each in ipairs(hungry) do
  if each[1] < math.max(1, math.floor(fair)) and each[2] < granted_at then
    starving = true
  end
end

local granted, wait, why = 0, 0, GRANTED
if asked > 0 then
  if pause > now then
    why, wait = PAUSED, pause - now
  elseif opened > now then
    why, wait = CIRCUIT, opened - now
  elseif probe > now then
    why, wait = CIRCUIT, math.min(PROBE_LOOK, probe - now)
  elseif ready > now then
    why, wait = SOON, ready - now
  else
    granted = asked
    if opened > 0 then granted = 1 end
    if CONCURRENCY > 0 then
      granted = math.min(granted, CONCURRENCY - others - held)
      if starving then
        granted = math.min(granted, math.floor(fair) - held)
      end
    end
    if granted <= 0 then
      granted, why = 0, FULL
    elseif STEP > 0 then
      free = math.max(free, now)
      granted = math.min(granted, math.floor((now + AHEAD - free) / STEP) + 1)
      if granted <= 0 then
        granted, why, wait = 0, SOON, free - now - AHEAD + STEP
      else
        wait = free - now
        free = free + granted * STEP
      end
    end
  end
end
if granted > 0 then
  since, granted_at = 0, now
  if opened > 0 then why, probe = PROBE, now + LIFE end
  local this = math.floor(now / 60000000)
  if this ~= minute then
    last = this == minute + 1 and count or 0
    minute, count = this, 0
  end
  count = count + granted
elseif why == FULL then
  if since == 0 then since = now end
else
  since = 0
end

local function text(number) return string.format('%.0f', number) end
redis.call('HSET', KEYS[1], 'free', text(free), 'ready', text(ready),
  'pause', text(pause), 'fails', fails, 'opened', text(opened), 'probe', text(probe),
  'minute', text(minute), 'count', count, 'last', last)
if flag == 'leave' then
  redis.call('HDEL', KEYS[2], lane)
else
  redis.call('HSET', KEYS[2], lane, (held + granted) .. ':' .. text(now) .. ':'
    .. text(since) .. ':' .. text(granted_at))
end
return {{granted, wait, why, lanes, fails}}
"""


def keys_of(name: str) -> tuple[str, str]:
    return f"gate:{{{name}}}", f"gate:{{{name}}}:lanes"


class Books:
    """One lane's way to them. Raises RedisError when Redis does not answer in time."""

    def __init__(self, limits: Limits, *, lane: str) -> None:
        self._lane = lane
        self._keys = keys_of(limits.name)
        self._script = _SCRIPT.format(
            name=limits.name,
            step=round(limits.step_s * _MICRO),
            ahead=round(limits.ahead_s * _MICRO),
            concurrency=limits.concurrency or 0,
            quiet=round(limits.quiet_s * _MICRO),
            life=round(limits.turn_s * _MICRO),
            failures=limits.failures,
            rest=round(limits.rest_s * _MICRO),
        )
        # Of its own: a page may wait for Redis, the limiter has something else to do.
        self._client = redis.from_url(
            settings.REDIS_URL,
            protocol=3,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._booking = self._client.register_script(self._script)

    async def close(self) -> None:
        await self._client.aclose()

    async def ask(self, report: Report) -> Verdict:
        try:
            answer = await self._client.evalsha(
                self._booking.sha, 2, *self._keys, *self._words(report)
            )
        except NoScriptError:
            # A server that lost its scripts was restarted, and may have lost the last
            # second of its books. The name is in the script, so that every source
            # learns it.
            answer = await self._client.eval(
                self._script, 2, *self._keys, *self._words(report, is_back=True)
            )
        granted, wait_us, why, lanes, failures = answer
        return Verdict(
            granted=granted,
            wait_s=wait_us / _MICRO,
            why=Why(why),
            lanes=lanes,
            failures=failures,
        )

    def _words(self, report: Report, *, is_back: bool = False) -> tuple[str | int, ...]:
        flag = "back" if is_back or report.is_back else ""
        return (
            self._lane,
            report.held,
            report.asked,
            "leave" if report.is_leaving else flag,
            round(report.pause_s * _MICRO),
            int(report.outcome),
            report.failures,
        )
