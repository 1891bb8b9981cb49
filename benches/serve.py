"""Starts a server again and again, and asks it: time to the first answer, memory, latency.

    python3 benches/serve.py --post /gordo/v0/quickstart/random/anomaly/prediction rows.json \\
        -- out/bin/quickstart --port 5555

What stands behind `--` is started; memory is summed over it and its children. Needs Linux.
"""

import argparse
import os
import signal
import socket
import statistics
import sys
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=5555, help="where the server listens")
    parser.add_argument("--post", nargs=2, metavar=("PATH", "BODY"), help="what is asked")
    parser.add_argument("--starts", type=int, default=20)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between attempts while it starts")
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()

    health = b"GET /healthcheck HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
    asked, kept = {"healthy answer": health}, None
    if args.post:
        path, name = args.post
        body = open(name, "rb").read()
        head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        asked["prediction"] = f"{head}Connection: close\r\n\r\n".encode() + body
        kept = f"{head}\r\n".encode() + body

    for what, request in asked.items():
        took = []
        for _ in range(args.starts):
            server, seconds = start(args, request)
            took.append(seconds * 1e3)
            stop(server)
        show(f"start to first {what}", took, "ms")

    server, _ = start(args, health)
    try:
        measure(args, server, asked.get("prediction"), kept)
    finally:
        stop(server)


def measure(args, server, request, kept):
    """Memory of a running server, idle and after requests, and how long a request takes."""
    time.sleep(1)
    print(f"memory, idle: {memory(server)}")
    if request:
        for _ in range(5):
            ask(args, request)
        took = []
        for _ in range(args.requests):
            begun = time.perf_counter()
            status, size = ask(args, request)
            took.append((time.perf_counter() - begun) * 1e3)
            if status != 200:
                sys.exit(f"status {status}")
        print(f"memory, after {args.requests} requests: {memory(server)}")
        show(f"request of {len(request)} bytes, answer of {size}, a connection each", took, "ms")
        if took := keep_alive(args, kept):
            show("the same on one connection", took, "ms")


def start(args, request):
    """Starts the server; seconds until `request` is answered with 200."""
    try:
        socket.create_connection(("127.0.0.1", args.port), 2).close()
        sys.exit(f"port {args.port} is taken")
    except OSError:
        pass
    null = os.open(os.devnull, os.O_RDWR)
    onto_null = [(os.POSIX_SPAWN_DUP2, null, stream) for stream in (0, 1, 2)]
    begun = time.perf_counter()
    server = os.posix_spawnp(args.command[0], args.command, os.environ, file_actions=onto_null, setpgroup=0)
    while True:
        try:
            if ask(args, request)[0] == 200:
                break
        except OSError:
            pass
        if args.pause:
            time.sleep(args.pause)
        if time.perf_counter() - begun > 120:
            stop(server)
            sys.exit("no answer in two minutes")
    seconds = time.perf_counter() - begun
    os.close(null)
    return server, seconds


def stop(server):
    """Ends the server and its children, and waits until nobody of them is left."""
    os.killpg(server, signal.SIGTERM)
    os.waitpid(server, 0)
    try:
        while True:
            os.killpg(server, 0)
            time.sleep(0.05)
    except ProcessLookupError:
        pass


def ask(args, request):
    """Status and length of the answer on a connection of its own."""
    with socket.socket() as connection:
        connection.settimeout(60)
        connection.connect(("127.0.0.1", args.port))
        connection.sendall(request)
        return read(connection)


def read(connection):
    answer = connection.recv(1 << 18)
    while b"\r\n\r\n" not in answer:
        more = connection.recv(1 << 18)
        if not more:
            raise ConnectionResetError
        answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
    got = len(body)
    while got < length:
        more = connection.recv(1 << 18)
        if not more:
            raise ConnectionResetError
        got += len(more)
    return int(lines[0].split()[1]), length


def keep_alive(args, request):
    """Milliseconds of each request on one connection; nothing if the server closes it."""
    took = []
    try:
        with socket.create_connection(("127.0.0.1", args.port), 60) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(args.requests):
                begun = time.perf_counter()
                connection.sendall(request)
                read(connection)
                took.append((time.perf_counter() - begun) * 1e3)
    except OSError:
        return []
    return took


def memory(server):
    """Resident and proportional memory of a process and its descendants."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            parents[int(name)] = int(open(f"/proc/{name}/stat").read().rpartition(")")[2].split()[1])
        except OSError:
            pass
    family = [server]
    for one in family:
        family += [child for child, parent in parents.items() if parent == one]
    resident = sum(field(f"/proc/{one}/status", "VmRSS:") for one in family) / 1024
    proportional = sum(field(f"/proc/{one}/smaps_rollup", "Pss:") for one in family) / 1024
    return f"RSS {resident:.1f} MiB, PSS {proportional:.1f} MiB, {len(family)} processes"


def field(path, name):
    return next(int(line.split()[1]) for line in open(path) if line.startswith(name))


def show(what, took, unit):
    took = sorted(took)
    median, last = statistics.median(took), took[min(len(took) - 1, len(took) * 95 // 100)]
    print(f"{what}: median {median:.3g} {unit}, least {took[0]:.3g}, 95 % {last:.3g} ({len(took)} times)")


main()
