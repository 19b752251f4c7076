"""All jobs of a process at once, each at its pace: those of the table, and those that need parts of their own."""

import asyncio
from datetime import timedelta
from functools import partial

from idp.life_events.jobs import PAGE, READINGS
from idp.messages.model import Channel
from idp.messages.relay import ADDRESSED, SENT, Post
from idp.outbox.relay import MOST
from idp.provider import Provider
from idp.upstreams.probing import probe
from idp.worker.jobs import JOBS, SUMMARIES
from idp.worker.loop import Job, repeat
from idp.worker.sending import follower_of, post_of, relay_of


async def work(provider: Provider) -> None:
    """Run every job at its pace until cancelled."""
    relay = relay_of(provider)
    every = timedelta(milliseconds=250)
    follower = follower_of(provider)
    jobs = JOBS
    if follower is not None:
        jobs += (
            Job(name="registers", every=every, run=lambda _provider: follower.run(), full=PAGE),
            Job(name="read people", every=timedelta(seconds=5), run=_read_people, full=READINGS),
        )
    post = post_of(provider)
    seldom = timedelta(seconds=1)
    jobs += (Job(name="notices", every=seldom, run=lambda _provider: post.address(), full=ADDRESSED),)
    for channel in post.senders:
        jobs += (
            Job(name=f"send {channel.value}", every=seldom, run=partial(_send, post, channel), full=SENT),
        )
    outbox = Job(name="outbox", every=every, run=lambda _provider: relay.run(), full=MOST)
    try:
        await asyncio.gather(
            repeat(outbox, provider, woken=relay.freed), *(repeat(job, provider) for job in jobs)
        )
    finally:
        await relay.stop()


async def write_summaries(provider: Provider) -> None:
    """Write what this process has counted, at its pace until cancelled: every process that serves has its own counts."""
    await repeat(SUMMARIES, provider)


async def look_upstream(provider: Provider) -> None:
    """Look whether the national system is there, at its pace until cancelled: every process knows it by itself."""
    every = timedelta(seconds=provider.settings.national_probe)
    await repeat(Job(name="national probe", every=every, run=look_once, full=2), provider)


async def look_once(provider: Provider) -> int:
    """Look whether the national system is there, if there is one; return the number of looks."""
    if provider.national is None:
        return 0
    return await probe(provider.national, provider.national_circuit, provider.clock)


async def _send(post: Post, channel: Channel, _provider: Provider) -> int:
    return await post.send(channel)


async def _read_people(provider: Provider) -> int:
    return 0 if provider.readings is None else await provider.readings.run()
