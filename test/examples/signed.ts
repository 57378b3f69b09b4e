import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';
import { Webhook } from 'standardwebhooks';
import type { BridgeEvent } from '../../src/core/model/event.js';

export const SECRET = `whsec_${Buffer.from('the key of the webhooks of acme').toString('base64')}`;
export const OLD_SECRET = `whsec_${Buffer.from('the key that it replaces, or not').toString('base64')}`;
export const OTHER_SECRET = `whsec_${Buffer.from('the key of somebody quite other').toString('base64')}`;

export interface Signing {
  /** Two while one replaces the other. */
  readonly secrets?: readonly string[];
  readonly at?: Date;
  /** In place of the body that was signed. */
  readonly altered?: string;
  /** In place of the bridge's way: the headers' signature. */
  readonly sign?: (id: string, at: Date, body: string) => string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Sends the event as the bridge does: a CloudEvent in structured mode, signed by Standard Webhooks. */
export function deliver(url: string, event: BridgeEvent, signing: Signing = {}): Promise<Answer> {
  const { secrets = [SECRET], at = new Date(), altered } = signing;
  const { sign = (...signed) => secrets.map((secret) => new Webhook(secret).sign(...signed)).join(' ') } =
    signing;
  const body = JSON.stringify(event);
  const id = `evt_${createHash('sha256').update(event.id).digest('hex')}`;
  return post(url, altered ?? body, {
    'Content-Type': 'application/cloudevents+json; charset=utf-8',
    'Webhook-Id': id,
    'Webhook-Timestamp': String(Math.floor(at.getTime() / 1_000)),
    'Webhook-Signature': sign(id, at, body),
  });
}

/** What somebody signs who knows no secret: with an empty key. */
export function signedByNone(id: string, at: Date, body: string): string {
  const signed = `${id}.${Math.floor(at.getTime() / 1_000)}.${body}`;
  return `v1,${createHmac('sha256', '').update(signed).digest('base64')}`;
}

/** With header names as they are given; `fetch` would make small letters of them. */
export function post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = { 'Content-Length': String(Buffer.byteLength(body)) };
    const request = http.request(url, { method: 'POST', headers: { ...headers, ...length }, agent: false });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode!, text }));
    });
    request.end(body);
  });
}
