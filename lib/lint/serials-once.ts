/** The usual size of an entry in octets. If a CRL has smaller ones, the arrays grow. */
const USUAL_ENTRY = 40;

/**
 * Finds serial numbers that come twice, without copying any: for each it keeps the place in the CRL's bytes, in 5
 * octets. Serial numbers from a store ascend, and while they do it compares each with the one before. From the first
 * that does not ascend it uses a hash table. (A Set of hex strings takes about a hundred octets for each.)
 */
export class SerialsOnce {
  readonly #bytes: Uint8Array;
  #starts: Uint32Array;
  /** 255 stands for every longer serial: those are refused anyway. */
  #lengths: Uint8Array;
  #count = 0;
  /**
   * Open addressing. A slot has the index of a serial + 1; 0 is free. There are twice as many slots as serials that
   * fit.
   */
  #slots: Uint32Array | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const room = 2 ** Math.max(8, Math.ceil(Math.log2(bytes.length / USUAL_ENTRY + 1)));
    this.#starts = new Uint32Array(room);
    this.#lengths = new Uint8Array(room);
  }

  /** False where a serial with the octets from `start` to `end` was added before. */
  add(start: number, end: number): boolean {
    if (this.#count === this.#starts.length) this.#grow();
    const length = Math.min(end - start, 255);
    if (!this.#slots && !this.#ascends(start, length)) this.#slots = this.#hashAll();
    if (this.#slots) {
      const slot = this.#find(this.#slots, start, length);
      if (this.#slots[slot] !== 0) return false;
      this.#slots[slot] = this.#count + 1;
    }
    this.#starts[this.#count] = start;
    this.#lengths[this.#count] = length;
    this.#count++;
    return true;
  }

  /** Longer than the last one, or as long and greater. */
  #ascends(start: number, length: number): boolean {
    if (this.#count === 0) return true;
    const last = this.#starts[this.#count - 1] as number;
    const lastLength = this.#lengths[this.#count - 1] as number;
    if (length !== lastLength) return length > lastLength;
    for (let i = 0; i < length; i++) {
      const difference = (this.#bytes[start + i] as number) - (this.#bytes[last + i] as number);
      if (difference !== 0) return difference > 0;
    }
    return false;
  }

  /** The slot of the serial with these octets, or the free slot that it would take. */
  #find(slots: Uint32Array, start: number, length: number): number {
    const mask = slots.length - 1;
    for (let slot = this.#hash(start, length) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot] as number;
      if (number === 0) return slot;
      const same = this.#lengths[number - 1] === length;
      if (same && this.#same(this.#starts[number - 1] as number, start, length)) return slot;
    }
  }

  #same(a: number, b: number, length: number): boolean {
    for (let i = length - 1; i >= 0; i--) if (this.#bytes[a + i] !== this.#bytes[b + i]) return false;
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

  #hashAll(): Uint32Array {
    const slots = new Uint32Array(2 * this.#starts.length);
    for (let i = 0; i < this.#count; i++) {
      slots[this.#find(slots, this.#starts[i] as number, this.#lengths[i] as number)] = i + 1;
    }
    return slots;
  }

  #grow(): void {
    const [starts, lengths] = [this.#starts, this.#lengths];
    this.#starts = new Uint32Array(2 * starts.length);
    this.#starts.set(starts);
    this.#lengths = new Uint8Array(2 * lengths.length);
    this.#lengths.set(lengths);
    if (this.#slots) this.#slots = this.#hashAll();
  }
}
