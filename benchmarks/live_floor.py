"""The floor under live pages: a bare websockets server that broadcasts to everybody, told to by one message.

No sign-in, no topics, no table: only writing the same words to the same number of sockets.
`python -m benchmarks.live_floor PORT`
"""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

listening: set[ServerConnection] = set()


async def page(socket: ServerConnection) -> None:
    """A page listens until it leaves; "go N" makes N broadcasts."""
    listening.add(socket)
    try:
        while word := await socket.recv():
            for number in range(int(str(word).split()[1])):
                broadcast(listening, f'{{"topic": "dealer:{number + 1}", "n": {number}}}')
                # Let the sockets drain, as any server must.
                await asyncio.sleep(0)
    except ConnectionClosed:
        pass  # the measuring is over
    finally:
        listening.discard(socket)


async def main(port: int) -> None:
    async with serve(page, "127.0.0.1", port, compression=None, backlog=4096):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
