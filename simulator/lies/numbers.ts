import type { JudgedNumber } from '../judge-report.js';
import { any, type Change, everywhere, is, knows, type Lie, ofCall, one, says, with_ } from './telling.js';

/** Lies about the customer and the hotline. */

const number = (
  what: 'customer' | 'hotline',
  change: (number: JudgedNumber) => JudgedNumber | null,
): Change => {
  return (event) => with_(event, { [what]: change(event.data[what]!) });
};
const isE164 = is(({ customer }) => customer !== null && customer.e164 !== null);

export const NUMBERS: readonly Lie[] = [
  one('the customer is null', 'customer', knows('customer'), says({ customer: null })),
  everywhere('the customer is null', 'customer', any, says({ customer: null })),
  one('the customer is another', 'customer', knows('customer'), (event, events) =>
    with_(event, {
      customer: events.find(
        ({ data }) => data.customer !== null && data.customer.raw !== event.data.customer!.raw,
      )!.data.customer,
    }),
  ),
  one(
    'a customer of a local call',
    'customer',
    is(({ direction }) => direction === 'local'),
    (event, events) =>
      with_(event, { customer: events.find(({ data }) => data.customer !== null)!.data.customer }),
  ),
  one(
    'e164 is null',
    'customer',
    isE164,
    number('customer', (stated) => ({ ...stated, e164: null })),
  ),
  everywhere(
    'e164 is null',
    'customer',
    isE164,
    number('customer', (stated) => ({ ...stated, e164: null })),
  ),
  one(
    'e164 is false',
    'customer',
    isE164,
    number('customer', (stated) => ({ ...stated, e164: `${stated.e164}1` })),
  ),
  one(
    'e164 of a withheld number',
    'customer',
    is(({ customer }) => customer?.raw === 'anonymous'),
    number('customer', (stated) => ({ ...stated, e164: '+84914237383' })),
  ),
  one(
    'national is null',
    'customer',
    isE164,
    number('customer', (stated) => ({ ...stated, national: null })),
  ),
  one(
    'national is false',
    'customer',
    isE164,
    number('customer', (stated) => ({ ...stated, national: '0900000000' })),
  ),
  one(
    'raw is spelled as no row does',
    'customer',
    isE164,
    number('customer', (stated) => ({ ...stated, raw: `00${stated.raw}` })),
  ),
  one('the hotline is null', 'hotline', knows('hotline'), says({ hotline: null })),
  one(
    'the hotline is another',
    'hotline',
    knows('hotline'),
    number('hotline', (stated) => ({ ...stated, raw: '19001234' })),
  ),
  one(
    'a hotline in e164',
    'hotline',
    knows('hotline'),
    number('hotline', (stated) => ({ ...stated, e164: `+84${stated.raw}` })),
  ),
  one(
    'a hotline that no row has shown',
    'hotline',
    is(({ hotline, direction }) => hotline === null && direction === 'inbound'),
    (event, events) =>
      with_(event, {
        hotline: ofCall(events, event).find(({ data }) => data.hotline !== null)?.data.hotline ?? {
          raw: '19006800',
          e164: null,
          national: null,
        },
      }),
  ),
];
