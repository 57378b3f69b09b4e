import type { PhoneNumber } from '@pitel-event-bridge/client';

/**
 * The number to dial for a customer: that of today, where Vietnam has replaced the one that was shown. Null where the token shows a
 * mask, or where what the PBX wrote is no number.
 *
 * The rules are those by which the bridge knows a customer (`core/parts/line.ts`), and a test compares the two. A number that may be
 * a mobile number of today is not changed.
 */
export function todaysNumber({ raw, e164, masked }: PhoneNumber): string | null {
  if (masked === true) return null;
  if (e164 !== null) return e164;
  const digits = raw.replace(/[\s().-]/g, '');
  if (!/^\+?\d{3,15}$/.test(digits)) return null;
  const [, abroad, athome] = /^(?:\+?84(\d{8,11})|0(\d{8,11}))$/.exec(digits) ?? [];
  const national = abroad?.replace(/^0/, '') ?? athome;
  return (national === undefined ? null : successorOf(national)) ?? digits;
}

/** In E.164. */
function successorOf(national: string): string | null {
  const mobile = MOBILES.get(national.slice(0, 3));
  if (mobile !== undefined && national.length === 10) return `+84${mobile}${national.slice(3)}`;
  const areas = [1, 2, 3]
    .map((length) => national.slice(0, length))
    .filter((code) => AREAS.has(code) && national.length - code.length === (code.length === 1 ? 8 : 7))
    .filter(() => !/^[35789]\d{8}$/.test(national));
  return areas.length === 1 ? `+84${AREAS.get(areas[0]!)}${national.slice(areas[0]!.length)}` : null;
}

/** Mobile prefixes of before September 2018, and what took their place. */
const MOBILES = pairs(
  '162:32 163:33 164:34 165:35 166:36 167:37 168:38 169:39 120:70 121:79 122:77 126:76 128:78 123:83 124:84 125:85 ' +
    '127:81 129:82 186:56 188:58 199:59',
);

/** Area codes of before 2017, and what took their place. */
const AREAS = pairs(
  '22:212 231:213 20:214 230:215 29:216 52:232 53:233 54:234 510:235 511:236 37:237 38:238 39:239 ' +
    '33:203 240:204 25:205 26:206 27:207 280:208 281:209 320:220 321:221 241:222 31:225 351:226 36:227 350:228 30:229 ' +
    '780:290 781:291 710:292 711:293 74:294 76:296 77:297 79:299 ' +
    '4:24 8:28 64:254 61:251 62:252 651:271 650:274 63:263 68:259 58:258 57:257 56:256 55:255 60:260 59:269 ' +
    '500:262 501:261 72:272 73:273 75:275 66:276 67:277 70:270',
);

function pairs(text: string): ReadonlyMap<string, string> {
  return new Map(text.split(' ').map((pair) => pair.split(':') as [string, string]));
}
