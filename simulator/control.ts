import { z } from 'zod';
import { ACTS } from './by-hand.js';
import { ENDPOINTS, faultOrderSchema } from './faults.js';
import type { CallScript } from './plan.js';
import type { Tenant } from './tenant.js';

/**
 * The control API for tests, demos and people, under `/_sim/`. It has no authentication: the simulator listens on
 * loopback. The tenant is the one whose bearer token comes along, otherwise the first.
 *
 *     GET    /_sim/truth?since=<next>   what happened: events after that number, the calls they belong to, the polls
 *     POST   /_sim/faults               what goes wrong from now on; see `faults.ts`
 *     DELETE /_sim/faults               nothing goes wrong any more
 *     POST   /_sim/calls                begin a call as scripted; see `plan.ts`
 *     POST   /_sim/hangup               {"call": <callKey, upstream id or extension>}
 *     POST   /_sim/act                  {"extension": "107", "act": "ring"}: what a person does at an extension; see `by-hand.ts`
 */
export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

export function control(
  method: string,
  path: string,
  query: URLSearchParams,
  body: string,
  tenant: Tenant,
): ControlAnswer {
  const { world } = tenant;
  try {
    switch (`${method} ${path}`) {
      case 'GET /_sim/truth':
        return { status: 200, body: truthSince(tenant, Number(query.get('since') ?? 0)) };
      case 'POST /_sim/faults':
        order(tenant, body);
        return { status: 200, body: { ok: true } };
      case 'DELETE /_sim/faults':
        tenant.faults.clear();
        return { status: 200, body: { ok: true } };
      case 'POST /_sim/calls':
        return { status: 201, body: world.startCall(scriptSchema.parse(JSON.parse(body)) as CallScript) };
      case 'POST /_sim/hangup': {
        const { call } = z.strictObject({ call: z.string() }).parse(JSON.parse(body));
        return world.hangUp(call)
          ? { status: 200, body: { ok: true } }
          : { status: 404, body: { error: `There is no live call ${call}` } };
      }
      case 'POST /_sim/act': {
        const { extension, act } = actSchema.parse(JSON.parse(body));
        return world.byHand(extension, act)
          ? { status: 200, body: { ok: true } }
          : { status: 409, body: { error: `Extension ${extension} has no call for ${act}` } };
      }
      default:
        return { status: 404, body: { error: `There is no ${method} ${path}` } };
    }
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : String((error as Error).message);
    return { status: 400, body: { error: message } };
  }
}

function truthSince(tenant: Tenant, since: number) {
  const { world, polls } = tenant;
  const events = world.log.filter(({ seq }) => seq > since);
  const keys = new Set(events.map(({ callKey }) => callKey));
  return {
    now: world.now,
    next: events.at(-1)?.seq ?? since,
    events,
    calls: world.truth.filter(({ callKey }) => keys.has(callKey)),
    polls,
  };
}

function order(tenant: Tenant, body: string): void {
  const given = faultOrderSchema.parse(JSON.parse(body));
  if (given.clear === true) tenant.faults.clear();
  for (const endpoint of ENDPOINTS) {
    for (const fault of given[endpoint] ?? []) tenant.faults.add(endpoint, fault);
  }
  for (const happening of given.world ?? []) {
    switch (happening.kind) {
      case 'unregister':
        known(tenant.world.unregister(happening.extension, happening.forMs), happening.extension);
        break;
      case 'register':
        known(tenant.world.register(happening.extension), happening.extension);
        break;
      case 'restart-queues':
        tenant.world.restartQueues();
        break;
      case 'expire-token':
        tenant.expireToken();
        break;
    }
  }
}

function known(found: boolean, extension: string): void {
  if (!found) throw new Error(`There is no extension ${extension}`);
}

const actSchema = z.strictObject({ extension: z.string(), act: z.enum(ACTS) });
const ms = z.number().nonnegative();
const episode = { afterMs: ms, forMs: ms };
const scriptSchema = z.strictObject({
  kind: z.enum(['queue', 'ring-group', 'direct', 'outbound', 'click-to-call', 'local']),
  customer: z.string().max(64).optional(),
  queue: z.string().optional(),
  ringGroup: z.string().optional(),
  extension: z.string().optional(),
  peer: z.string().optional(),
  answerAfterMs: ms.nullable().optional(),
  leavesAfterMs: ms.nullable().optional(),
  talkMs: ms.optional(),
  pickUpMs: ms.optional(),
  declines: z.number().int().min(0).max(20).optional(),
  ringTimeoutMs: ms.optional(),
  bridgeLagMs: ms.optional(),
  oneLocalId: z.boolean().optional(),
  emptyUuid: z.boolean().optional(),
  staleRow: z.boolean().optional(),
  hold: z.strictObject(episode).optional(),
  unregister: z.strictObject(episode).optional(),
  blip: z.strictObject({ ...episode, state: z.string().nullable() }).optional(),
  oddStart: z.strictObject({ state: z.string().nullable(), forMs: ms }).optional(),
  overflow: z.strictObject({ afterMs: ms, to: z.enum(['queue', 'ring-group', 'extension']) }).optional(),
  again: z.strictObject({ as: z.enum(['resume', 'new-row']), afterMs: ms }).optional(),
  transfer: z
    .strictObject({
      as: z.enum(['blind', 'attended', 'semi-attended']),
      to: z.string().optional(),
      afterMs: ms,
      ringMs: ms.optional(),
      answered: z.boolean().optional(),
      instead: z.enum(['silent', 'given-up']).optional(),
    })
    .optional(),
  engine: z
    .strictObject({
      neverRings: z.boolean().optional(),
      blinks: z.boolean().optional(),
      pickup: z.strictObject({ by: z.string().optional(), code: z.enum(['**', '*8']) }).optional(),
      huntMs: ms.nullable().optional(),
      rejects: z.number().int().min(0).max(20).optional(),
      supervises: z
        .strictObject({ afterMs: ms, forMs: ms.nullable(), code: z.enum(['*33', '*34', '*88']) })
        .nullable()
        .optional(),
      mobileAgent: z.boolean().optional(),
      stuckAfterMs: ms.nullable().optional(),
      leavesAtAnswerMs: ms.nullable().optional(),
      waitsMs: ms.nullable().optional(),
      requeueAfterMs: ms.nullable().optional(),
      ringWait: z.boolean().optional(),
      callsBackAfterMs: ms.nullable().optional(),
      companion: z
        .strictObject({ afterMs: ms, kind: z.enum(['queue', 'direct', 'same-queue']) })
        .nullable()
        .optional(),
    })
    .optional(),
});
