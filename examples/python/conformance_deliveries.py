"""`npm run conformance -- python3 examples/python/conformance_deliveries.py`: what receive.py and redis_worker.py do with an event."""
import json
import sys

from calls import Calls


def say(**line):
    print(json.dumps(line), flush=True)


calls = None
for text in sys.stdin:
    line = json.loads(text)
    if line['do'] == 'start':
        calls = Calls(f"{line['dir']}/calls.sqlite")
        say(say='ready', profile='delivery')
    elif line['do'] == 'deliver':
        if calls.take(line['event']):
            say(say='handled', id=line['event']['id'])
        say(say='acknowledged', delivery=line['delivery'])
    elif line['do'] == 'report':
        say(say='state', report=line['report'], calls=calls.alive())
