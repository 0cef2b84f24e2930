#!/usr/bin/env python3
"""How long the services take to start and how much memory they keep, beside another checkout.

    python3 bench/start/compare.py start  --base ../other [--pairs 9] [--configuration Debug] [--services api worker web sandbox]
    python3 bench/start/compare.py memory --base ../other [--minutes 5] [--reports 10] [--views 200]

Both checkouts must be built. Needs Linux, PostgreSQL's programs and redis-server; nothing else should run on the machine.
"""
import argparse
import contextlib
import http.cookiejar
import http.server
import json
import os
import re
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parents[2]
PROJECTS = {"api": "Forge.Api", "worker": "Forge.Worker", "web": "Forge.Web", "sandbox": "Forge.Sandbox"}
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 60  # seconds


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"Nothing listens on port {port}.")


class Telemetry(http.server.BaseHTTPRequestHandler):
    """Takes telemetry and forgets it: what the services send is theirs to pay for, what is done with it is not."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Stores:
    """A Postgres and a Redis server for one checkout, thrown away at the end."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="forge-start-"))
        programs = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), default=None)
        if programs is None:
            programs = pathlib.Path(shutil.which("postgres")).parent
        as_postgres = []
        if os.geteuid() == 0:  # Postgres refuses to run as root.
            shutil.chown(self.folder, "postgres", "postgres")
            as_postgres = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        self.postgres_port, self.redis_port = free_port(), free_port()
        data = str(self.folder / "data")
        subprocess.run([*as_postgres, programs / "initdb", "-D", data, "-U", "forge", "-A", "trust", "--no-sync"], check=True, stdout=subprocess.DEVNULL)
        self.processes = [
            subprocess.Popen(
                [*as_postgres, programs / "postgres", "-D", data, "-p", str(self.postgres_port), "-h", "127.0.0.1", "-k", ""],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
            subprocess.Popen(
                ["redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)],
                stdout=subprocess.DEVNULL),
        ]
        wait_for_port(self.postgres_port)
        wait_for_port(self.redis_port)
        connection = ["-h", "127.0.0.1", "-p", str(self.postgres_port), "-U", "forge"]
        deadline = time.monotonic() + PATIENCE
        while subprocess.run([programs / "createdb", *connection, "forgedb"], stderr=subprocess.DEVNULL).returncode and time.monotonic() < deadline:
            time.sleep(0.1)

    def close(self):
        self.processes[0].send_signal(signal.SIGINT)
        self.processes[1].terminate()
        for process in self.processes:
            process.wait(PATIENCE)
        shutil.rmtree(self.folder)


class Build:
    """One checkout's services, with stores and ports of their own."""

    def __init__(self, root, configuration, telemetry_port=None):
        self.root, self.configuration = pathlib.Path(root).resolve(), configuration.lower()
        self.stores = Stores()
        self.ports = {name: free_port() for name in [*PROJECTS, "smtp"]}
        self.environment = {
            **os.environ,
            "ASPNETCORE_ENVIRONMENT": "Development",
            "ConnectionStrings__forgedb": f"Host=127.0.0.1;Port={self.stores.postgres_port};Username=forge;Password=forge;Database=forgedb",
            "ConnectionStrings__redis": f"127.0.0.1:{self.stores.redis_port}",
            "Mail__Server": f"smtp://127.0.0.1:{self.ports['smtp']}",
            "Smtp__Port": str(self.ports["smtp"]),
            "services__sandbox__http__0": f"http://127.0.0.1:{self.ports['sandbox']}",
            "services__api__http__0": f"http://127.0.0.1:{self.ports['api']}",
            "Accounts__AdminPassword": "a-password-for-measuring",
            "Lab__Enabled": "true",
        }
        if telemetry_port:
            self.environment |= {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{telemetry_port}", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}

    def url(self, service, path):
        return f"http://127.0.0.1:{self.ports[service]}{path}"

    def start(self, service):
        project = PROJECTS[service]
        program = self.root / "artifacts" / "bin" / project / self.configuration / project
        environment = {**self.environment, "ASPNETCORE_URLS": self.url(service, ""), "OTEL_SERVICE_NAME": service}
        return subprocess.Popen([program], cwd=self.root / project, env=environment, stdout=subprocess.DEVNULL)

    def wait_until_ready(self, service, process):
        """Asks every 5 ms, over a connection of its own each time."""
        request = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{self.ports[service]}\r\nConnection: close\r\n\r\n".encode()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"{service} of {self.root} ended with exit code {process.returncode} instead of starting.")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.ports[service]), 1) as connection:
                connection.settimeout(PATIENCE)
                connection.sendall(request)
                if connection.recv(64).startswith(b"HTTP/1.1 200"):
                    return
            time.sleep(0.005)
        raise TimeoutError(f"{service} of {self.root} was not healthy within {PATIENCE} s.")

    def close(self):
        self.stores.close()


def processor_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_megabytes(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def stop(process):
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def measure_start(build, service):
    begun = time.monotonic()
    process = build.start(service)
    try:
        build.wait_until_ready(service, process)
        return time.monotonic() - begun, processor_seconds(process)
    finally:
        stop(process)


def compare_start(builds, services, pairs):
    print(f"{'service':8} {'wall, base':>11} {'here':>7} {'ratio':>6}   {'processor, base':>15} {'here':>7} {'ratio':>6}")
    for service in services:
        for build in builds:
            measure_start(build, service)  # migrations, the file cache
        times = [[], []]
        for pair in range(pairs):
            for side in (0, 1) if pair % 2 == 0 else (1, 0):
                times[side].append(measure_start(builds[side], service))
        columns = []
        for kind in (0, 1):
            base, here = ([sample[kind] for sample in side] for side in times)
            ratio = statistics.median(after / before for before, after in zip(base, here))
            columns += [statistics.median(base), statistics.median(here), ratio]
        print("{:8} {:9.2f} s {:5.2f} s {:6.2f}   {:13.2f} s {:5.2f} s {:6.2f}".format(service, *columns), flush=True)


def call(build, service, path, body=None, token=None):
    request = urllib.request.Request(build.url(service, path), None if body is None else json.dumps(body).encode(), {"Content-Type": "application/json"})
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        return json.load(response)


def make_reports(build, count):
    token = call(build, "api", "/forge/login", {"email": "admin@forge.local", "password": build.environment["Accounts__AdminPassword"]})["accessToken"]
    jobs = [
        call(build, "api", "/forge/jobs", {"kind": "report.generate", "payload": {"reportId": f"start-{number}", "pages": 500}}, token)["id"]
        for number in range(count)]
    for job in jobs:
        deadline = time.monotonic() + 10 * PATIENCE
        while (state := call(build, "api", f"/forge/jobs/{job}", token=token)["state"]) != "completed":
            if state in ("discarded", "cancelled") or time.monotonic() > deadline:
                raise RuntimeError(f"A report of {build.root} is {state}.")
            time.sleep(0.5)


def view_pages(build, count):
    """Signs in as a browser does and reads pages by turns."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    with browser.open(build.url("web", "/accounts/signin"), timeout=PATIENCE) as response:
        form = response.read().decode()
    token = re.search(r'name="__RequestVerificationToken"[^>]*value="([^"]+)"', form)[1]
    fields = {"Input.Email": "admin@forge.local", "Input.Password": build.environment["Accounts__AdminPassword"], "__RequestVerificationToken": token}
    browser.open(build.url("web", "/accounts/signin"), urllib.parse.urlencode(fields).encode(), timeout=PATIENCE).close()
    for number in range(count):
        path = ["/", "/jobs", "/reports/new"][number % 3]
        with browser.open(build.url("web", path), timeout=PATIENCE) as response:
            response.read()
            if response.status != 200 or "signin" in response.url:
                raise RuntimeError(f"{path} of {build.root} answered {response.status} at {response.url}.")


def watch_health(running, seconds):
    """Waits, asking for everybody's health as often as an AppHost does."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        for build, service, process in running:
            build.wait_until_ready(service, process)
        time.sleep(min(30, left))


def report_memory(title, running, services):
    sizes = {(build.root, service): resident_megabytes(process) for build, service, process in running}
    base, here = dict.fromkeys(build.root for build, _, _ in running)
    print(title)
    for service in services:
        before, after = sizes[base, service], sizes[here, service]
        print(f"  {service:8} {before:6.0f} MB {after:6.0f} MB {after / before:6.2f}")
    measured = [service for service in services if service != "sandbox"]
    before, after = (sum(sizes[root, service] for service in measured) for root in (base, here))
    print(f"  {'+'.join(measured)} {before:6.0f} MB {after:6.0f} MB {after / before:6.2f}", flush=True)


def compare_memory(builds, minutes, reports, views):
    services = ["sandbox", "api", "worker", "web"]
    running = []
    try:
        for service in services:
            for build in builds:
                process = build.start(service)
                running.append((build, service, process))
                build.wait_until_ready(service, process)
        watch_health(running, 60 * minutes)
        report_memory(f"resident, {minutes:g} minutes after the start: base, here, ratio", running, services)
        for build in builds:
            make_reports(build, reports)
            view_pages(build, views)
        report_memory(f"right after {reports} reports of 500 pages and {views} page views", running, services)
        watch_health(running, 60)
        report_memory("a minute later", running, services)
    finally:
        for _, _, process in reversed(running):
            stop(process)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("measure", choices=["start", "memory"])
    options.add_argument("--base", required=True, help="the checkout to compare with")
    options.add_argument("--here", default=HERE, help="the checkout that is measured; this one by default")
    options.add_argument("--configuration", default="Debug")
    options.add_argument("--services", nargs="+", choices=PROJECTS, default=["api", "worker", "web", "sandbox"], help="for start")
    options.add_argument("--pairs", type=int, default=9)
    options.add_argument("--telemetry", action="store_true", help="export telemetry, as under an AppHost")
    options.add_argument("--minutes", type=float, default=5)
    options.add_argument("--reports", type=int, default=10)
    options.add_argument("--views", type=int, default=200)
    given = options.parse_args()

    telemetry = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Telemetry)
    threading.Thread(target=telemetry.serve_forever, daemon=True).start()
    with contextlib.ExitStack() as cleaning:
        builds = []
        for root in (given.base, given.here):
            builds.append(Build(root, given.configuration, telemetry.server_port if given.telemetry else None))
            cleaning.callback(builds[-1].close)
        if given.measure == "start":
            compare_start(builds, given.services, given.pairs)
        else:
            compare_memory(builds, given.minutes, given.reports, given.views)


if __name__ == "__main__":
    main()
