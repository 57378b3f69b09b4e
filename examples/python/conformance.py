"""`npm run conformance -- node dist/test/conformance/over-socket-io.js python3 examples/python/conformance.py`"""
import asyncio
import json
import os
import sys

from socketio_client import Follower


def say(**line):
    print(json.dumps(line), flush=True)


async def main():
    loop = asyncio.get_running_loop()
    follower = None
    following = None
    while True:
        text = await loop.run_in_executor(None, sys.stdin.readline)
        if not text:
            # The thread that reads, and the client that may be connecting, end with the process.
            os._exit(0)
        line = json.loads(text)
        if line['do'] == 'start':
            follower = Follower(
                os.environ['BRIDGE_URL'],
                None,
                lambda event: say(say='handled', id=event['id']),
                lambda cursor: say(say='saved', cursor=cursor),
                line['cursor'],
            )
            following = asyncio.ensure_future(follower.run())
            following.add_done_callback(lambda task: os._exit(1) if task.exception() else None)
        elif line['do'] == 'report':
            calls = {call_id: call['state'] for call_id, call in follower.calls.items()}
            say(say='state', report=line['report'], calls=calls, sources=follower.sources)


asyncio.run(main())
