import type { Item, Key } from './contract.ts';

/** The most characters of values that are kept. */
const ROW_CHARS = 8 * 1024 * 1024;
/** Memory that each value takes besides its own characters. */
const CHARS_AROUND = 200;

/**
 * The rows that were read last. The lock lets only this process write, and each of its writes drops the row from here
 * before the commit. So a row that is found here equals the row in the file. Nobody changes a value that was read.
 */
export class ReadRows {
  readonly #kept = new Map<string, { readonly item: Item; readonly chars: number }>();
  #chars = 0;

  /** With the length of pk in front, no two keys have the same text. */
  static #text({ pk, sk }: Key): string {
    return `${pk.length}:${pk}${sk}`;
  }

  find(key: Key): Item | undefined {
    return this.#kept.get(ReadRows.#text(key))?.item;
  }

  keep(item: Item, valueChars: number): void {
    const chars = valueChars + CHARS_AROUND;
    Object.freeze(item.value);
    this.#kept.set(ReadRows.#text(item), { item, chars });
    this.#chars += chars;
    for (const [oldest, old] of this.#kept) {
      if (this.#chars <= ROW_CHARS) return;
      this.#forget(oldest, old.chars);
    }
  }

  drop(key: Key): void {
    const text = ReadRows.#text(key);
    const known = this.#kept.get(text);
    if (known) this.#forget(text, known.chars);
  }

  clear(): void {
    this.#kept.clear();
    this.#chars = 0;
  }

  #forget(text: string, chars: number): void {
    this.#kept.delete(text);
    this.#chars -= chars;
  }
}
