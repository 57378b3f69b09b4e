import { computed } from '@preact/signals';
import { claims } from './access.js';

/** What the token shows: of queues narrowed to extensions nothing, and the other way round. Call-backs are of queues. */
export const seesQueues = computed(() => claims.value.queues !== null || claims.value.extensions === null);
export const seesAgents = computed(() => claims.value.extensions !== null || claims.value.queues === null);
