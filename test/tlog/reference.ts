import { createHash, createPrivateKey } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { Fault, type FaultCode } from '../../lib/fault.ts';
import type { Signer } from '../../lib/keys/keys.ts';
import { softwareSigner } from '../../lib/keys/software.ts';
import { append, type HashReader, type Node } from '../../lib/tlog/merkle.ts';
import { growTiles, tilePath } from '../../lib/tlog/tile.ts';

/** RFC 6962 2.1 word by word: slow, recursive, and without any code that it judges. */
const sha256 = (...parts: Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

export const slowLeafHash = (leaf: Uint8Array): Buffer => sha256(Buffer.of(0), leaf);

const k = (n: number): number => {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
};

/** MTH(D[n]), over leaf hashes. */
export const slowRoot = (d: readonly Buffer[]): Buffer => {
  const [first] = d;
  if (first === undefined) return sha256();
  if (d.length === 1) return first;
  return sha256(Buffer.of(1), slowRoot(d.slice(0, k(d.length))), slowRoot(d.slice(k(d.length))));
};

/** PATH(m, D[n]). */
export const slowPath = (m: number, d: readonly Buffer[]): Buffer[] => {
  if (d.length <= 1) return [];
  const [left, right] = [d.slice(0, k(d.length)), d.slice(k(d.length))];
  return m < left.length
    ? [...slowPath(m, left), slowRoot(right)]
    : [...slowPath(m - left.length, right), slowRoot(left)];
};

/** SUBPROOF(m, D[n], b); PROOF(m, D[n]) with b = true. */
export const slowProof = (m: number, d: readonly Buffer[], b = true): Buffer[] => {
  if (m === d.length) return b ? [] : [slowRoot(d)];
  const [left, right] = [d.slice(0, k(d.length)), d.slice(k(d.length))];
  return m <= left.length
    ? [...slowProof(m, left, b), slowRoot(right)]
    : [...slowProof(m - left.length, right, false), slowRoot(left)];
};

export const numberedLeaf = (i: number): Buffer => Buffer.from(`leaf ${i}`);

export const numberedHashes = (n: number): Buffer[] =>
  Array.from({ length: n }, (_, i) => slowLeafHash(numberedLeaf(i)));

/** Reads complete nodes by hashing their leaves anew. A read of an incomplete node fails the test. */
export const slowReader =
  (d: readonly Buffer[]): HashReader =>
  async (nodes: readonly Node[]) =>
    nodes.map(({ level, index }) => {
      expect((index + 1) * 2 ** level).toBeLessThanOrEqual(d.length);
      return slowRoot(d.slice(index * 2 ** level, (index + 1) * 2 ** level));
    });

/** Reads complete nodes from memory, for tests that make proofs by the thousand. */
export const memoryReader = (leafHashes: readonly Uint8Array[]): HashReader => {
  const { runs } = append(0, [], leafHashes);
  return async (nodes) =>
    nodes.map(
      ({ level, index }) => runs[level]?.hashes.subarray(index * 32, index * 32 + 32) ?? Buffer.alloc(0),
    );
};

/** A log's files, grown in batches as a sequencer would. */
export const growFiles = (leafHashes: readonly Uint8Array[], batch: number): Map<string, Uint8Array> => {
  const files = new Map<string, Uint8Array>();
  let size = 0;
  let edge: readonly Uint8Array[] = [];
  let partials: ReadonlyMap<number, Uint8Array> = new Map();
  while (size < leafHashes.length) {
    const growth = append(size, edge, leafHashes.slice(size, size + batch));
    const grown = growTiles(size, growth.size, growth.runs, partials);
    for (const { tile, bytes } of grown.tiles) {
      expect(files.has(tilePath(tile)), `${tilePath(tile)} is written twice`).toBe(false);
      files.set(tilePath(tile), bytes);
    }
    ({ size, edge } = growth);
    partials = grown.partials;
  }
  return files;
};

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const hexes = (hashes: readonly Uint8Array[]): string[] => hashes.map(hexOf);

export const ed25519FromSeed = (seed: Uint8Array): Signer => {
  // RFC 8410: the fixed beginning of a PKCS #8 Ed25519 key.
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  return softwareSigner('ed25519', createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
};

export const faultCodeOf = (act: () => unknown): FaultCode | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
};

export const rejectedCodeOf = async (act: Promise<unknown>): Promise<FaultCode | undefined> =>
  act.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof Fault) return error.code;
      throw error;
    },
  );

/** A valid text with a few bytes changed, cut, doubled or inserted, as parsers get them wrong. */
export const mutated = (valid: string): fc.Arbitrary<Buffer> =>
  fc
    .array(
      fc.record({
        at: fc.nat(Buffer.byteLength(valid)),
        cut: fc.integer({ min: 0, max: 3 }),
        put: fc.oneof(
          fc.constantFrom('\n', '\n\n', ' ', '+', '=', '0', '— ', '\u3000', '\r', '\0', '9'),
          fc.uint8Array({ maxLength: 3 }),
        ),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((edits) =>
      edits.reduce(
        (bytes, { at, cut, put }) =>
          Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at + cut)]),
        Buffer.from(valid),
      ),
    );
