import type { Secret } from '../../config/secrets/secret.js';
import { type Received, verifySignature } from '../../webhooks/request/signature.js';
import { webhookId } from '../../webhooks/request/webhook-id.js';
import type { SavedRequest } from './saved-request.js';
import { ageText } from './text.js';

/** Whether a request is one that its receiver should have taken, and sentences that say why. */
export interface Verdict {
  readonly isRight: boolean;
  readonly lines: readonly string[];
}

/** A secret that the request may have been signed with although it is another webhook's. */
export interface OtherSecret {
  readonly tenant: string;
  readonly id: string;
  readonly secret: Secret;
}

/**
 * Says why the signature of a request does not match. A signature alone does not distinguish a wrong secret from an altered
 * body, so that this tries what usually happens to either: the body as other programs would have sent it on, and the secrets of the
 * other webhooks.
 * @param at when it came, epoch milliseconds; undefined: its age does not matter
 */
export function verdictOf(
  { headers, body }: SavedRequest,
  { secrets, others = [], at, now }: Known,
): Verdict {
  const received: Received = {
    id: headers.get('webhook-id') ?? '',
    timestamp: headers.get('webhook-timestamp') ?? '',
    signature: headers.get('webhook-signature') ?? '',
    body,
  };
  const sentAt = Number(received.timestamp) * 1_000;
  const found = verifySignature(received, secrets, at ?? sentAt);
  if (found.ok)
    return right(at === undefined ? `it was signed ${howLong(now - sentAt)}` : 'and so is its time');
  if (found.reason === 'malformed') {
    const absent = headers.size === 0 ? ': there are no headers' : '';
    return wrong(`A header is wrong: ${found.detail}${absent}.`, WHERE_HEADERS_GO);
  }
  if (found.reason === 'clock') {
    const way = found.ageSeconds > 0 ? 'older' : 'younger';
    return wrong(
      `The clock: the signature is right, but the request is ${ageText(found.ageSeconds * 1_000)} ${way} than --at, and a receiver takes five minutes.`,
      'A receiver whose clock is right and that gets this has got an old request again: refuse it. Otherwise set its clock by NTP.',
    );
  }
  if (found.reason === 'altered-body') return wrong(`The body was altered: ${found.detail}.`, RAW_BODY);
  return whyNotSigned(received, secrets, others);
}

function whyNotSigned(
  received: Received,
  secrets: readonly Secret[],
  others: readonly OtherSecret[],
): Verdict {
  const isSignedBy = (secret: Secret, given = received) => {
    const { id, timestamp } = given;
    return id !== '' && verifySignature(given, [secret], Number(timestamp) * 1_000).ok;
  };
  const text = Buffer.from(received.body).toString('utf8');
  for (const [how, body] of alterationsOf(text))
    if (secrets.some((secret) => isSignedBy(secret, { ...received, body })))
      return wrong(`The body was altered: ${how}.`, RAW_BODY);
  const other = others.find(({ secret }) => isSignedBy(secret));
  if (other !== undefined)
    return wrong(
      `The secret is another: the request was signed for the webhook ${other.id} of the tenant ${other.tenant}.`,
      'The receiver needs the secret of its own webhook, or the address of another.',
    );
  if (text === '') return wrong('The body was altered: it is empty.', RAW_BODY);
  const event = parsed(text);
  if (event === null)
    return wrong('The body was altered: it is not the JSON that the bridge sends. It may be cut.', RAW_BODY);
  if (typeof event.id === 'string' && webhookId(event.id) !== received.id)
    return wrong(
      'The body was altered: it is not that of the event that webhook-id names.',
      'Were headers and body saved from two requests?',
    );
  return wrong(
    'The secret is another, or the content of the body was altered: no secret that is known here has signed it.',
    'Compare the secret at both ends, from whsec_ to its last character. With two of them during a rotation, the receiver needs one.',
  );
}

/** What programs between the bridge and the check also make of a body, each with the body as it was before. */
function alterationsOf(text: string): readonly (readonly [how: string, body: string])[] {
  const found = [
    ['it was taken for ISO 8859-1 and written in UTF-8 again', Buffer.from(text, 'latin1').toString('utf8')],
    ['quotes were escaped with backslashes', text.replace(/\\(["'\\])/g, '$1')],
  ] as const;
  return found.filter(([, body]) => body !== text);
}

function parsed(text: string): { readonly id?: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

const RAW_BODY =
  'Verify the bytes as they came, before anything parses them: php://input, request.get_data() in Flask, $request->getContent() in Laravel.';
const WHERE_HEADERS_GO =
  'PHP has them as $_SERVER["HTTP_WEBHOOK_ID"]; a proxy must leave all headers that begin with webhook- as they are.';

function right(also: string): Verdict {
  return { isRight: true, lines: [`The signature is right; ${also}.`] };
}

function wrong(...lines: string[]): Verdict {
  return { isRight: false, lines };
}

function howLong(ms: number): string {
  if (Math.abs(ms) <= 300_000) return 'just now';
  const age = ageText(ms);
  return ms > 0
    ? `${age} ago: a receiver refuses a request that is older than five minutes (--at says when it came)`
    : `${age} from now: one of the clocks is wrong`;
}

interface Known {
  readonly secrets: readonly Secret[];
  readonly others?: readonly OtherSecret[];
  readonly at: number | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}
