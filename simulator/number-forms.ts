import type { Customer } from './numbers.js';
import type { Random } from './random.js';

/**
 * Customers whose number is written in two forms: a mobile of before 2018 (eleven digits) or a landline of before 2017, and
 * the number of today. The bridge is to know both as one line. The old forms are no numbers of today, so that they have no
 * E.164 form.
 */
export interface Regular {
  readonly today: Customer;
  /** Null: it never had another form. */
  readonly old: Customer | null;
}

/** From the old prefix to that of today, both without the leading 0: the change of September 2018. */
const MOBILES = [
  ['162', '32'],
  ['168', '38'],
  ['169', '39'],
  ['120', '70'],
  ['121', '79'],
  ['122', '77'],
  ['126', '76'],
  ['128', '78'],
  ['123', '83'],
  ['124', '84'],
  ['125', '85'],
  ['127', '81'],
  ['129', '82'],
  ['186', '56'],
  ['188', '58'],
  ['199', '59'],
] as const;
/** The change of area codes in 2017; only those whose old form is no number of today. */
const LANDLINES = [
  ['4', '24', 8],
  ['511', '236', 7],
] as const;
const SUBSCRIBER = 7;
/** Few enough that they call several times a day, and so many that two calls of one are seldom alive at once. */
const REGULARS = 24;

/**
 * A few customers who call again and again. Only a careful reader distinguishes two of them: the old form of the second
 * one's landline would be the first one's mobile of today.
 */
export function drawRegulars(random: Random): readonly Regular[] {
  const digits = `3${random.digits(7)}`;
  const mobile = today(`8${digits}`);
  const landline = today(`28${digits}`);
  const others = Array.from({ length: REGULARS - 2 }, (_, index) =>
    index % 3 === 2 ? drawLandline(random) : drawMobile(random),
  );
  return [{ today: mobile, old: null }, { today: landline, old: null }, ...others];
}

function drawMobile(random: Random): Regular {
  const [before, now] = random.pick(MOBILES);
  const subscriber = random.digits(SUBSCRIBER);
  return both(random, `${before}${subscriber}`, `${now}${subscriber}`);
}

function drawLandline(random: Random): Regular {
  const [before, now, length] = random.pick(LANDLINES);
  const subscriber = `3${random.digits(length - 1)}`;
  return both(random, `${before}${subscriber}`, `${now}${subscriber}`);
}

function both(random: Random, before: string, now: string): Regular {
  const customer = today(now);
  const raw = random.pick(['0', '84', '+84'] as const) + before;
  return { today: customer, old: { raw, queueRaw: raw, e164: null, line: customer.e164! } };
}

function today(national: string): Customer {
  return { raw: `0${national}`, queueRaw: `0${national}`, e164: `+84${national}` };
}
