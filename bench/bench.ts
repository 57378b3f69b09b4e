/** What a measurement gets to work with. */
export interface Bench {
  /** A Redis of the run's own. */
  readonly redisUrl: string;
  /** Where child processes leave their CPU profiles; null where none are wanted. */
  readonly profileDir: string | null;
  /** How many rounds to run instead of the usual number: more on request, fewer (but at least `least`) to save time. */
  readonly rounds: (usual: number, least?: number) => number;
}
