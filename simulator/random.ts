/**
 * Seeded randomness: the same seed gives the same world, on every machine.
 *
 * Guarantees: draws depend on the seed and on the order of draws of this one object; `fork` gives an independent
 * stream, so that one call's decisions do not move when another call draws more. Not for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number | string | readonly [number, number, number]) {
    [this.#a, this.#b, this.#c] = typeof seed === 'object' ? seed : spread(String(seed));
    // sfc32 needs a few rounds until similar seeds have drifted apart.
    for (let i = 0; i < 12; i++) this.#draw();
  }

  /** Uniform in [0, 1). */
  next(): number {
    return this.#draw() / 4_294_967_296;
  }

  /** Uniform integer in [low, high]. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** One of the keys, in proportion to its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries<number>(weights) as [K, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    throw new Error('weights must not all be zero');
  }

  /** Exponential: the gap between independent arrivals. */
  exponential(mean: number): number {
    return -Math.log(1 - this.next()) * mean;
  }

  /** Log-normal with the given median: most talks are short, a few are long. */
  logNormal(median: number, spreadOf = 0.7): number {
    const gauss = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    return median * Math.exp(gauss * spreadOf);
  }

  digits(count: number): string {
    let text = '';
    for (let i = 0; i < count; i++) text += String(this.int(0, 9));
    return text;
  }

  uuid(): string {
    const hex = [0, 0, 0, 0].map(() => this.#draw().toString(16).padStart(8, '0')).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  fork(): Random {
    return new Random([this.#draw(), this.#draw(), this.#draw()]);
  }

  /** sfc32: 128 bits of state, so that ten thousand forks do not meet by the birthday paradox. */
  #draw(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** FNV-1a from three offsets: a text becomes three words of state. */
function spread(text: string): [number, number, number] {
  const words = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b].map((offset) => {
    let hash = offset;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    return hash | 0;
  });
  return [words[0] ?? 0, words[1] ?? 0, words[2] ?? 0];
}
