import {
  CRL_REASONS,
  type CrlReason,
  parseSerial,
  type RevokedCertificate,
  type RevokedEntries,
  type SerialHex,
} from '../pki/pki.ts';
import type { RevokedRow } from './register.ts';

/** Octets of a serial number at most (RFC 5280 4.1.2.2), after one for how many it has. */
const SLOT = 21;
const FIRST_ENTRIES = 1024;
const REASONS = Object.keys(CRL_REASONS) as readonly CrlReason[];

const NO_TIME = Number.NaN;

/**
 * What a CRL will list, in some forty bytes an entry: a national list has millions of them, and an object for each
 * would take five times as much, for as long as the list is being read and signed.
 */
export class RevokedList implements RevokedEntries {
  #length = 0;
  #serials = Buffer.alloc(SLOT * FIRST_ENTRIES);
  /** Unix seconds. */
  #revoked = new Float64Array(FIRST_ENTRIES);
  #invalid: Float64Array | undefined;
  #reasons = new Uint8Array(FIRST_ENTRIES);

  get length(): number {
    return this.#length;
  }

  push(serial: string, row: RevokedRow): void {
    const index = this.#length;
    if (index === this.#reasons.length) this.#grow();
    const octets = parseSerial(serial);
    this.#serials[index * SLOT] = octets.length >> 1;
    this.#serials.write(octets, index * SLOT + 1, 'hex');
    this.#revoked[index] = row.revocationTime;
    this.#reasons[index] = REASONS.indexOf(row.reason);
    if (row.invalidityDate !== undefined) {
      this.#invalid ??= new Float64Array(this.#reasons.length).fill(NO_TIME);
      this.#invalid[index] = row.invalidityDate;
    } else if (this.#invalid) this.#invalid[index] = NO_TIME;
    this.#length++;
  }

  at(index: number): RevokedCertificate | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    const start = index * SLOT;
    const serialNumber = this.#serials.toString(
      'hex',
      start + 1,
      start + 1 + (this.#serials[start] as number),
    );
    const reasonCode = REASONS[this.#reasons[index] as number] as CrlReason;
    const invalid = this.#invalid?.[index] ?? NO_TIME;
    return {
      serialNumber: serialNumber as SerialHex,
      revocationDate: new Date((this.#revoked[index] as number) * 1000),
      ...(reasonCode !== 'unspecified' && { reasonCode }),
      ...(!Number.isNaN(invalid) && { invalidityDate: new Date(invalid * 1000) }),
    };
  }

  /** By half, since twice as much stands in memory while it is copied. */
  #grow(): void {
    const size = Math.ceil(this.#reasons.length * 1.5);
    const grown = <T extends Float64Array | Uint8Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    this.#serials = grown(this.#serials, Buffer.alloc(SLOT * size));
    this.#revoked = grown(this.#revoked, new Float64Array(size));
    this.#reasons = grown(this.#reasons, new Uint8Array(size));
    if (this.#invalid) this.#invalid = grown(this.#invalid, new Float64Array(size).fill(NO_TIME));
  }
}
