"""Whether the app's health check still answers while many read it, and how long they wait for their pages.

Run by `python -m benchmarks.health WORKSPACE` on a published workspace. Each reader opens every page in turn, over the
web socket that a browser uses, none of which was drawn before; another process asks `/healthz` all the while.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
import urllib.request
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Manager
from pathlib import Path
from threading import Event

from rich.console import Console
from rich.table import Table
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from app.kit.pages import PAGES
from tests.app_server import served

READERS = 50
SECONDS = 120
PAUSE_SECONDS = 0.2
REPOSITORY = Path(__file__).parents[1]


def main() -> None:
    """Serve the workspace, let readers in, print what `/healthz` and the pages took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.health", description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args()
    pages = [page.name for page in PAGES]
    with (
        tempfile.TemporaryDirectory() as folder,
        served(options.workspace, REPOSITORY, Path(folder) / "app.log") as address,
        Manager() as manager,
        ProcessPoolExecutor(1) as pool,
    ):
        stop = manager.Event()
        asked = pool.submit(health, address, stop)
        drawn = asyncio.run(read(address, pages, readers=options.readers, seconds=options.seconds))
        stop.set()
        answered = asked.result()
    table = Table("", "n", "median s", "99th of 100 s", "longest s")
    for name, seconds in ((f"/healthz under {options.readers} readers", answered), ("pages", drawn)):
        ordered = sorted(seconds) or [float("nan")]
        shown = (statistics.median(ordered), ordered[len(ordered) * 99 // 100], ordered[-1])
        table.add_row(name, str(len(seconds)), *(f"{value:.3f}" for value in shown))
    Console().print(table)


def health(address: str, stop: Event) -> list[float]:
    """Seconds that each answer of `/healthz` took, asked again and again until `stop`."""
    took = []
    while not stop.is_set():
        began = time.perf_counter()
        with urllib.request.urlopen(f"{address}/healthz", timeout=120) as response:
            response.read()
        took.append(time.perf_counter() - began)
        time.sleep(PAUSE_SECONDS)
    return took


async def read(address: str, pages: list[str], *, readers: int, seconds: float) -> list[float]:
    """Seconds that each page took which was drawn within `seconds`; every reader begins with another page."""
    took: list[float] = []

    async def reader(number: int) -> None:
        url = f"{address.replace('http', 'ws')}/_stcore/stream"
        async with connect(url, origin=address, subprotocols=["streamlit"], max_size=None) as socket:
            for at in range(len(pages)):
                asked = BackMsg()
                asked.rerun_script.page_name = pages[(number + at) % len(pages)]
                began = time.perf_counter()
                await socket.send(asked.SerializeToString())
                async for answer in socket:
                    message = ForwardMsg.FromString(answer)
                    if message.WhichOneof("type") == "script_finished":
                        break
                took.append(time.perf_counter() - began)

    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(reader(number) for number in range(readers)))
    except TimeoutError:
        pass
    return took


if __name__ == "__main__":
    main()
