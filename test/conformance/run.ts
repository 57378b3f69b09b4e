import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Broken } from './broken.js';
import { ConsumerProcess } from './consumer-process.js';
import { DELIVERY_SCENARIOS } from './delivery-scenarios.js';
import { DeliveryStage } from './delivery-stage.js';
import { drawnDeliveries, drawnStream } from './drawn-scenarios.js';
import type { Profile } from './lines.js';
import { RULES } from './rules.js';
import { type Scenario, STREAM_SCENARIOS } from './stream-scenarios.js';
import { type StageOptions, StreamStage } from './stream-stage.js';

export interface RunOptions {
  readonly command: readonly [string, ...string[]];
  /** How long the consumer may take for what it owes; beyond it, it is missing. */
  readonly patienceMs: number;
  /** Only scenarios whose name contains it. */
  readonly only?: string;
  /** Ends with the first scenario that does not hold. */
  readonly bail?: boolean;
  /** Of the drawn history. */
  readonly seed?: string;
}

interface Failure {
  /** What happened then. */
  readonly step: string;
  readonly broken: Broken;
  /** The newest lines, `>` to the consumer and `<` from it. */
  readonly transcript: readonly string[];
}

export interface ScenarioResult {
  readonly scenario: string;
  readonly failure: Failure | null;
}

export interface Verdict {
  readonly profile: Profile;
  readonly results: readonly ScenarioResult[];
}

interface Stage {
  readonly step: string;
  readonly transcript: readonly string[];
  start(): Promise<void>;
  end(): Promise<void>;
}

/** Plays every scenario of the consumer's profile, each to a process of its own. @throws {Broken} if it never says `ready` */
export async function runConformance(
  options: RunOptions,
  report: (result: ScenarioResult) => void = () => undefined,
): Promise<Verdict> {
  const profile = await profileOf(options);
  const { seed = '1' } = options;
  const results =
    profile === 'stream'
      ? await playAll([...STREAM_SCENARIOS, drawnStream(seed)], (of) => new StreamStage(of), options, report)
      : await playAll(
          [...DELIVERY_SCENARIOS, drawnDeliveries(seed)],
          (of) => new DeliveryStage(of),
          options,
          report,
        );
  return { profile, results };
}

async function profileOf({ command, patienceMs }: RunOptions): Promise<Profile> {
  return inFolder(async (dir) => {
    const consumer = new ConsumerProcess(command, dir, patienceMs, RULES.protocol, () => undefined);
    try {
      return (await consumer.start(null, dir)).profile;
    } finally {
      await consumer.kill();
    }
  });
}

async function playAll<S extends Stage>(
  scenarios: readonly Scenario<S>[],
  stageOf: (options: StageOptions) => S,
  options: RunOptions,
  report: (result: ScenarioResult) => void,
): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios.filter(({ name }) => name.includes(options.only ?? ''))) {
    const result = { scenario: scenario.name, failure: await play(scenario, stageOf, options) };
    results.push(result);
    report(result);
    if (options.bail === true && result.failure !== null) break;
  }
  return results;
}

async function play<S extends Stage>(
  scenario: Scenario<S>,
  stageOf: (options: StageOptions) => S,
  { command, patienceMs }: RunOptions,
): Promise<Failure | null> {
  const { rule, missing = rule } = scenario;
  return inFolder(async (dir) => {
    const stage = stageOf({ command, dir, patienceMs, rule, missing });
    try {
      await stage.start();
      await scenario.play(stage);
      return null;
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      return { step: stage.step, broken: error, transcript: [...stage.transcript] };
    } finally {
      await stage.end();
    }
  });
}

async function inFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
