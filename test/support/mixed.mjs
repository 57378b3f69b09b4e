import Sequencer from '@jest/test-sequencer';

/**
 * The short form of chaos first, as it takes longest of all: begun last, it would run on alone while the other workers have
 * nothing left. Then both tiers mixed: system tests mostly wait and unit tests mostly compute, so that side by side they fill
 * the cores, and neither tier alone would. The system tests are the sooner through, as a single one may take a minute.
 */
export default class Mixed extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const [chaos, rest] = parted(sorted, ({ path }) => /[\\/]chaos\.system\.spec/.test(path));
    const [system, unit] = parted(rest, ({ path }) => /\.system\.spec/.test(path));
    return [...chaos, ...mixed(system, unit)];
  }
}

const SYSTEM_SHARE_AHEAD = 0.85;

function mixed(system, unit) {
  return [
    ...system.map((test, n) => ({ test, at: (n / system.length) * SYSTEM_SHARE_AHEAD })),
    ...unit.map((test, n) => ({ test, at: n / unit.length })),
  ]
    .toSorted((a, b) => a.at - b.at)
    .map(({ test }) => test);
}

function parted(tests, first) {
  return [tests.filter((test) => first(test)), tests.filter((test) => !first(test))];
}
