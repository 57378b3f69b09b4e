import { isIP } from 'node:net';
import { addressRefusal } from '../../base/public-address.js';
import { parseCursor } from '../../core/model/position.js';
import { Secret } from '../secrets/secret.js';
import { placeOf } from '../settings/places.js';
import type { EndpointRow } from './endpoint-shape.js';
import { type Kind, referred, type References } from './named-secrets.js';
import { NOTICE_NAMES } from './notices.js';
import { shippedTemplate } from './shipped-templates.js';
import { noticeDefaults, noticeProblems, noticeTemplateForm, noticeViaOf } from './notices-reader.js';
import { readTemplateForm } from './template-reader.js';
import type { TemplateRow } from './template-shape.js';
import type { Template } from './template.js';
import { SECRET_EXPECTED, webhookSecret } from './webhook-secret.js';
import type { WebhookEndpoint, WebhookStart } from './webhook-endpoint.js';

/**
 * Reads the webhooks of one tenant.
 *
 * Guarantees: all problems at once, each beginning with its place below the list (`[1].url must be …`); none repeats a value.
 */
export interface ReadEndpoints {
  readonly endpoints: readonly WebhookEndpoint[];
  readonly problems: readonly string[];
  /** Environment variables that the list refers to. */
  readonly variables: readonly string[];
}

/** @param timeZone the tenant's, for templates without one */
export function readEndpoints(
  rows: readonly EndpointRow[],
  references: References,
  timeZone: string,
): ReadEndpoints {
  const problems: string[] = [];
  const variables: string[] = [];
  const seen = new Set<string>();
  const endpoints = rows.map((row, index) => {
    const reader = new EndpointReader(row, references, (place, message) => {
      problems.push(`[${index}]${place} ${message}`);
    });
    if (seen.has(row.id)) problems.push(`[${index}].id is taken by an earlier endpoint`);
    seen.add(row.id);
    const endpoint = reader.read(timeZone);
    variables.push(...reader.variables);
    return endpoint;
  });
  return { endpoints, problems, variables };
}

class EndpointReader {
  readonly variables: string[] = [];
  readonly #row: EndpointRow;
  readonly #references: References;
  readonly #problem: (place: string, message: string) => void;

  constructor(row: EndpointRow, references: References, problem: (place: string, message: string) => void) {
    this.#row = row;
    this.#references = references;
    this.#problem = problem;
  }

  read(timeZone: string): WebhookEndpoint {
    const row = this.#row;
    const { default: age = DEFAULT_AGE_MS, ...ages } = row.maxAge ?? {};
    const via = noticeViaOf(row);
    const forPeople = via === null ? null : noticeDefaults(via);
    const types = row.types ?? forPeople?.types;
    const url = this.#url(forPeople?.url ?? null);
    const template = this.#template(timeZone);
    if (via !== null) {
      const botToken = template?.values.get('botToken')?.reveal() ?? null;
      const read = url === NO_URL ? null : url.reveal();
      for (const [place, message] of noticeProblems(via, row, read, botToken)) this.#problem(place, message);
    }
    return {
      id: row.id,
      url,
      secrets: this.#secrets(),
      types: types === undefined ? null : [...new Set(types)],
      extensions: row.extensions === undefined ? null : [...new Set(row.extensions)],
      queues: row.queues === undefined ? null : [...new Set(row.queues)],
      numbers: row.numbers ?? forPeople?.numbers ?? 'full',
      maxAge: {
        default: age,
        byType: new Map([
          ...SHORT_LIVED.map((type) => [type, SHORT_AGE_MS] as const),
          ...(forPeople?.ages ?? []),
          ...Object.entries(ages).filter((entry): entry is [string, number] => entry[1] !== undefined),
        ]),
      },
      headers: this.#headers(),
      timeoutMs: row.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      ratePerSecond: row.ratePerSecond ?? forPeople?.ratePerSecond ?? null,
      from: this.#from(),
      template,
      allowHttp: row.allowHttp ?? false,
      allowAddresses: [...new Set(row.allowAddresses ?? [])],
    };
  }

