"""The application as its two sides share it: one task that does nothing but count itself, in a database of its own on the Redis server."""

import os

import celery
import redis

BROKER = f"{os.environ['REDIS_URI']}/3"
CALLERS = 32

app = celery.Celery("bench", broker=BROKER)
app.conf.update(
    # A connection for each caller; the default is 10.
    broker_pool_limit=CALLERS,
    # Nobody reads a result, and there is no backend that would store one.
    task_ignore_result=True,
)
server = redis.Redis.from_url(BROKER)
# What counts the runs, where tasks run.
runs = None


@app.task
def noop(number):
    runs.add()


def reset():
    server.flushdb()


def enqueue():
    noop.delay(1)


def count_open():
    """Jobs in the queue, and those that the worker has taken and not acknowledged."""
    return server.llen(app.conf.task_default_queue) + server.hlen("unacked")
