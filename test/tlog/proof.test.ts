import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signCheckpoint } from '../../lib/tlog/checkpoint.ts';
import { cosigner } from '../../lib/tlog/cosignature.ts';
import { proveInclusion } from '../../lib/tlog/inclusion.ts';
import { leafHash } from '../../lib/tlog/merkle.ts';
import { noteSigner } from '../../lib/tlog/note.ts';
import { trustedLog, witnessPolicy } from '../../lib/tlog/policy.ts';
import { formatProof, parseProof, type TlogProof, verifyProof } from '../../lib/tlog/proof.ts';
import { formatVkey } from '../../lib/tlog/vkey.ts';
import {
  ed25519FromSeed,
  faultCodeOf,
  hexes,
  hexOf,
  mutated,
  numberedHashes,
  numberedLeaf,
  slowReader,
  slowRoot,
} from './reference.ts';

const ORIGIN = 'log.example/akashi';
const all = numberedHashes(11);
const INDEX = 6;
const leaf = numberedLeaf(INDEX);
const tree = { origin: ORIGIN, size: 11, root: slowRoot(all), extensions: [] };
const key = (seed: number) => ed25519FromSeed(Buffer.alloc(32, seed));
const logSigner = noteSigner(ORIGIN, key(1));
const witnesses = ['w1.example', 'w2.example', 'w3.example'].map((name, i) =>
  cosigner(name, key(10 + i), () => (1_700_000_000 + i) * 1000),
);
const log = trustedLog([formatVkey(logSigner.key)]);
const witnessVkeys = witnesses.map(({ key: vkey }) => formatVkey(vkey));
const hashes = await proveInclusion(slowReader(all), INDEX, 11);
const proofSigned = async (cosigned: number): Promise<TlogProof> => ({
  index: INDEX,
  hashes,
  checkpoint: await signCheckpoint(tree, [logSigner, ...witnesses.slice(0, cosigned)]),
});
const plain = await proofSigned(0);
const cosignedByTwo = await proofSigned(2);

describe('tlog-proof files', () => {
  it('have the format of c2sp.org/tlog-proof', () => {
    const text = formatProof({ ...plain, extra: Buffer.from('extra data') });
    const lines = text.split('\n');
    expect(lines.slice(0, 3)).toEqual(['c2sp.org/tlog-proof@v1', 'extra ZXh0cmEgZGF0YQ==', 'index 6']);
    expect(lines.slice(3, 7)).toEqual(hashes.map((hash) => Buffer.from(hash).toString('base64')));
    expect(lines[7]).toBe('');
    expect(lines.slice(8).join('\n')).toBe(plain.checkpoint);
  });

  it('are read back byte for byte', () => {
    for (const proof of [plain, cosignedByTwo, { ...plain, extra: Buffer.from([0, 255]) }]) {
      const text = formatProof(proof);
      const parsed = parseProof(Buffer.from(text));
      expect(formatProof(parsed)).toBe(text);
      expect(hexes(parsed.hashes)).toEqual(hexes(proof.hashes));
      expect(parsed.extra === undefined).toBe(!('extra' in proof));
    }
    const alone = { ...plain, index: 0, hashes: [] };
    expect(parseProof(formatProof(alone))).toEqual(alone);
  });

  const good = formatProof({ ...plain, extra: Buffer.from('extra data') });
  it.each([
    ['with another header', good.replace('@v1', '@v2')],
    ['without a header', good.slice(good.indexOf('\n') + 1)],
    ['with a line before', `\n${good}`],
    ['with bad base64 as extra data', good.replace('extra ZXh0', 'extra !!!!')],
    ['with empty extra data', good.replace('extra ZXh0cmEgZGF0YQ==', 'extra ')],
    ['with two lines of extra data', good.replace('index', 'extra AAAA\nindex')],
    ['with extra data after the index', good.replace(/(extra .*)\n(index .*)\n/, '$2\n$1\n')],
    ['without an index', good.replace('index 6\n', '')],
    ['with an index with a zero before', good.replace('index 6', 'index 06')],
    ['with a negative index', good.replace('index 6', 'index -6')],
    ['with an index that is no number', good.replace('index 6', 'index six')],
    ['with an index past 2^53', good.replace('index 6', 'index 9007199254740992')],
    ['with two spaces', good.replace('index 6', 'index  6')],
    [
      'with a hash of 31 bytes',
      good.replace('index 6\n', `index 6\n${Buffer.alloc(31).toString('base64')}\n`),
    ],
    [
      'with a hash of 64 bytes',
      good.replace('index 6\n', `index 6\n${Buffer.alloc(64).toString('base64')}\n`),
    ],
    [
      'with 64 hashes',
      good.replace('index 6\n', `index 6\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(60)}`),
    ],
    ['with carriage returns', good.replaceAll('\n', '\r\n')],
    ['without a checkpoint', good.slice(0, good.indexOf('\n\n'))],
    ['beyond 1 MB', good.replace('extra ', `extra ${'AAAA'.repeat(250_000)}`)],
  ])('are none %s', (_, text) => {
    expect(text).not.toBe(good);
    expect(faultCodeOf(() => parseProof(text))).toBe('malformed-proof');
  });

  it('are refused without a valid checkpoint', () => {
    expect(
      faultCodeOf(() => parseProof(good.replace('log.example/akashi\n11\n', 'log.example/akashi\n'))),
    ).toBe('malformed-checkpoint');
    expect(faultCodeOf(() => parseProof(good.slice(0, -1)))).toBe('malformed-note');
    expect(faultCodeOf(() => formatProof({ ...plain, checkpoint: 'x' }))).toBe('malformed-note');
    expect(faultCodeOf(() => formatProof({ ...plain, extra: Buffer.alloc(0) }))).toBe('malformed-proof');
    expect(faultCodeOf(() => formatProof({ ...plain, index: -1 }))).toBe('malformed-proof');
    expect(faultCodeOf(() => formatProof({ ...plain, hashes: [Buffer.alloc(31)] }))).toBe('malformed-proof');
  });

  it('give the very same bytes back, or a fault, for arbitrary and for mutated input', () => {
    const malformed = [undefined, 'malformed-proof', 'malformed-note', 'malformed-checkpoint'];
    const roundTrip = (input: Uint8Array) => {
      const code = faultCodeOf(() =>
        expect(hexOf(Buffer.from(formatProof(parseProof(input))))).toBe(hexOf(input)),
      );
      expect(malformed).toContain(code);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), roundTrip), { numRuns: 300 });
    fc.assert(fc.property(mutated(good), roundTrip), { numRuns: 1_500 });
  });
});

