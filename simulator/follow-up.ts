import { NO_ENGINE_PLAN } from './engine-plan.js';
import { somebodyFree } from './free-extension.js';
import type { LiveCall, Pbx } from './live-call.js';
import { NO_HABITS } from './options.js';
import { type CallPlan, drawPlan } from './plan.js';

/** Begins another call; null: the world may begin no more. */
type Begin = (plan: CallPlan) => LiveCall | null;

/** What else happens because of a call: its company calls again, or an agent calls back. */
export function followUp(pbx: Pbx, call: LiveCall, begin: Begin): void {
  const { companion, callsBackAfterMs } = call.plan.engine;
  if (companion !== null) {
    pbx.schedule.in(companion.afterMs, () => {
      begin(planOfCompanion(pbx, call, companion.kind));
    });
  }
  if (callsBackAfterMs === null) return;
  const before = call.whenAbandoned;
  call.whenAbandoned = (row) => {
    before?.(row);
    pbx.schedule.in(callsBackAfterMs, () => callBack(pbx, call, begin));
  };
}

/** Somebody else with the same number: other plans, but the same customer. */
function planOfCompanion(
  pbx: Pbx,
  { plan, entry }: LiveCall,
  kind: 'queue' | 'direct' | 'same-queue',
): CallPlan {
  const { engine, options, directory } = pbx;
  const drawn = drawPlan(
    engine.random,
    { ...options, habits: NO_HABITS },
    directory,
    kind === 'direct' ? 'direct' : 'queue',
  );
  return {
    ...drawn,
    customer: plan.customer,
    queue: kind === 'same-queue' ? (entry?.queue ?? plan.queue) : drawn.queue,
    bridgeLagMs: plan.bridgeLagMs,
    emptyUuid: plan.emptyUuid,
    engine: NO_ENGINE_PLAN,
    marks: [kind === 'same-queue' ? 'sameSecond' : 'company'],
  };
}

function callBack(pbx: Pbx, call: LiveCall, begin: Begin): void {
  const { engine, options, directory } = pbx;
  const extension = somebodyFree(pbx, engine.random);
  if (extension === null) return;
  const drawn = drawPlan(engine.random, { ...options, habits: NO_HABITS }, directory, 'outbound');
  const next = begin({
    ...drawn,
    customer: call.plan.customer,
    extension,
    marks: ['callsBack'],
  });
  if (next === null) return;
  next.truth.callsBack = call.truth.callKey;
  call.mark('callsBack');
}
