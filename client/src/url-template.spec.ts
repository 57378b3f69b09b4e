import type { CallView } from './contract.js';
import { UrlTemplate } from './url-template.js';

const base = 'https://desk.example/app/';

function callOf(raw: string, e164: string | null = null): CallView {
  return {
    callId: 'c 1/2',
    customer: { raw, e164, national: null },
    queue: null,
    queues: [],
    waitMs: 0,
    linkedCallIds: ['first'],
  } as unknown as CallView;
}

function fill(template: string, call = callOf('0914', '+84914')): string {
  return new UrlTemplate(template, base).url(call);
}

describe('a URL template', () => {
  it.each([
    ['https://crm.example/?phone={customer.e164}', 'https://crm.example/?phone=%2B84914'],
    ['https://crm.example/calls/{callId}', 'https://crm.example/calls/c%201%2F2'],
    ['customers?q={customer.e164|customer.raw}', 'https://desk.example/app/customers?q=%2B84914'],
    ['/x?q={customer.national | customer.raw}', 'https://desk.example/x?q=0914'],
    [
      '/x?q={queue.name}&w={waitMs}&l={linkedCallIds.0}&n={unknown}',
      'https://desk.example/x?q=&w=0&l=first&n=',
    ],
    ['/x?q={constructor.name}{customer.toString}', 'https://desk.example/x?q='],
  ])('%s becomes %s', (template, url) => {
    expect(fill(template)).toBe(url);
  });

  it.each([
    ['"><script>&a=b#c', 'https://crm.example/x/%22%3E%3Cscript%3E%26a%3Db%23c/end'],
    ['../../admin', 'https://crm.example/x/..%2F..%2Fadmin/end'],
    ['..', 'https://crm.example/x//end'],
    ['\ud800', 'https://crm.example/x/%EF%BF%BD/end'],
  ])('keeps the caller id %p in its place', (raw, url) => {
    expect(fill('https://crm.example/x/{customer.raw}/end', callOf(raw))).toBe(url);
  });

  it('never becomes an address with another scheme, whatever the caller id is', () => {
    expect(fill('{customer.raw}', callOf('javascript:alert(1)'))).toBe(
      'https://desk.example/app/javascript%3Aalert(1)',
    );
  });

  it.each(['javascript:alert({callId})', 'data:text/html,{callId}', 'file:///etc/passwd', 'blob:{callId}'])(
    'refuses %s, which is neither http nor https',
    (template) => {
      expect(() => new UrlTemplate(template, base)).toThrow('http, https or relative');
    },
  );

  it.each([
    'https://{customer.raw}/',
    'https://crm.example.{customer.raw}/',
    '//{customer.raw}/x',
    'https://{customer.raw}@crm.example/',
  ])('refuses %s, which would let the caller choose where it leads', (template) => {
    expect(() => new UrlTemplate(template, base)).toThrow('origin');
  });
});