  #referred(kind: Kind, given: string, place: string): string | null {
    if (kind === 'Env') this.variables.push(given);
    const read = referred(kind, given, this.#references);
    if ('text' in read) return read.text;
    this.#problem(place, read.problem);
    return null;
  }

  /** @param known where none needs to be given */
  #url(known: string | null): Secret {
    const row = this.#row;
    if (known !== null && row.url === undefined && row.urlEnv === undefined && row.urlFile === undefined)
      return new Secret(new URL(known).href);
    const { kind, field } = this.#only('url');
    if (field === null) return NO_URL;
    const text = this.#referred(kind, row[field]!, `.${field}`);
    const problem = text === null ? null : urlProblem(text, row.allowHttp ?? false, row.allowAddresses ?? []);
    if (problem !== null) this.#problem(`.${field}`, problem);
    return text === null || problem !== null ? NO_URL : new Secret(new URL(text).href);
  }

  /** Which one of `url`, `urlEnv` and `urlFile` there is. */
  #only(base: 'url'): { readonly kind: Kind; readonly field: 'url' | 'urlEnv' | 'urlFile' | null } {
    const given = KINDS.map((kind) => ({ kind, field: `${base}${suffix(kind)}` as const })).filter(
      ({ field }) => this.#row[field as 'url'] !== undefined,
    );
    if (given.length === 1) return given[0]!;
    this.#problem('', 'must have exactly one of url, urlEnv, urlFile');
    return { kind: 'plain', field: null };
  }

  #secrets(): readonly Secret[] {
    const given = KINDS.map((kind) => ({ kind, field: `secret${suffix(kind)}` as 'secret' })).filter(
      ({ field }) => this.#row[field] !== undefined,
    );
    const [first, second] = given;
    if (second !== undefined) this.#problem('', 'may have only one of secret, secretEnv, secretFile');
    if (first === undefined) {
      if (this.#row.template === undefined)
        this.#problem(
          '',
          'must have one of secret, secretEnv, secretFile, which only a template can do without',
        );
      return [];
    }
    const texts = this.#row[first.field]!;
    return texts.flatMap((text, index) => {
      const place = `.${first.field}${texts.length > 1 ? `[${index}]` : ''}`;
      const read = this.#referred(first.kind, text, place);
      const secret = read === null ? null : webhookSecret(read);
      if (read !== null && secret === null) this.#problem(place, SECRET_EXPECTED);
      return secret === null ? [] : [secret];
    });
  }

  #headers(): ReadonlyMap<string, Secret> {
    return this.#named('headers', '', (name, text) => {
      const lower = name.toLowerCase();
      if (!/^[!#$%&'*+.^_`|~\w-]{1,128}$/.test(name)) return 'is not the name of a header';
      if (OWN_HEADERS.has(lower) || /^(webhook|content|proxy)-/.test(lower))
        return 'is a header that the bridge sets itself';
      return /^[\x20-\x7e\x80-\xff]{1,4096}$/.test(text)
        ? { name: lower }
        : 'must be text that a header can hold, in one line';
    });
  }

  /** Values by name, each by itself, a variable or a file. */
  #named(
    base: 'headers' | 'values',
    at: '' | '.template',
    accept: (name: string, text: string) => { readonly name: string } | string,
  ): ReadonlyMap<string, Secret> {
    const owner = at === '' ? this.#row : this.#row.template;
    const found = new Map<string, Secret>();
    if (owner === undefined || typeof owner === 'string') return found;
    for (const kind of KINDS) {
      const field = `${base}${suffix(kind)}`;
      const given = (owner as Readonly<Record<string, unknown>>)[field] as Record<string, string> | undefined;
      for (const [name, value] of Object.entries(given ?? {})) {
        const place = `${at}.${field}.${name}`;
        const text = this.#referred(kind, value, place);
        const accepted = text === null ? null : accept(name, text);
        if (typeof accepted === 'string') this.#problem(place, accepted);
        else if (accepted !== null && found.has(accepted.name)) this.#problem(place, 'is given twice');
        else if (accepted !== null) found.set(accepted.name, new Secret(text!));
      }
    }
    return found;
  }

  #from(): WebhookStart {
    const { from = 'now' } = this.#row;
    if (from === 'now') return { kind: 'now' };
    if (parseCursor(from) !== null) return { kind: 'cursor', cursor: from };
    const at = TIME.test(from) ? Date.parse(from) : NaN;
    if (Number.isNaN(at))
      this.#problem(
        '.from',
        'must be now, a cursor, or a time with its zone such as 2026-11-29T08:00:00+07:00',
      );
    return { kind: 'time', at };
  }

  #template(timeZone: string): Template | null {
    const given = this.#row.template;
    if (given === undefined) return null;
    const row: TemplateRow = typeof given === 'string' ? { name: given } : given;
    const via = noticeViaOf(this.#row);
    const form =
      via !== null
        ? noticeTemplateForm(via)
        : row.name === undefined
          ? readTemplateForm(row)
          : shippedTemplate(row.name);
    if (form === null) {
      this.#problem('.template.name', 'is not one that comes with the bridge');
      return null;
    }
    if ('problems' in form) {
      for (const { path, message } of form.problems) this.#problem(`.template${placeOf(path)}`, message);
      return null;
    }
    const own = Object.keys(row).filter((field) => !WITH_NAME.includes(field));
    if (row.name !== undefined && own.length > 0)
      this.#problem('.template', `may have, with a name, no other fields than ${WITH_NAME.join(', ')}`);
    if (row.language !== undefined && via === null)
      this.#problem('.template.language', `is only for ${NOTICE_NAMES.join(', ')}`);
    const values = this.#named('values', '.template', (name) =>
      form.values.used.has(name)
        ? { name }
        : `is not used; there are ${[...form.values.used].join(', ') || 'none'}`,
    );
    const isGiven = (name: string) =>
      values.has(name) ||
      KINDS.some(
        (kind) => name in ((row as Record<string, object | undefined>)[`values${suffix(kind)}`] ?? {}),
      );
    for (const name of form.values.needed)
      if (!isGiven(name)) this.#problem(`.template.values.${name}`, 'is required by the template');
    return {
      name: row.name ?? null,
      values,
      time: form.time,
      timeZone: row.timeZone ?? timeZone,
      words: form.words,
      requests: form.requests,
      notices: via === null ? null : { via, language: row.language ?? 'vi' },
    };
  }
}

