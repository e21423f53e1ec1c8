"""Runs kserve_app on a Ray of its own, on loopback: python run.py PORT REPLICAS. SIGTERM ends it."""

from __future__ import annotations

import signal
import sys
import threading

import ray
from ray import serve

from kserve_app import application


def main() -> None:
    port, replicas = int(sys.argv[1]), int(sys.argv[2])
    ended = threading.Event()
    ray.init(num_cpus=max(2, replicas + 1), include_dashboard=False, configure_logging=False, _node_ip_address="127.0.0.1")
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    serve.run(application(replicas), name="decodekit", route_prefix="/")
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: ended.set())
    ended.wait()
    serve.shutdown()
    ray.shutdown()


if __name__ == "__main__":
    main()
