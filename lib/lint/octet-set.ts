/**
 * A set of short octet strings that are views of one buffer, kept as their places in it: 16 octets of memory for each, and
 * no copies. (A Set of hex strings takes about a hundred.)
 */
export class OctetSet {
  readonly #bytes: Uint8Array;
  /** Open addressing; pairs of start + 1 and length, 0 where free. */
  #slots = new Uint32Array(2 * 1_024);
  #size = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** False when the set has these octets already. `octets` must be a view of the same memory as the set's bytes. */
  add(octets: Uint8Array): boolean {
    if (this.#size * 4 >= this.#slots.length) this.#grow();
    const start = octets.byteOffset - this.#bytes.byteOffset;
    const slot = this.#find(this.#slots, start, octets.length);
    if (this.#slots[slot] !== 0) return false;
    this.#slots[slot] = start + 1;
    this.#slots[slot + 1] = octets.length;
    this.#size++;
    return true;
  }

  /** The slot that has these octets, or the free one where they belong. */
  #find(slots: Uint32Array, start: number, length: number): number {
    const mask = slots.length / 2 - 1;
    for (let at = this.#hash(start, length) & mask; ; at = (at + 1) & mask) {
      const found = slots[2 * at] as number;
      if (found === 0 || (slots[2 * at + 1] === length && this.#same(found - 1, start, length)))
        return 2 * at;
    }
  }

  #same(a: number, b: number, length: number): boolean {
    for (let i = 0; i < length; i++) if (this.#bytes[a + i] !== this.#bytes[b + i]) return false;
    return true;
  }

  /** FNV-1a, 32 bits. */
  #hash(start: number, length: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; i < start + length; i++) {
      hash = Math.imul(hash ^ (this.#bytes[i] as number), 0x01000193);
    }
    return hash >>> 0;
  }

  #grow(): void {
    const slots = new Uint32Array(2 * this.#slots.length);
    for (let at = 0; at < this.#slots.length; at += 2) {
      const found = this.#slots[at] as number;
      if (found === 0) continue;
      const length = this.#slots[at + 1] as number;
      const slot = this.#find(slots, found - 1, length);
      slots[slot] = found;
      slots[slot + 1] = length;
    }
    this.#slots = slots;
  }
}
