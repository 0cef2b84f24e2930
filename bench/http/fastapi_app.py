"""The article's application: the same endpoint bare, with two no-op tasks, and with a task of 50 ms."""

import asyncio

from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


async def noop() -> None:
    pass


async def sleep() -> None:
    await asyncio.sleep(0.05)


@app.get("/bare")
async def bare():
    return {"status": "ok"}


@app.get("/noop")
async def with_noops(tasks: BackgroundTasks):
    tasks.add_task(noop)
    tasks.add_task(noop)
    return {"status": "ok"}


@app.get("/sleep")
async def with_sleep(tasks: BackgroundTasks):
    tasks.add_task(sleep)
    return {"status": "ok"}
