import { BROKEN_DELIVERIES, BROKEN_STREAMS } from './broken-on-purpose.js';
import { DeliveryConsumer } from './delivery-consumer.js';
import { StreamConsumer } from './stream-consumer.js';

/** `main.js stream|delivery [RULE]`: a consumer that keeps every rule, or every one but this. */
const [profile, rule] = process.argv.slice(2);
if (profile === 'stream')
  StreamConsumer.read(new (rule === undefined ? StreamConsumer : BROKEN_STREAMS[rule]!)());
else DeliveryConsumer.read(new (rule === undefined ? DeliveryConsumer : BROKEN_DELIVERIES[rule]!)());
