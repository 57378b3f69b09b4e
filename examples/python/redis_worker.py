"""A worker of a group that reads the bridge's log from Redis (docs/redis-consumers.md). It needs the package redis."""
import json
import os
import socket

import redis

from calls import Calls

STREAM = 'pitel:{acme}:events'  # the braces are part of the name
GROUP = 'crm'
COUNT = 50
ME = os.environ.get('WORKER', socket.gethostname())  # the same after a restart, another for each worker
STALE_MS = int(os.environ.get('STALE_MS', '60000'))  # longer than the work on a batch ever takes

log = redis.Redis.from_url(os.environ['REDIS_URL'], decode_responses=True)
calls = Calls(os.environ.get('PITEL_DATABASE', 'calls.sqlite'))


def create_group():
    """'0': from the oldest event that is held; '$' instead: from now on."""
    try:
        log.xgroup_create(STREAM, GROUP, '0', mkstream=True)
    except redis.ResponseError as error:
        if not str(error).startswith('BUSYGROUP'):
            raise


def next_entries():
    """What a worker that has died left behind comes first."""
    try:
        left = log.xautoclaim(STREAM, GROUP, ME, STALE_MS, '0-0', count=COUNT)[1]
        if left:
            return left
        read = log.xreadgroup(GROUP, ME, {STREAM: '>'}, count=COUNT, block=5_000)
        return read[0][1] if read else []
    except redis.ResponseError as error:
        if 'NOGROUP' not in str(error) and 'UNBLOCKED' not in str(error):
            raise
        create_group()  # Redis was wiped, and the group with it
        return []


create_group()
while True:
    for entry, fields in next_entries():
        # No fields: the log was trimmed while the entry waited.
        if fields:
            event = json.loads(fields['event'])
            first = calls.take(event)
            print(ME, 'done' if first else 'had', event['type'], event['subject'], flush=True)
        log.xack(STREAM, GROUP, entry)
