"""The CRM's side: each event once, and the latest view of each call. With sqlite3; any database with transactions will do."""
import json
import sqlite3


class Calls:
    def __init__(self, path):
        # Transactions are begun and ended below, by hand.
        self.db = sqlite3.connect(path, isolation_level=None, timeout=30)
        self.db.execute('CREATE TABLE IF NOT EXISTS pitel_events (id TEXT PRIMARY KEY, type TEXT)')
        self.db.execute(
            'CREATE TABLE IF NOT EXISTS pitel_calls'
            ' (call_id TEXT PRIMARY KEY, epoch TEXT, sequence TEXT, state TEXT, view TEXT)'
        )

    def take(self, event, work=None):
        """Records the event and does the work, in one transaction. Returns False for one that was here before."""
        self.db.execute('BEGIN IMMEDIATE')
        try:
            row = (event['id'], event['type'])
            first = self.db.execute('INSERT OR IGNORE INTO pitel_events VALUES (?, ?)', row).rowcount == 1
            if first:
                # By the beginning of its name, so that a later version's call events count too.
                if event['type'].startswith('call-'):
                    self._keep(event)
                if work is not None:
                    work(event)
            self.db.execute('COMMIT')
            return first
        except BaseException:
            # Nothing has happened, and the event comes again.
            self.db.execute('ROLLBACK')
            raise

    def alive(self):
        """The state of each call that is alive, by its id."""
        return dict(self.db.execute("SELECT call_id, state FROM pitel_calls WHERE state <> 'ended'"))

    def close(self):
        self.db.close()

    def _keep(self, event):
        """`data` is the whole view of the call, so an older event has nothing that a newer one lacks."""
        call_id, data = event['subject'], event['data']
        last = self.db.execute('SELECT epoch, sequence FROM pitel_calls WHERE call_id = ?', (call_id,)).fetchone()
        # Sequences compare within an epoch only.
        if last is not None and last[0] == event['epoch'] and last[1] >= event['sequence']:
            return
        row = (call_id, event['epoch'], event['sequence'], data['state'], json.dumps(data))
        self.db.execute('INSERT OR REPLACE INTO pitel_calls VALUES (?, ?, ?, ?, ?)', row)
