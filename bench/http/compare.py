"""Compares requests per second, latency and the server's processor time per request, with and without post-response tasks, beside FastAPI, in one run on one machine.

Usage: compare.py [--pairs 10] [--seconds 4] [--connections 64]
Needs: dotnet, wrk, uvicorn and FastAPI (Debian: apt-get install wrk uvicorn python3-fastapi python3-uvloop python3-httptools)
The measurements are interleaved: each round takes every endpoint once, in a new order, so that a slow minute hits all of them.
Processor time is read from /proc. It says what a request costs even where other programs take part of the machine.
"""

import argparse
import os
import pathlib
import random
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent / "Forge.PostResponse.BenchApp"
# Student's t for a 95 % interval, by degrees of freedom.
T95 = {4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228, 11: 2.201, 12: 2.179, 13: 2.160, 14: 2.145, 19: 2.093}
# The runtime compiles its hot code a second and third time, in the background and later the busier the processor is.
WARM_UPS = 3
# As Debian's uvicorn comes, and with the two packages that make it faster.
FASTAPI = {"fastapi": ["--loop", "asyncio", "--http", "h11"], "fastapi-uvloop": ["--loop", "uvloop", "--http", "httptools"]}
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(command, port, cwd):
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/bare", timeout=1).read()
            return process
        except OSError:
            time.sleep(0.1)
    process.kill()
    sys.exit(f"{command[0]} does not answer")


def processor_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(server, url, seconds, connections):
    before = processor_seconds(server)
    out = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", url], capture_output=True, text=True, check=True).stdout
    requests = int(re.search(r"(\d+) requests in", out)[1])
    elapsed, unit = re.search(r"requests in ([\d.]+)(\w+),", out).groups()
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    p99, p99_unit = re.search(r"99%\s+([\d.]+)(\w+)", out).groups()
    answered = requests - (int(refused[1]) if refused else 0)
    time.sleep(0.1)  # what still waits behind the last answers belongs to this measurement
    cost = (processor_seconds(server) - before) / max(answered, 1) * 1e6
    return answered / (float(elapsed) * UNITS[unit] / 1000), float(p99) * UNITS[p99_unit], cost, int(refused[1]) if refused else 0


def interval(values):
    mean = statistics.mean(values)
    if len(values) < 2:
        return mean, float("nan")
    half = T95.get(len(values) - 1, 2.0) * statistics.stdev(values) / len(values) ** 0.5
    return mean, half


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()

    subprocess.run(["dotnet", "build", "-c", "Release", "-v", "quiet", str(PROJECT)], check=True, stdout=sys.stderr)
    dll = subprocess.run(
        ["dotnet", "msbuild", str(PROJECT), "-p:Configuration=Release", "-getProperty:TargetPath"],
        capture_output=True, text=True, check=True).stdout.strip()
    ports = {name: free_port() for name in ("lane", "plain", *FASTAPI)}
    servers = {
        "lane": start(["dotnet", dll, f"--urls=http://127.0.0.1:{ports['lane']}"], ports["lane"], PROJECT),
        "plain": start(["dotnet", dll, f"--urls=http://127.0.0.1:{ports['plain']}", "--Lane=false"], ports["plain"], PROJECT),
    }
    for name, kind in FASTAPI.items():
        command = ["uvicorn", "fastapi_app:app", "--port", str(ports[name]), "--log-level", "warning", "--no-access-log", *kind]
        servers[name] = start(command, ports[name], HERE)
    cases = ["plain/bare", "lane/bare", "lane/noop", "lane/sleep", "fastapi/bare", "fastapi/noop", "fastapi/sleep", "fastapi-uvloop/bare", "fastapi-uvloop/sleep"]
    rates, tails, costs, refused = ({name: [] for name in cases} for _ in range(4))

    def measure(name):
        server, endpoint = name.split("/")
        return load(servers[server], f"http://127.0.0.1:{ports[server]}/{endpoint}", options.seconds, options.connections)

    try:
        for name in cases * WARM_UPS:
            measure(name)
        for _ in range(options.pairs):
            for name in random.sample(cases, len(cases)):
                for column, value in zip((rates, tails, costs, refused), measure(name)):
                    column[name].append(value)
    finally:
        for server in servers.values():
            server.terminate()
        for server in servers.values():
            server.wait(30)

    print(f"{options.pairs} rounds of {options.seconds} s, {options.connections} connections; mean ± half of the 95 % interval\n")
    print("| endpoint | 2xx per second | p99 in ms | processor time per request in µs | refused in all |")
    print("|---|---|---|---|---|")
    for name in cases:
        rate, rate_half = interval(rates[name])
        tail, tail_half = interval(tails[name])
        cost, cost_half = interval(costs[name])
        print(
            f"| {name} | {rate:,.0f} ± {rate_half:,.0f} | {tail:.2f} ± {tail_half:.2f} | {cost:.1f} ± {cost_half:.1f} | {sum(refused[name])} |")
    print("\n| ratio within a round | mean ± half of the 95 % interval |")
    print("|---|---|")
    for title, values, upper, lower in (
        ("requests: two no-op tasks / bare, same process", rates, "lane/noop", "lane/bare"),
        ("requests: two no-op tasks / bare, application without the lane", rates, "lane/noop", "plain/bare"),
        ("requests: bare with the lane / bare without it", rates, "lane/bare", "plain/bare"),
        ("requests: 50 ms task / FastAPI's 50 ms task", rates, "lane/sleep", "fastapi/sleep"),
        ("requests: 50 ms task / the same with uvloop and httptools", rates, "lane/sleep", "fastapi-uvloop/sleep"),
        ("p99: 50 ms task / bare, same process", tails, "lane/sleep", "lane/bare"),
        ("processor time: bare / two no-op tasks, same process", costs, "lane/bare", "lane/noop"),
        ("processor time: bare without the lane / two no-op tasks", costs, "plain/bare", "lane/noop"),
    ):
        mean, half = interval([a / b for a, b in zip(values[upper], values[lower])])
        print(f"| {title} | {mean:.2f} ± {half:.2f} |")


if __name__ == "__main__":
    main()
