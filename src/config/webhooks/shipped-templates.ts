import { NOTICE_NAMES } from './notices.js';
import { readTemplateForm, type TemplateForm } from './template-reader.js';
import { TemplateShape } from './template-shape.js';

/**
 * The mappings that come with the bridge, written as a configuration would write them; `notices.ts` has the messages for people. Each follows the public page of its
 * receiver; test/fixtures/webhook-requests.json has what they send.
 */

/** https://developer.getfly.vn, "Call center": the pop-up of an incoming call, and the record of a call that has ended. */
const GETFLY = {
  time: 'yyyy-MM-dd HH:mm:ss',
  requests: [
    {
      types: ['call-offered'],
      when: { direction: 'inbound' },
      needs: ['customer.raw', 'offer.extension'],
      path: '/api/callcenter/inbound',
      query: {
        secret: '{$secret}',
        phone: '{customer.raw}',
        'extension[]': '{offer.extension}',
        provider_code: "{$providerCode|''}",
      },
    },
    {
      types: ['call-ended'],
      when: { direction: ['inbound', 'outbound'] },
      needs: ['customer.raw'],
      path: '/api/v6.1/call_center/cdr',
      body: {
        secret: '{$secret}',
        phone: '{customer.raw}',
        extension: '{extension}',
        uuid: '{callId}',
        type: '{direction}',
        time: '{startedAt}',
        duration: "{talkMs:seconds|'0'}",
        status: '{outcome}',
        provider_code: "{$providerCode|''}",
      },
    },
  ],
};

/**
 * The `call_in` addresses of VoiceCloud (https://wiki.voicecloud.vn, "Document API"), which BizFly CRM and others take too: a
 * ring, an answer, and the record of an incoming call. Their `hangup` says less than that record, and is not sent.
 */
const BIZFLY = {
  time: 'yyyy-MM-dd-HH:mm:ss',
  words: {
    outcome: { answered: 'ANSWERED', abandoned: 'ABANDON', 'no-answer': 'NO ANSWER', unknown: 'UNKNOWN' },
  },
  requests: [
    ...[
      ['call-offered', 'RING', '{offer.extension}'],
      ['call-answered', 'ANSWER', '{agent.extension|extension}'],
    ].map(([type, event, extension]) => ({
      types: [type],
      when: { direction: 'inbound' },
      needs: ['customer.raw'],
      path: '/api/callcenter/call_in',
      query: {
        phone: '{customer.raw}',
        queue: '{queue.id}',
        extension,
        callid: '{callId}',
        event,
        did: '{hotline.raw}',
      },
    })),
    {
      types: ['call-ended'],
      when: { direction: 'inbound', outcome: 'abandoned' },
      needs: ['customer.raw'],
      path: '/api/callcenter/calldata',
      query: {
        callid: '{callId}',
        calldate: '{startedAt}',
        holdtime: "{waitMs:seconds|durationMs:seconds|'0'}",
        status: '{outcome}',
        queue: '{queue.id}',
        phone: '{customer.raw}',
      },
    },
    {
      types: ['call-ended'],
      when: { direction: 'inbound' },
      needs: ['customer.raw'],
      path: '/api/callcenter/calldata',
      query: {
        callid: '{callId}',
        calldate: '{startedAt}',
        duration: "{durationMs:seconds|'0'}",
        status: '{outcome}',
        extension: '{extension}',
        phone: '{customer.raw}',
      },
    },
  ],
};

/**
 * For n8n, Make, Zapier and others that read flat JSON: every event, each field with the same name and type. What a type of event
 * is about is in it; `template-fields.spec.ts` lists the fields that it leaves out.
 */
const GENERIC = {
  requests: [
    {
      method: 'POST',
      body: {
        id: '{id}',
        type: '{type}',
        time: '{time}',
        tenant: '{tenant}',
        callId: '{callId|missedCallId}',
        direction: '{direction}',
        state: '{state}',
        outcome: '{offer.outcome|outcome}',
        customer: '{customer.e164|customer.raw|callback.customer.e164|callback.customer.raw}',
        hotline: '{hotline.raw}',
        queue: '{queueNames}',
        agent: '{agent.name}',
        extension: '{extension}',
        transferredFrom: '{transferredFrom.extension}',
        ringing: { each: 'extensions', where: { state: 'ringing' }, value: '{item.extension}' },
        startedAt: '{startedAt}',
        answeredAt: '{answeredAt}',
        endedAt: '{endedAt}',
        waitSeconds: '{waitMs:seconds}',
        talkSeconds: '{talkMs:seconds}',
        callbackId: '{callback.id}',
        missed: '{callback.missed}',
        tried: '{callback.tried}',
        firstMissedAt: '{callback.firstAt}',
        lastMissedAt: '{callback.lastAt}',
        longestWaitSeconds: '{callback.longestWaitMs:seconds}',
        probablyMissed: '{callback.probable}',
        afterHours: '{callback.afterHours}',
        claimedBy: '{callback.claimedBy}',
        claimedUntil: '{callback.claimedUntil}',
        change: '{change}',
        by: '{by}',
        probable: '{probable}',
        rule: '{rule}',
        value: '{value}',
        limit: '{limit}',
        endpoint: '{endpoint}',
        reason: '{reason}',
        since: '{since}',
        waiting: '{waiting}',
        lastCompleteAt: '{lastCompleteAt}',
        unwatchedSeconds: '{unwatchedMs:seconds}',
        registered: '{registered}',
        from: '{from}',
        to: '{to}',
        count: '{count}',
      },
    },
  ],
};

const SOURCES: Readonly<Record<string, unknown>> = {
  getfly: GETFLY,
  bizfly: BIZFLY,
  generic: GENERIC,
};

export const SHIPPED_MAPPINGS: readonly string[] = Object.keys(SOURCES);
export const SHIPPED_TEMPLATES: readonly string[] = [...SHIPPED_MAPPINGS, ...NOTICE_NAMES];

/** Null for a name that is no mapping's. */
export function shippedTemplate(name: string): TemplateForm | null {
  if (!Object.hasOwn(SOURCES, name)) return null;
  const known = forms.get(name);
  if (known !== undefined) return known;
  const form = readTemplateForm(TemplateShape.parse(SOURCES[name]));
  if ('problems' in form)
    throw new Error(`the template ${name} does not fit: ${JSON.stringify(form.problems)}`);
  forms.set(name, form);
  return form;
}

const forms = new Map<string, TemplateForm>();
