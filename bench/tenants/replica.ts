import { order, serve } from '../delivery/child.js';
import type { ReplicaOrder } from './orders.js';
import { kept, used } from './usage.js';

/** The real service in a process that can be asked what it costs. */
for (const name of Object.keys(process.env)) if (name !== 'PATH') delete process.env[name];
Object.assign(process.env, order<ReplicaOrder>().env);
await import('../../src/main.js');

serve({}, { cpu: used, memory: kept });
