"""Measures job systems on a private Postgres (synchronous_commit=on, other settings as Debian ships them) and a private redis-server.

Usage: run.py [--systems forge] [--measures single,bulk,drain,together,pickup,history,idle] [--rounds 3] [--scale 1] [--json FILE] [--servers-only]
Needs: dotnet, redis-server, PostgreSQL's server programs. As root, Postgres runs as the user postgres, since it refuses to run as root.

Each program prints one line of JSON per figure (system, measure, unit, value, round). This driver runs a round of every program in turn, so that a slow
minute hits all of them, merges the lines and prints the medians. A system that is not written in .NET is one more entry in PROGRAMS.
"""

import argparse
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DOTNET_SYSTEMS = ["forge"]
# Other programs by system, each called with --measures and --scale, and POSTGRES_URI and REDIS_URI in its environment.
PROGRAMS = {}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing answers on port {port}")


def postgres_program(name):
    found = shutil.which(name) or next((str(path) for path in sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None)
    return found or sys.exit(f"{name} is not installed")


class Servers:
    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="forge-bench-"))
        as_user = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
            as_user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        data = self.folder / "postgres"
        subprocess.run([*as_user, postgres_program("initdb"), "-D", str(data), "-U", "bench", "-A", "trust", "-E", "UTF8"],
                       check=True, stdout=subprocess.DEVNULL, cwd="/")
        self.postgres_port, self.redis_port = free_port(), free_port()
        self.postgres = subprocess.Popen(
            [*as_user, postgres_program("postgres"), "-D", str(data), "-p", str(self.postgres_port), "-h", "127.0.0.1", "-k", str(self.folder),
             "-c", "synchronous_commit=on", "-c", "log_min_messages=fatal"], cwd="/", stderr=subprocess.DEVNULL)
        self.redis = subprocess.Popen(
            ["redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL)
        wait_for(self.postgres_port)
        wait_for(self.redis_port)
        time.sleep(0.5)
        self.environment = {
            "POSTGRES": f"Host=127.0.0.1;Port={self.postgres_port};Username=bench;Database=postgres",
            "REDIS": f"127.0.0.1:{self.redis_port}",
            "POSTGRES_URI": f"postgres://bench@127.0.0.1:{self.postgres_port}/postgres",
            "REDIS_URI": f"redis://127.0.0.1:{self.redis_port}",
        }
        return self

    def __exit__(self, *_):
        self.postgres.send_signal(2)
        self.redis.terminate()
        self.postgres.wait()
        self.redis.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def run(command, environment):
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        figure = json.loads(line)
        print(f"  {figure['system']}: {figure['measure']}: {figure['value']:g} {figure['unit']}", file=sys.stderr, flush=True)
        yield figure
    if process.wait() != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}")


def table(figures):
    systems = list(dict.fromkeys(figure["system"] for figure in figures))
    measures = list(dict.fromkeys((figure["measure"], figure["unit"]) for figure in figures))
    print("| median (lowest to highest) | " + " | ".join(systems) + " |")
    print("|---" * (len(systems) + 1) + "|")
    for measure, unit in measures:
        cells = []
        for system in systems:
            values = [figure["value"] for figure in figures if (figure["system"], figure["measure"]) == (system, measure)]
            form = "{:,.0f}" if unit == "jobs/s" else "{:.2f}"
            cells.append(f"{form.format(statistics.median(values))} ({form.format(min(values))} to {form.format(max(values))})" if values else "–")
        print(f"| {measure}, {unit} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--systems", default=",".join([*DOTNET_SYSTEMS, *PROGRAMS]))
    parser.add_argument("--measures", default="single,bulk,drain,together,pickup,history,idle")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", default="1")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--servers-only", action="store_true", help="start the servers, say where they are, and wait for the end of the input")
    options = parser.parse_args()
    systems = options.systems.split(",")

    project = HERE.parent / "Forge.Jobs.Benchmarks"
    if not options.servers_only:
        subprocess.run(["dotnet", "build", "-c", "Release", "-v", "quiet", str(project)], check=True, stdout=sys.stderr)
    program = str(ROOT / "artifacts/bin/Forge.Jobs.Benchmarks/release/Forge.Jobs.Benchmarks")
    figures = []
    with Servers() as servers:
        if options.servers_only:
            for name, value in {**servers.environment, "POSTGRES_PROCESS": servers.postgres.pid}.items():
                print(f"export {name}='{value}'", flush=True)
            sys.stdin.read()
            return
        print(f"load average before: {os.getloadavg()[0]:.1f}", file=sys.stderr)
        common = ["--measures", options.measures, "--scale", options.scale]
        dotnet = [name for name in systems if name in DOTNET_SYSTEMS]
        for number in range(1, options.rounds + 1):
            print(f"round {number}", file=sys.stderr)
            commands = [[program, "--systems", name, "--rounds", "1", "--postgres-process", str(servers.postgres.pid), *common] for name in dotnet]
            commands += [[*PROGRAMS[name], *common] for name in systems if name in PROGRAMS]
            for command in commands:
                figures += [{**figure, "round": number} for figure in run(command, servers.environment)]
        print(f"load average after: {os.getloadavg()[0]:.1f}", file=sys.stderr)

    if options.json:
        options.json.write_text("".join(json.dumps(figure) + "\n" for figure in figures))
    table(figures)


if __name__ == "__main__":
    main()
