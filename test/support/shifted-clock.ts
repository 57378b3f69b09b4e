/**
 * Loaded into a bridge with `--import`: the wall clock of that process is wrong by TEST_CLOCK_SHIFT_MS. The bridge itself
 * has no code for it, and the monotonic clock stays as it is.
 */
const shiftMs = Number(process.env.TEST_CLOCK_SHIFT_MS);
const RightDate = Date;

class ShiftedDate extends RightDate {
  constructor(...given: [] | [value: number | string | Date]) {
    if (given.length === 0) super(RightDate.now() + shiftMs);
    // More than one argument are the parts of a date.
    else super(...given);
  }

  static override now(): number {
    return RightDate.now() + shiftMs;
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
