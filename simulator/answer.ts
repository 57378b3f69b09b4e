import type { Extension } from './directory.js';
import { somebodyFree } from './free-extension.js';
import type { RowNumbers } from './leg-view.js';
import type { LiveCall } from './live-call.js';
import { numbersOfInbound } from './rows.js';
import type { Leg } from './switchboard-parts.js';
import { inTalk, talk } from './talk.js';

/** Ways in which a ringing leg's answer may turn out. */

/** This leg answers, or what the plan has in place of that. */
export function answerFor(call: LiveCall, leg: Leg): void {
  const { pickup, stuckAfterMs, leavesAtAnswerMs } = call.plan.engine;
  if (pickup !== null && !call.answered && pickUpElsewhere(call, leg)) return;
  if (call.entry !== null && !call.answered) {
    if (stuckAfterMs !== null) return endAtOnce(call, leg, stuckAfterMs);
    if (leavesAtAnswerMs !== null) return answerNobody(call, leg, leavesAtAnswerMs);
  }
  talk(call, leg);
}

/**
 * A colleague dials the feature code: the ringing legs go, and the colleague's leg talks, which never rang. False: no colleague
 * is free.
 */
function pickUpElsewhere(call: LiveCall, rung: Leg): boolean {
  const { pbx, plan } = call;
  const { pickup } = plan.engine;
  if (pickup === null) return false;
  const by = pickup.by ?? somebodyFree(pbx, pbx.engine.random);
  if (by === null || !pbx.board.isFree(by)) return false;
  call.mark('pickup');
  if (pbx.engine.isOn('pickupRow')) call.mark('pickupRow');
  const code = pickup.code === '**' ? `**${rung.extension.number}` : pickup.code;
  const { direction, ...numbers } = pickersRow(call, by, rung, code);
  call.stopOthers(null);
  const leg = call.addLeg(by, {
    ...numbers,
    direction,
    callId: pbx.engine.random.uuid(),
    offered: false,
    state: 'ONCALL',
    role: 'picker',
  });
  call.pickUp(leg);
  inTalk(call, leg);
  return true;
}

function pickersRow(
  call: LiveCall,
  by: Extension,
  rung: Leg,
  code: string,
): RowNumbers & { readonly direction: 'inbound' | 'local' } {
  const hotline = call.truth.hotline ?? '';
  const { habits, random } = call.pbx.engine;
  switch (habits.pickupRow) {
    case 'code':
      return { bCid: code, cid: by.number, destination: code, direction: 'local' };
    case 'own': {
      // Which of the two is called is a matter of the view.
      const callee = random.pick([rung.extension.number, by.number]);
      return { ...numbersOfInbound(by.number, hotline, callee), direction: 'inbound' };
    }
    case 'customer':
      return { ...numbersOfInbound(call.plan.customer.raw, hotline, by.number), direction: 'inbound' };
  }
}

/**
 * The agent's leg ends within 50 ms of its answer, and the caller's with it, before the two are bridged: the row stays Trying
 * with the agent's name until the module restarts.
 */
function endAtOnce(call: LiveCall, leg: Leg, afterMs: number): void {
  const { board, members } = call.pbx;
  const { entry } = call;
  call.mark('stuckTrying');
  call.truth.neverBridged = true;
  call.answers(leg);
  board.setRole(leg, 'void');
  if (entry !== null) members.change(entry, { agent: leg.extension });
  call.entry = null;
  call.later(afterMs, () => {
    call.dropLeg(leg);
    call.finish();
  });
}

/**
 * The caller hangs up as the agent answers: the row is Abandoned with the agent's name, and the agent's leg is bridged with no one for
 * some seconds. `abandoned_time` becomes the instant at which that leg ends.
 */
function answerNobody(call: LiveCall, leg: Leg, afterMs: number): void {
  const { pbx } = call;
  const { entry } = call;
  call.mark('leavesAtAnswer');
  call.truth.neverBridged = true;
  call.answers(leg);
  pbx.board.setRole(leg, 'void');
  if (entry !== null) pbx.members.change(entry, { agent: leg.extension });
  call.later(afterMs, () => {
    call.release(leg);
    call.finish();
    pbx.schedule.in(pbx.engine.random.int(1000, 4000), () => {
      pbx.board.dropLeg(leg);
      if (entry?.status === 'Abandoned' && entry.truth === call.truth) {
        pbx.members.change(entry, { abandonedAt: pbx.schedule.now });
      }
    });
  });
}
