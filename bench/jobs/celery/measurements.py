"""What is measured: the counterpart of Measurements.cs, measure by measure. Celery has no call for many jobs, so that "bulk" is left out."""

import threading
import time

import application
from worker import Worker

PER_SECOND = "jobs/s"
# The part of each measure's usual jobs that Celery takes, so that a measure lasts seconds.
SHARES = {"single": 0.1, "drain": 0.1, "together": 0.1, "pickup": 1}


def warm_up():
    """As the other programs do, though Python compiles little: this opens the callers' connections and fills the caches on both sides."""
    for _ in range(2):
        drain(jobs(20_000 * SHARES["drain"]))
        single(jobs(30_000 * SHARES["single"]))
        together(jobs(20_000 * SHARES["together"]))


def take(measure, scale):
    """A list of name, unit and value; empty for what Celery does not have."""
    share = scale * SHARES.get(measure, 0)
    if share == 0:
        return []
    if measure == "single":
        return [("enqueue one by one, 32 at once", PER_SECOND, single(jobs(30_000 * share)))]
    if measure == "drain":
        return [("drain of a full list", PER_SECOND, drain(jobs(50_000 * share)))]
    if measure == "together":
        return [("enqueue and drain together", PER_SECOND, together(jobs(30_000 * share)))]
    return pickup(jobs(300 * share))


def single(count):
    application.reset()
    begun = time.monotonic()
    enqueue_singly(count)
    return count / (time.monotonic() - begun)


def drain(count):
    """From the first job's start until all are done."""
    application.reset()
    enqueue_singly(count)
    with Worker() as worker:
        wait_until_done(worker, count)
        return count / (time.monotonic() - worker.runs.first)


def together(count):
    application.reset()
    with Worker() as worker:
        begun = time.monotonic()
        enqueue_singly(count)
        wait_until_done(worker, count)
        return count / (time.monotonic() - begun)


def pickup(count):
    """From the call that enqueues to the task's first line, on an idle system."""
    application.reset()
    times = []
    with Worker() as worker:
        for i in range(count):
            time.sleep((20 + i % 7) / 1_000)
            begun = time.monotonic()
            application.enqueue()
            worker.wait_for_runs(i + 1)
            times.append((worker.runs.latest - begun) * 1_000)
    times.sort()
    return [("idle pickup p50", "ms", times[count // 2]), ("idle pickup p99", "ms", times[count * 99 // 100])]


def enqueue_singly(count):
    left = iter(range(count))

    def call():
        for _ in left:
            application.enqueue()

    callers = [threading.Thread(target=call) for _ in range(application.CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()


def wait_until_done(worker, count):
    worker.wait_for_runs(count)
    while application.count_open() > 0:
        time.sleep(0.005)
    if worker.runs.count != count:
        raise RuntimeError(f"{count} jobs ran {worker.runs.count} times")


def jobs(count):
    return max(64, int(count))
