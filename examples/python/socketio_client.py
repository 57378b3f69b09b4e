"""A client of the bridge that misses nothing. It needs python-socketio 5 and aiohttp.

The asynchronous client, because the other one takes each message in a thread of its own, and threads overtake each other.
"""
import asyncio
import os
import random
import sys
from collections import OrderedDict

import socketio

REMEMBERED_IDS = 1_000
PAUSES_S = (1, 2, 5, 10, 30)


class Follower:
    """Keeps the calls that are alive in `calls`, by their id, and the PBX's endpoints in `sources`.

    `act(event)` is called once for each event, in order. `save(cursor)` is called after it; a process that begins with
    the newest saved cursor goes on where the last one ended.
    """

    def __init__(self, url, token, act, save, cursor=None):
        self.url, self.token, self.act, self.save = url, token, act, save
        self.cursor = cursor
        self.calls, self.sources = {}, {}
        # The sequence of a snapshot that came before missed events: up to here they are acted on, and do not change the
        # state back. Without a reset sequences go on over every epoch.
        self._folded = None
        self._ids = OrderedDict()
        # A new process knows no calls: it takes a snapshot first, and what it missed afterwards.
        self._needs_snapshot = True

    async def run(self):
        failures = 0
        while True:
            end = await self._connection()
            if end == 'resume':
                continue
            failures = 0 if end == 'lost' else failures + 1
            # Never all clients at the same moment.
            await asyncio.sleep(random.random() * PAUSES_S[min(failures, len(PAUSES_S) - 1)])

    async def _connection(self):
        """One connection, from its handshake to its end."""
        inbox = asyncio.Queue()
        client = socketio.AsyncClient(reconnection=False)
        client.on('*', lambda name, body=None: inbox.put_nowait((name, body)))
        client.on('disconnect', lambda *_: inbox.put_nowait(('disconnect', None)))
        auth = {'token': self.token}
        if self.cursor is not None and not self._needs_snapshot:
            auth['cursor'] = self.cursor
        try:
            await client.connect(self.url, auth=auth, transports=['websocket'])
            while True:
                name, body = await inbox.get()
                if name == 'disconnect':
                    return 'lost'
                if self._take(name, body) == 'resume':
                    return 'resume'
        except socketio.exceptions.ConnectionError as error:
            print('not connected:', error, file=sys.stderr)
            return 'refused'
        finally:
            await client.disconnect()

    def _take(self, name, body):
        if name == 'snapshot':
            return self._snapshot(body)
        if name == 'reset':
            # The log has lost its past; a snapshot follows.
            self.cursor = self._folded = None
        elif isinstance(body, dict) and 'sequence' in body and 'epoch' in body:
            # By its form, so that an event of a later version moves the cursor too.
            self._event(body)
        return None

    def _snapshot(self, snapshot):
        self.calls = {call['callId']: call for call in snapshot['calls']}
        self.sources = {source['endpoint']: source['state'] for source in snapshot['sources']}
        missed = self._needs_snapshot and self.cursor is not None
        self._needs_snapshot = False
        if missed:
            self._folded = snapshot['cursor'].split(':')[1]
            return 'resume'
        self._move(snapshot['cursor'])
        return None

    def _event(self, event):
        cursor = f"{event['epoch']}:{event['sequence']}"
        if reaches(self.cursor, cursor):
            return
        if self._folded is None or event['sequence'] > self._folded:
            self._fold(event)
        # An event that is announced again has the id that it had.
        if event['id'] not in self._ids:
            self.act(event)
            self._ids[event['id']] = True
            if len(self._ids) > REMEMBERED_IDS:
                self._ids.popitem(last=False)
        self._move(cursor)

    def _fold(self, event):
        if event['type'] == 'call-ended':
            self.calls.pop(event['subject'], None)
        elif event['type'].startswith('call-'):
            self.calls[event['subject']] = event['data']
        elif event['type'].startswith('source-'):
            self.sources[event['subject']] = event['data']['state']

    def _move(self, cursor):
        self.cursor = cursor
        self.save(cursor)


def reaches(reached, cursor):
    """Whether a client at `reached` has had `cursor`. Cursors of two epochs do not compare."""
    return reached is not None and reached.split(':')[0] == cursor.split(':')[0] and cursor <= reached


def main():
    path = os.environ.get('PITEL_CURSOR_FILE', 'cursor.txt')

    def save(cursor):
        # Whole or not at all, also when the machine stops in between.
        with open(f'{path}.new', 'w') as file:
            file.write(cursor)
        os.replace(f'{path}.new', path)

    saved = open(path).read() if os.path.exists(path) else None
    act = lambda event: print(event['type'], event['subject'], flush=True)  # noqa: E731
    asyncio.run(Follower(os.environ['BRIDGE_URL'], os.environ['BRIDGE_TOKEN'], act, save, saved).run())


if __name__ == '__main__':
    main()
