/** The newest `bound` ids: what is announced twice is known by its id. Memory stays bounded, oldest ids go first. */
export class RecentIds {
  private readonly ids = new Set<string>();

  constructor(private readonly bound: number) {}

  /** False when it is already there. */
  add(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    if (this.ids.size > this.bound) this.ids.delete(this.ids.values().next().value!);
    return true;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }
}
