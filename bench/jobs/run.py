"""Measures job systems on a private Postgres (synchronous_commit=on, other settings as Debian ships them) and a private redis-server.

Usage: run.py [--systems forge,bullmq,...] [--measures single,bulk,drain,together,pickup,history,idle] [--rounds 3] [--scale 1] [--json FILE]
       run.py --tables FILE...      print the tables of earlier runs
       run.py --servers-only
Needs: redis-server, PostgreSQL's server programs, and what the chosen systems are written in: dotnet, node 20 or later with npm, Python with Celery. As root,
Postgres runs as the user postgres, since it refuses to run as root. The packages of the systems in JavaScript are installed at the first use; --without-node
leaves these systems out.

Each program prints one line of JSON per figure (system, measure, unit, value, round). This driver runs a round of every program in turn, so that a slow
minute hits all of them, merges the lines and prints the medians, and the medians of the ratios within a round. A system in JavaScript is one more entry in
NODE_SYSTEMS; one in another language is one more case in prepare().
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
NODE = HERE / "node"
DOTNET_PROJECT = HERE.parent / "Forge.Jobs.Benchmarks"
DOTNET_SYSTEMS = ["forge", "hangfire-postgres", "hangfire-redis"]
NODE_SYSTEMS = ["bullmq", "graphile-batched", "graphile-plain", "pg-boss"]
SYSTEMS = [*DOTNET_SYSTEMS, *NODE_SYSTEMS, "celery"]


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


def install_node_packages():
    for program in ["node", "npm"]:
        if not shutil.which(program):
            sys.exit(f"{program} is not installed: install Node.js 20 or later with npm, or say --without-node to leave {', '.join(NODE_SYSTEMS)} out")
    installed = NODE / "node_modules/.package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (NODE / "package-lock.json").stat().st_mtime:
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=NODE, check=True, stdout=sys.stderr)
        installed.touch()


def python_with_celery():
    """A distribution's package serves the distribution's Python, which need not be the first on the path."""
    found = [sys.executable, *(shutil.which("python3", path=folder) for folder in os.get_exec_path())]
    for python in dict.fromkeys(filter(None, found)):
        if subprocess.run([python, "-c", "import celery, redis"], stderr=subprocess.DEVNULL).returncode == 0:
            return python
    others = ",".join(name for name in SYSTEMS if name != "celery")
    sys.exit(f"no python3 has Celery: install it (Debian: apt-get install python3-celery python3-redis), or leave it out: --systems {others}")


def prepare(systems):
    """The command of each system, after building or installing what it needs. Each takes --measures and --scale, and the servers from its environment."""
    commands = {}
    if of_dotnet := [name for name in systems if name in DOTNET_SYSTEMS]:
        subprocess.run(["dotnet", "build", "-c", "Release", "-v", "quiet", str(DOTNET_PROJECT)], check=True, stdout=sys.stderr)
        program = str(ROOT / "artifacts/bin/Forge.Jobs.Benchmarks/release/Forge.Jobs.Benchmarks")
        commands |= {name: [program, "--systems", name, "--rounds", "1"] for name in of_dotnet}
    if of_node := [name for name in systems if name in NODE_SYSTEMS]:
        install_node_packages()
        commands |= {name: ["node", str(NODE / "main.mjs"), "--system", name] for name in of_node}
    if "celery" in systems:
        commands["celery"] = [python_with_celery(), str(HERE / "celery/main.py")]
    return commands


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


def systems_and_measures(figures):
    return (list(dict.fromkeys(figure["system"] for figure in figures)), list(dict.fromkeys((figure["measure"], figure["unit"]) for figure in figures)))


def print_row(first, cells):
    print(f"| {first} | " + " | ".join(cells) + " |")


def print_medians(figures):
    systems, measures = systems_and_measures(figures)
    print_row("median (lowest to highest)", systems)
    print("|---" * (len(systems) + 1) + "|")
    for measure, unit in measures:
        cells = []
        for system in systems:
            values = [figure["value"] for figure in figures if (figure["system"], figure["measure"]) == (system, measure)]
            form = "{:,.0f}" if unit == "jobs/s" else "{:.2f}"
            cells.append(f"{form.format(statistics.median(values))} ({form.format(min(values))} to {form.format(max(values))})" if values else "–")
        print_row(f"{measure}, {unit}", cells)


def print_ratios(figures, of="Forge"):
    systems, measures = systems_and_measures(figures)
    peers = [system for system in systems if system != of]
    values = {(figure["system"], figure["measure"], figure["round"]): figure["value"] for figure in figures}
    print_row(f"{of} / peer, median of the rounds", peers)
    print("|---" * (len(peers) + 1) + "|")
    for measure, unit in measures:
        cells = []
        for peer in peers:
            # A system that does not use Postgres takes none of its processor time, and is no measure of it.
            rounds = [number for (system, name, number), value in values.items() if (system, name) == (peer, measure) and value > 0 and (of, measure, number) in values]
            ratios = [values[of, measure, number] / values[peer, measure, number] for number in rounds]
            cells.append(f"{statistics.median(ratios):.2f}" if ratios else "–")
        if any(cell != "–" for cell in cells):
            print_row(measure if unit == "jobs/s" else f"{measure} (less is better)", cells)


def print_tables(figures):
    print_medians(figures)
    systems, _ = systems_and_measures(figures)
    if "Forge" in systems and len(systems) > 1:
        print()
        print_ratios(figures)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--measures", default="single,bulk,drain,together,pickup,history,idle")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", default="1")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--tables", type=pathlib.Path, nargs="+", metavar="FILE")
    parser.add_argument("--without-node", action="store_true")
    parser.add_argument("--servers-only", action="store_true", help="start the servers, say where they are, and wait for the end of the input")
    options = parser.parse_args()
    if options.tables:
        print_tables([json.loads(line) for file in options.tables for line in file.read_text().splitlines()])
        return
    systems = [name for name in options.systems.split(",") if not (options.without_node and name in NODE_SYSTEMS)]
    if unknown := [name for name in systems if name not in SYSTEMS]:
        sys.exit(f"not known: {', '.join(unknown)}")

    commands = {} if options.servers_only else prepare(systems)
    figures = []
    with Servers() as servers:
        if options.servers_only:
            for name, value in {**servers.environment, "POSTGRES_PROCESS": servers.postgres.pid}.items():
                print(f"export {name}='{value}'", flush=True)
            sys.stdin.read()
            return
        print(f"load average before: {os.getloadavg()[0]:.1f}", file=sys.stderr)
        common = ["--measures", options.measures, "--scale", options.scale]
        for number in range(1, options.rounds + 1):
            print(f"round {number}", file=sys.stderr)
            for name in systems:
                of_dotnet = ["--postgres-process", str(servers.postgres.pid)] if name in DOTNET_SYSTEMS else []
                figures += [{**figure, "round": number} for figure in run([*commands[name], *of_dotnet, *common], servers.environment)]
        print(f"load average after: {os.getloadavg()[0]:.1f}", file=sys.stderr)

    if options.json:
        options.json.write_text("".join(json.dumps(figure) + "\n" for figure in figures))
    print_tables(figures)


if __name__ == "__main__":
    main()
