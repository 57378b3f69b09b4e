import fc from 'fast-check';

/** What can happen next, as in `model/log.pml`. Servers, bridges and clients are numbered, two of each. */
export type Step =
  | { readonly kind: 'claim'; readonly bridge: number; readonly server: number; readonly answered: boolean }
  /** The bridge's commit that had no answer, or another one. `quiet`: without an event. `delayed`: a copy stays in a socket. */
  | {
      readonly kind: 'commit';
      readonly bridge: number;
      readonly server: number;
      readonly answered: boolean;
      readonly quiet: boolean;
      readonly delayed: boolean;
    }
  /** The commit that was delayed is carried out. */
  | { readonly kind: 'arrive'; readonly server: number }
  | { readonly kind: 'crash'; readonly bridge: number }
  /** The server that is no master becomes as the master is now. */
  | { readonly kind: 'replicate' }
  | { readonly kind: 'promote' }
  | { readonly kind: 'demote'; readonly server: number }
  | { readonly kind: 'read'; readonly client: number; readonly server: number; readonly page: boolean };

const which = fc.nat(1);
const oneOf = (times: number) => fc.nat(times - 1).map((n) => n === 0);
/** Most requests are answered. */
const answered = fc.nat(3).map((n) => n > 0);
const step = <Kind extends Step['kind'], Rest extends object>(kind: Kind, rest: fc.Arbitrary<Rest>) =>
  rest.map((fields) => ({ kind, ...fields }));

export const STEPS: fc.Arbitrary<readonly Step[]> = fc.noBias(
  fc.array(
    fc.oneof(
      { weight: 2, arbitrary: step('claim', fc.record({ bridge: which, server: which, answered })) },
      {
        weight: 8,
        arbitrary: step(
          'commit',
          fc.record({ bridge: which, server: which, answered, quiet: oneOf(3), delayed: oneOf(4) }),
        ),
      },
      { weight: 2, arbitrary: step('arrive', fc.record({ server: which })) },
      { weight: 1, arbitrary: step('crash', fc.record({ bridge: which })) },
      { weight: 1, arbitrary: fc.constant({ kind: 'replicate' as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'promote' as const }) },
      { weight: 1, arbitrary: step('demote', fc.record({ server: which })) },
      {
        weight: 6,
        arbitrary: step('read', fc.record({ client: which, server: which, page: oneOf(5) })),
      },
    ) as fc.Arbitrary<Step>,
    { minLength: 10, maxLength: 80, size: 'max' },
  ),
);