function urlProblem(text: string, allowHttp: boolean, allowed: readonly string[]): string | null {
  if (!URL.canParse(text) || !/^https?:\/\/\S+$/i.test(text))
    return 'must be an https address such as https://crm.example/hooks/pitel';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    return 'must not hold a user and a password: use headers, such as authorization';
  if (text.includes('#')) return 'must not hold a fragment (#), which is never sent';
  if (url.protocol !== 'https:' && !allowHttp) return 'must be https, unless allowHttp is true';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const refusal = isIP(host) === 0 ? null : addressRefusal(host, allowed);
  return refusal === null ? null : `is ${refusal}, which allowAddresses does not name`;
}

function suffix(kind: Kind): 'Env' | 'File' | '' {
  return kind === 'plain' ? '' : kind;
}

const KINDS: readonly Kind[] = ['plain', 'Env', 'File'];
/** In the place of an address with a problem: the file is refused as a whole. */
const NO_URL = new Secret('https://invalid.invalid/');
const DEFAULT_AGE_MS = 72 * 3_600_000;
const SHORT_AGE_MS = 60_000;
/** A pop-up after a minute is of no use to an agent. */
const SHORT_LIVED = ['call-offered', 'call-offer-ended'];
const DEFAULT_TIMEOUT_MS = 15_000;
/** Of the connection and of the request's form. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  ...[
    'host',
    'user-agent',
    'connection',
    'keep-alive',
    'transfer-encoding',
    'te',
    'trailer',
    'upgrade',
    'expect',
  ],
]);
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
const WITH_NAME: readonly string[] = ['name', 'values', 'valuesEnv', 'valuesFile', 'timeZone', 'language'];
