/** The newest `bound` ids, by which a second announcement is recognised. The oldest ids are dropped first. */
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
