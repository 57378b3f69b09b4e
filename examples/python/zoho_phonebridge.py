"""The server that the bridge's webhooks go to, for Zoho PhoneBridge: the agent's card while it rings, and the log of the call."""
import json
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request

from receive import Receiver, serve

TIMEOUT_S = 10
EARLY_S = 60


class Zoho:
    """Zoho's calls, with an access token that is got by the refresh token, kept, and got again before it runs out."""

    def __init__(self, accounts, client_id, client_secret, refresh_token):
        self.accounts = accounts
        self.credentials = {
            'grant_type': 'refresh_token',
            'client_id': client_id,
            'client_secret': client_secret,
            'refresh_token': refresh_token,
        }
        self.token, self.api, self.good_until = None, None, 0

    def notify(self, fields):
        try:
            return self._post(f'{self._api()}/phonebridge/v3/callnotify', fields, self.token)
        except urllib.error.HTTPError as error:
            if error.code not in (400, 401) or b'INVALID_TOKEN' not in error.read():
                raise
        # It was revoked before its time: again, with another one.
        self.token = None
        return self._post(f'{self._api()}/phonebridge/v3/callnotify', fields, self.token)

    def _api(self):
        if self.token is None or time.time() > self.good_until - EARLY_S:
            answer = self._post(f'{self.accounts}/oauth/v2/token', self.credentials)
            # Zoho answers 200 with `error` where the refresh token is wrong.
            if 'access_token' not in answer:
                raise RuntimeError(f"no access token: {answer.get('error')}")
            self.token, self.api = answer['access_token'], answer['api_domain']
            self.good_until = time.time() + answer['expires_in']
        return self.api

    def _post(self, url, fields, token=None):
        data = urllib.parse.urlencode({name: value for name, value in fields.items() if value is not None}).encode()
        headers = {} if token is None else {'Authorization': f'Zoho-oauthtoken {token}'}
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=TIMEOUT_S) as answer:
            return json.load(answer)


def notification(event, users):
    """What Zoho is to hear of the event, or None. `users`: PhoneBridge's user by the extension."""
    call = event['data']
    if event['type'] == 'call-offered':
        return call_fields(call, 'ringing', call['offer']['extension'], users)
    if event['type'] == 'call-answered' and call['agent'] is not None:
        return call_fields(call, 'answered', call['agent']['extension'], users)
    if event['type'] == 'call-ended':
        extension = (call['agent'] or {}).get('extension') or next((leg['extension'] for leg in call['extensions'][::-1]), None)
        answered = call['outcome'] == 'answered'
        state = 'ended' if answered else 'noanswer' if call['direction'] == 'outbound' else 'missed'
        fields = call_fields(call, state, extension, users)
        # GMT, and whole seconds; the bridge gives milliseconds, and null where it does not know.
        fields['start_time'] = call['startedAt'][:19].replace('T', ' ')
        if answered:
            fields['duration'] = (call['talkMs'] or 0) // 1000
        return fields
    return None


def call_fields(call, state, extension, users):
    outbound = call['direction'] == 'outbound'
    customer = (call['customer'] or {}).get('e164') or (call['customer'] or {}).get('raw')
    # A caller who rang at no extension called the company.
    agent = extension or (call['hotline'] or {}).get('e164')
    return {
        'type': 'dialed' if outbound else 'received',
        'state': state,
        # Letters and digits only.
        'id': re.sub('[^0-9A-Za-z]', '', call['callId']),
        'from': agent if outbound else customer,
        'to': customer if outbound else agent,
        'zohouser': users.get(extension),
    }


zoho = Zoho(
    os.environ.get('ZOHO_ACCOUNTS', 'https://accounts.zoho.com'),
    os.environ['ZOHO_CLIENT_ID'],
    os.environ['ZOHO_CLIENT_SECRET'],
    os.environ['ZOHO_REFRESH_TOKEN'],
)
USERS = json.loads(os.environ['ZOHO_USERS'])  # {"107": "20068512682"}


class ZohoReceiver(Receiver):
    @staticmethod
    def work(event):
        fields = notification(event, USERS)
        if fields is not None:
            zoho.notify(fields)


if __name__ == '__main__':
    serve(ZohoReceiver)
