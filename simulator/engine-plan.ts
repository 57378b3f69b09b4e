import type { Extension } from './directory.js';

/**
 * What the engine's habits make of one call, decided before it begins. Durations are real milliseconds, `speed` already
 * applied. Null and false mean that it does not happen.
 */
export interface EnginePlan {
  readonly neverRings: boolean;
  /** The talk is one of 0.4 s. */
  readonly blinks: boolean;
  readonly pickup: {
    readonly by: Extension | null;
    /** `**106` names the extension that rings, `*8` does not. */
    readonly code: '**' | '*8';
  } | null;
  /** Ring group: each member rings for so long, one after the other. */
  readonly huntMs: number | null;
  /** Ring group: how many members reject it. */
  readonly rejects: number;
  readonly supervises: {
    readonly afterMs: number;
    /** Null: until the call ends, which the supervisor then takes over from the agent. */
    readonly forMs: number | null;
    readonly code: '*33' | '*34' | '*88';
  } | null;
  readonly mobileAgent: boolean;
  /** The agent's leg ends so long after its answer, and the row is stuck. */
  readonly stuckAfterMs: number | null;
  /** The caller hangs up so long after the agent's answer. */
  readonly leavesAtAnswerMs: number | null;
  /** No agent of the ring-all queue is free for so long. */
  readonly waitsMs: number | null;
  /** The agent transfers to another queue after so long. */
  readonly requeueAfterMs: number | null;
  readonly ringWait: boolean;
  /** An agent calls back so long after the abandonment. */
  readonly callsBackAfterMs: number | null;
  /** Another call of the same number: so long after this one, of this kind, or into the same queue. */
  readonly companion: { readonly afterMs: number; readonly kind: 'queue' | 'direct' | 'same-queue' } | null;
}

/** As a person writes it: extensions by their numbers. */
export type EngineScript = Partial<Omit<EnginePlan, 'pickup'>> & {
  readonly pickup?: { readonly by?: string; readonly code: '**' | '*8' };
};

export const NO_ENGINE_PLAN: EnginePlan = {
  neverRings: false,
  blinks: false,
  pickup: null,
  huntMs: null,
  rejects: 0,
  supervises: null,
  mobileAgent: false,
  stuckAfterMs: null,
  leavesAtAnswerMs: null,
  waitsMs: null,
  requeueAfterMs: null,
  ringWait: false,
  callsBackAfterMs: null,
  companion: null,
};
