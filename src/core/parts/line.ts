import type { PhoneNumber } from '../model/observation.js';
import { customerKey, WITHHELD } from './customer.js';

/**
 * Who a customer is, for those who owe them a call: the E.164 form of today where that is certain, or else the text as it was
 * written. Null where the number is withheld.
 *
 * Numbers that Vietnam has replaced are one with their successors: mobile numbers of eleven digits (2018), and landlines of
 * before 2017 that are invalid today and have exactly one successor. Those that look like a mobile number of today (`08` and
 * eight digits; `03x`, `05x`, `07x` and seven) stay what they are, since they may be one.
 *
 * @param country of the numbers in national form, as two capital letters
 */
export function lineOf(number: PhoneNumber | null, country: string): string | null {
  const key = customerKey(number);
  if (key === WITHHELD || number!.e164 !== null) return key === WITHHELD ? null : key;
  const national = nationalDigits(key, country);
  return (national === null ? null : successorOf(national)) ?? key;
}

/** The digits after the country's code or the zero before the area; null where it is no Vietnamese number. */
function nationalDigits(raw: string, country: string): string | null {
  const digits = raw.replace(/[\s().-]/g, '');
  const [, abroad, athome] = /^(?:\+?84(\d{8,11})|0(\d{8,11}))$/.exec(digits) ?? [];
  if (abroad !== undefined) return abroad.replace(/^0/, '');
  return athome !== undefined && country === 'VN' ? athome : null;
}

/** In E.164. */
function successorOf(national: string): string | null {
  const mobile = MOBILES.get(national.slice(0, 3));
  if (mobile !== undefined && national.length === 10) return `+84${mobile}${national.slice(3)}`;
  const codes = [1, 2, 3].map((length) => national.slice(0, length));
  const areas = codes.filter((code) => {
    const rest = national.length - code.length;
    return AREAS.has(code) && rest === (code.length === 1 ? 8 : 7) && !LIKE_MOBILE.test(national);
  });
  return areas.length === 1 ? `+84${AREAS.get(areas[0]!)!}${national.slice(areas[0]!.length)}` : null;
}

/** Nine digits after the zero, as mobile numbers have, and one of their first digits. */
const LIKE_MOBILE = /^[35789]\d{8}$/;

/**
 * Mobile prefixes of before 15 September 2018, and what took their place (Ministry of Information and Communications, plan of
 * 2018 for the change from eleven digits to ten).
 */
const MOBILES: ReadonlyMap<string, string> = new Map([
  ['162', '32'],
  ['163', '33'],
  ['164', '34'],
  ['165', '35'],
  ['166', '36'],
  ['167', '37'],
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
]);

/** Area codes of before 2017, and what took their place (Decision 2036/QĐ-BTTTT of 21 November 2016). */
const AREAS: ReadonlyMap<string, string> = new Map(
  (
    '22:212 231:213 20:214 230:215 29:216 52:232 53:233 54:234 510:235 511:236 37:237 38:238 39:239 ' +
    '33:203 240:204 25:205 26:206 27:207 280:208 281:209 320:220 321:221 241:222 31:225 351:226 36:227 350:228 30:229 ' +
    '780:290 781:291 710:292 711:293 74:294 76:296 77:297 79:299 ' +
    '4:24 8:28 64:254 61:251 62:252 651:271 650:274 63:263 68:259 58:258 57:257 56:256 55:255 60:260 59:269 ' +
    '500:262 501:261 72:272 73:273 75:275 66:276 67:277 70:270'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);
