/** A PBX may add its hotline to a queue's name, as in `Sales_39989220`: it says nothing to those who know the queue. */
const SUFFIX = /^(.*\D)_\d{6,}$/;

/** The name without that, unless another queue would have the same. */
export function shortQueueName(name: string, others: readonly string[]): string {
  const short = baseOf(name);
  return others.some((other) => other !== name && baseOf(other) === short) ? name : short;
}

function baseOf(name: string): string {
  return SUFFIX.exec(name)?.[1] ?? name;
}