describe('verifying a proof offline', () => {
  it('gives the verified facts', () => {
    const proven = verifyProof(parseProof(formatProof(plain)), { leaf }, { logs: [log] });
    expect(proven).toEqual({ checkpoint: tree, index: INDEX, cosigned: [] });
    expect(verifyProof(plain, { leafHash: leafHash(leaf) }, { logs: [log] }).index).toBe(INDEX);
  });

  it('needs as many witnesses as the policy demands', () => {
    const verdict = (proof: TlogProof, threshold: number) => () =>
      verifyProof(proof, { leaf }, { logs: [log], witnesses: witnessPolicy(witnessVkeys, threshold) });
    expect(verdict(cosignedByTwo, 2)().cosigned).toEqual([
      { name: 'w1.example', time: 1_700_000_000 },
      { name: 'w2.example', time: 1_700_000_001 },
    ]);
    expect(faultCodeOf(verdict(cosignedByTwo, 3))).toBe('proof-invalid');
    expect(faultCodeOf(verdict(plain, 1))).toBe('proof-invalid');
    const third = { logs: [log], witnesses: witnessPolicy(witnessVkeys.slice(2), 1) };
    expect(faultCodeOf(() => verifyProof(cosignedByTwo, { leaf }, third))).toBe('proof-invalid');
  });

  it('counts a witness with two keys once', async () => {
    const second = cosigner('w1.example', key(20), () => 0);
    const checkpoint = await signCheckpoint(tree, [logSigner, ...witnesses.slice(0, 1), second]);
    const policy = (threshold: number) => ({
      logs: [log],
      witnesses: witnessPolicy([...witnessVkeys, formatVkey(second.key)], threshold),
    });
    expect(verifyProof({ ...plain, checkpoint }, { leaf }, policy(1)).cosigned).toHaveLength(1);
    expect(faultCodeOf(() => verifyProof({ ...plain, checkpoint }, { leaf }, policy(2)))).toBe(
      'proof-invalid',
    );
  });

  it('refuses another leaf, another index, another log and another tree', async () => {
    const code = (proof: TlogProof, subject = { leaf }) =>
      faultCodeOf(() => verifyProof(proof, subject, { logs: [log] }));
    expect(code(plain)).toBe(undefined);
    expect(code(plain, { leaf: numberedLeaf(7) })).toBe('proof-invalid');
    expect(code({ ...plain, index: 7 })).toBe('proof-invalid');
    expect(code({ ...plain, index: 11 })).toBe('proof-invalid');
    expect(code({ ...plain, index: -1 })).toBe('proof-invalid');
    expect(code({ ...plain, hashes: hashes.slice(1) })).toBe('proof-invalid');
    expect(code({ ...plain, hashes: hashes.toReversed() })).toBe('proof-invalid');
    const otherTree = await signCheckpoint({ ...tree, root: slowRoot(all.slice(0, 10)) }, [logSigner]);
    expect(code({ ...plain, checkpoint: otherTree })).toBe('proof-invalid');
    const otherKey = await signCheckpoint(tree, [noteSigner(ORIGIN, key(2))]);
    expect(code({ ...plain, checkpoint: otherKey })).toBe('signature-invalid');
    const otherLog = trustedLog([formatVkey(noteSigner('other.example', key(1)).key)]);
    const wrongLog = () => verifyProof(plain, { leaf }, { logs: [otherLog] });
    expect(faultCodeOf(wrongLog)).toBe('signature-invalid');
    expect(faultCodeOf(() => verifyProof(plain, { leaf }, { logs: [] }))).toBe('signature-invalid');
    expect(faultCodeOf(() => verifyProof(plain, { leafHash: leaf }, { logs: [log] }))).toBe('proof-invalid');
    expect(verifyProof(plain, { leaf }, { logs: [otherLog, log] }).checkpoint.origin).toBe(ORIGIN);
  });

  it('accepts a mutated proof only if the extra data or signatures of unknown keys changed', () => {
    const text = formatProof({ ...plain, extra: Buffer.from('extra data') });
    fc.assert(
      fc.property(mutated(text), (input) => {
        const code = faultCodeOf(() => {
          const proof = parseProof(input);
          const proven = verifyProof(proof, { leaf }, { logs: [log] });
          expect(proven.checkpoint).toEqual(tree);
          expect(proof.index).toBe(INDEX);
          expect(hexes(proof.hashes)).toEqual(hexes(hashes));
        });
        expect([
          undefined,
          'malformed-proof',
          'malformed-note',
          'malformed-checkpoint',
          'proof-invalid',
          'signature-invalid',
        ]).toContain(code);
      }),
      { numRuns: 1_000 },
    );
  });
});
