"""A worker in a process of its own, as Celery is deployed, and the count of its runs, which it shares with the measuring process."""

import multiprocessing
import time
import warnings

from celery import signals
from celery.exceptions import SecurityWarning

import application

# A new interpreter, not a copy of the measuring process with its threads and connections.
CONTEXT = multiprocessing.get_context("spawn")


class Runs:
    """Kept in shared memory, since a message per run would be part of what is measured. Times come from the monotonic clock, which processes share."""

    def __init__(self):
        self._count = CONTEXT.Value("q", 0)
        self._first = CONTEXT.Value("d", 0)
        self._latest = CONTEXT.Value("d", 0)

    def add(self):
        now = time.monotonic()
        with self._count:
            self._latest.value = now
            if self._count.value == 0:
                self._first.value = now
            self._count.value += 1

    @property
    def count(self):
        return self._count.value

    @property
    def first(self):
        return self._first.value

    @property
    def latest(self):
        return self._latest.value


class Worker:
    def __enter__(self):
        self.runs = Runs()
        ready = CONTEXT.Event()
        self._process = CONTEXT.Process(target=work, args=(self.runs, ready))
        self._process.start()
        self._wait(ready.is_set)
        return self

    def __exit__(self, *_):
        application.app.control.shutdown()
        self._process.join()

    def wait_for_runs(self, count):
        self._wait(lambda: self.runs.count >= count)

    def _wait(self, condition):
        while not condition():
            if not self._process.is_alive():
                raise RuntimeError(f"the worker ended with {self._process.exitcode}")
            time.sleep(0.001)


def work(runs, ready):
    """In the worker's process. The pool "solo" runs a task on the thread that fetched it, before the next one is fetched, so that there is no prefetch to set.
    To pass tasks on to other processes or threads costs more than a task that does nothing."""
    application.runs = runs
    signals.worker_ready.connect(lambda **_: ready.set(), weak=False)
    # That root should not run tasks does not matter for one that does nothing.
    warnings.simplefilter("ignore", SecurityWarning)
    # What workers tell each other is left out, since there is one only.
    alone = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True}
    application.app.Worker(pool="solo", loglevel="ERROR", quiet=True, **alone).start()
