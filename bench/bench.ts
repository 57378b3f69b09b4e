/** What a measurement gets to work with. */
export interface Bench {
  /** A Redis of the run's own. */
  readonly redisUrl: string;
  /** Where child processes leave their CPU profiles; null where none are wanted. */
  readonly profileDir: string | null;
  /** How many rounds to run where so many are usual: more when asked for, fewer, but `least`, when there is no time. */
  readonly rounds: (usual: number, least?: number) => number;
}
