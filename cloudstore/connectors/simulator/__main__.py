"""Start the platform simulator: `python -m cloudstore.connectors.simulator --help`."""

from __future__ import annotations

import argparse
import contextlib
import socket
import sqlite3
import sys
from pathlib import Path

import uvicorn

from cloudstore.connectors.simulator.app import build
from cloudstore.connectors.simulator.platform import Platform


def main(words: list[str]) -> int:
    options = _options(words)
    try:
        listener = _listen(options.host, options.port)
    except OSError as fault:
        sys.stderr.write(f"Port {options.port} on {options.host} cannot be used: {fault.strerror}.\n")
        return 2
    try:
        platform = Platform(options.state, options.target)
    except (OSError, sqlite3.Error) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else fault
        sys.stderr.write(f"The state file {options.state} cannot be used: {reason}.\n")
        return 2
    sys.stdout.write(f"Platform simulator at http://{options.host}:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(
        build(platform), log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=2
    )
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is the ordinary way to end it
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description="A Douyin open platform for this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8090, help="0 picks a free one and prints it")
    parser.add_argument("--state", type=Path, default=Path("var/simulator/douyin.sqlite3"), help="kept across restarts")
    parser.add_argument("--target", default="http://127.0.0.1:8000", help="where webhooks of the demo app go")
    return parser.parse_args(words)


def _listen(host: str, port: int) -> socket.socket:
    """Bound before anything else, so that a busy port is one clear sentence."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(256)
    return listener


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
