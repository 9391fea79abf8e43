import { verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import {
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from '../../lib/tlog/checkpoint.ts';
import {
  cosignatureTime,
  cosignatureVerifier,
  cosigner,
  subtreeMessage,
} from '../../lib/tlog/cosignature.ts';
import { formatNote, noteSigner, parseNote, parseSignatureLines, signText } from '../../lib/tlog/note.ts';
import { trustedLog, witnessPolicy } from '../../lib/tlog/policy.ts';
import { formatVkey, noteKeyOf, parseVkey, publicKeyObject } from '../../lib/tlog/vkey.ts';
import { ed25519FromSeed, faultCodeOf, hexOf, mutated, rejectedCodeOf } from './reference.ts';
import mlDsa from './vectors/ml-dsa-44.json' with { type: 'json' };
import { arche, sofa } from './vectors/notes.ts';

const ORIGIN = 'log.example/証';
const checkpoint = { origin: ORIGIN, size: 20_852_163, root: Buffer.alloc(32, 7), extensions: [] };
const logKey = ed25519FromSeed(Buffer.alloc(32, 1));
const witnessKey = ed25519FromSeed(Buffer.alloc(32, 2));
const logSigner = noteSigner(ORIGIN, logKey);
const log = trustedLog([formatVkey(logSigner.key)]);
const clock = () => 1_679_315_147_999;
const witness = cosigner('witness.example/w1', witnessKey, clock);

describe('checkpoints', () => {
  it('of a public log are read, and verify by its key and a witness', () => {
    const publicLog = trustedLog([arche.logVkey]);
    const { verifiers } = witnessPolicy([arche.witnessVkey], 1);
    const opened = openCheckpoint(arche.note, publicLog, verifiers);
    expect(opened.checkpoint).toEqual({
      origin: arche.origin,
      size: arche.size,
      root: Buffer.from(arche.root, 'base64'),
      extensions: [],
    });
    expect(opened.verified.map(({ key }) => key.name)).toEqual([arche.origin, 'remora.n621.de']);
    expect(opened.unknown).toHaveLength(4);
    expect(formatCheckpoint(opened.checkpoint)).toBe(opened.text);
    expect(cosignatureTime(opened.verified[1]?.signature.signature ?? Buffer.alloc(0))).toBe(0x6a122120);
    const other = arche.note.replace('1432088532', '1432088533');
    expect(faultCodeOf(() => openCheckpoint(other, publicLog))).toBe('signature-invalid');
    expect(faultCodeOf(() => openCheckpoint(arche.note, log))).toBe('signature-invalid');
  });

  it('of the specifications are read', () => {
    const { text, signatures } = parseNote(sofa.note);
    expect(parseCheckpoint(text)).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
    expect(cosignatureTime(signatures[1]?.signature ?? Buffer.alloc(0))).toBe(sofa.time);
  });

  it.each([
    ['without a root', 'log\n1\n'],
    ['without an origin', `\n1\n${arche.root}\n`],
    ['with a leading zero', `log\n01\n${arche.root}\n`],
    ['with a sign', `log\n+1\n${arche.root}\n`],
    ['with a negative size', `log\n-1\n${arche.root}\n`],
    ['with other digits', `log\n\u0661\n${arche.root}\n`],
    ['with a hexadecimal size', `log\n0x1\n${arche.root}\n`],
    ['with an exponent', `log\n1e3\n${arche.root}\n`],
    ['of 2^53 leaves', `log\n9007199254740992\n${arche.root}\n`],
    ['with a space after the size', `log\n1 \n${arche.root}\n`],
    ['with a short root', `log\n1\n${Buffer.alloc(31).toString('base64')}\n`],
    ['with a long root', `log\n1\n${Buffer.alloc(33).toString('base64')}\n`],
    ['with stray bits in the root', `log\n1\n${arche.root.replace('4Ro=', '4Rp=')}\n`],
    ['without padding', `log\n1\n${arche.root.slice(0, -1)}\n`],
    ['with an empty extension', `log\n1\n${arche.root}\n\n`],
    ['without the last newline', `log\n1\n${arche.root}`],
    ['with carriage returns', `log\r\n1\r\n${arche.root}\r\n`],
  ])('are none %s', (_, text) => {
    expect(faultCodeOf(() => parseCheckpoint(text))).toBe('malformed-checkpoint');
  });

  it('are written as they are read, with extension lines', () => {
    const line = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
    const any = fc.record({
      origin: line,
      size: fc.maxSafeNat(),
      root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      extensions: fc.array(line, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(any, (one) => {
        const lines = [one.origin, ...one.extensions];
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a line must not have
        const fits = lines.every((text) => text.isWellFormed() && !/[\u0000-\u001f]/.test(text));
        const code = faultCodeOf(() => {
          const parsed = parseCheckpoint(formatCheckpoint(one));
          expect({ ...parsed, root: hexOf(parsed.root) }).toEqual({ ...one, root: hexOf(one.root) });
        });
        expect(code).toBe(fits ? undefined : 'malformed-checkpoint');
      }),
      { numRuns: 300 },
    );
    for (const bad of [
      { size: 1.5 },
      { size: -1 },
      { size: 2 ** 53 },
      { root: Buffer.alloc(31) },
      { origin: '' },
    ]) {
      expect(faultCodeOf(() => formatCheckpoint({ ...checkpoint, ...bad }))).toBe('malformed-checkpoint');
    }
  });

  it('give a value or a fault for arbitrary and mutated text', () => {
    const text = formatCheckpoint({ ...checkpoint, extensions: ['one', '二'] });
    const roundTrip = (input: string) => {
      const code = faultCodeOf(() => expect(formatCheckpoint(parseCheckpoint(input))).toBe(input));
      expect([undefined, 'malformed-checkpoint']).toContain(code);
    };
    fc.assert(fc.property(fc.string({ unit: 'binary' }), roundTrip));
    fc.assert(
      fc.property(
        mutated(text).map((bytes) => bytes.toString()),
        roundTrip,
      ),
      { numRuns: 1_000 },
    );
  });

  it('are signed and opened', async () => {
    const signed = await signCheckpoint(checkpoint, [logSigner, witness]);
    expect(openCheckpoint(signed, log).checkpoint).toEqual(checkpoint);
    expect(openCheckpoint(Buffer.from(signed), log).unknown.map(({ name }) => name)).toEqual([
      'witness.example/w1',
    ]);
    const byWitnessAlone = await signCheckpoint(checkpoint, [witness]);
    const { verifiers } = witnessPolicy([formatVkey(witness.key)], 1);
    expect(faultCodeOf(() => openCheckpoint(byWitnessAlone, log, verifiers))).toBe('signature-invalid');
    expect(await rejectedCodeOf(signCheckpoint({ ...checkpoint, origin: 'a\nb' }, [logSigner]))).toBe(
      'malformed-checkpoint',
    );
  });
});

describe('cosignatures', () => {
  const text = formatCheckpoint(checkpoint);

  it('of Ed25519 are over the header, the time and the whole text', async () => {
    const [line] = await signText(text, [witness]);
    if (line === undefined) throw new Error('a signature');
    expect(line.signature).toHaveLength(72);
    expect(cosignatureTime(line.signature)).toBe(1_679_315_147);
    // The message as tlog-cosignature defines it, verified without the code under test.
    const message = Buffer.from(`cosignature/v1\ntime 1679315147\n${text}`);
    const key = publicKeyObject(noteKeyOf('any', 0x01, witnessKey));
    expect(verify(null, message, key, line.signature.subarray(8))).toBe(true);
    const extended = formatCheckpoint({ ...checkpoint, extensions: ['more'] });
    const verifier = cosignatureVerifier(witness.key);
    expect(verifier.verify(text, line.signature)).toBe(true);
    expect(verifier.verify(extended, line.signature)).toBe(false);
  });

  it('of ML-DSA-44 name the cosigner, the log and the tree', async () => {
    const key = await generateSoftwareKey('ml-dsa-44');
    const pq = cosigner('pq.example/w', key, clock);
    expect(pq.key.type).toBe(0x06);
    expect(parseVkey(formatVkey(pq.key)).id).toBe(pq.key.id);
    const [line] = await signText(text, [pq]);
    if (line === undefined) throw new Error('a signature');
    expect(line.signature).toHaveLength(8 + 2420);
    const verifier = cosignatureVerifier(pq.key);
    expect(verifier.verify(text, line.signature)).toBe(true);
    // The structure does not cover extension lines (tlog-cosignature, "ML-DSA-44 signed message").
    expect(verifier.verify(formatCheckpoint({ ...checkpoint, extensions: ['more'] }), line.signature)).toBe(
      true,
    );
    expect(verifier.verify(formatCheckpoint({ ...checkpoint, size: 1 }), line.signature)).toBe(false);
    expect(verifier.verify(formatCheckpoint({ ...checkpoint, origin: 'x' }), line.signature)).toBe(false);
    expect(cosignatureVerifier({ ...pq.key, name: 'other' }).verify(text, line.signature)).toBe(false);
    expect(verifier.verify('no checkpoint\n', line.signature)).toBe(false);
    const long = formatCheckpoint({ ...checkpoint, origin: 'o'.repeat(256) });
    expect(verifier.verify(long, line.signature)).toBe(false);
    expect(await rejectedCodeOf(signText(long, [pq]))).toBe('malformed-checkpoint');
    const asLog = await signCheckpoint(checkpoint, [cosigner(ORIGIN, key, clock)]);
    const pqLog = trustedLog([formatVkey(cosigner(ORIGIN, key, clock).key)]);
    expect(openCheckpoint(asLog, pqLog).checkpoint.size).toBe(checkpoint.size);
  });

  it('of another implementation verify, over a subtree', () => {
    const key = parseVkey(mlDsa.vkey);
    const [line] = parseSignatureLines(`${mlDsa.line}\n`);
    const root = Buffer.from(mlDsa.root, 'base64');
    const message = (end: number) => subtreeMessage(key.name, 0, { ...mlDsa, root, end });
    expect(line?.keyId).toBe(key.id);
    const signature = line?.signature.subarray(8) ?? Buffer.alloc(0);
    expect(verify(null, message(13), publicKeyObject(key), signature)).toBe(true);
    expect(verify(null, message(14), publicKeyObject(key), signature)).toBe(false);
    expect(faultCodeOf(() => subtreeMessage(key.name, 1, { ...mlDsa, root }))).toBe('malformed-checkpoint');
    expect(faultCodeOf(() => subtreeMessage('', 0, { ...mlDsa, root }))).toBe('malformed-checkpoint');
  });

  it('never verify when damaged, and never throw', async () => {
    const [line] = await signText(text, [witness]);
    const good = Buffer.from(line?.signature ?? []);
    const verifier = cosignatureVerifier(witness.key);
    for (let i = 0; i < good.length; i++) {
      const bad = Buffer.from(good);
      bad[i] = (bad[i] ?? 0) ^ 0x80;
      expect(verifier.verify(text, bad)).toBe(false);
      expect(verifier.verify(text, good.subarray(0, i))).toBe(false);
    }
    expect(verifier.verify(text, Buffer.concat([good, Buffer.of(0)]))).toBe(false);
    expect(cosignatureTime(Buffer.alloc(72, 0xff))).toBe(undefined);
    expect(cosignatureTime(Buffer.alloc(8))).toBe(undefined);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.string(), (signature, any) => {
        expect(verifier.verify(any, signature)).toBe(false);
      }),
    );
  });

  it('are not made for text that is no checkpoint, nor with other keys', async () => {
    expect(await rejectedCodeOf(signText('hello\n', [witness]))).toBe('malformed-checkpoint');
    const p256 = await generateSoftwareKey('ecdsa-p256-sha256');
    expect(faultCodeOf(() => cosigner('w', p256, clock))).toBe('unsupported-algorithm');
  });

  it('are not taken for plain signatures, nor plain ones for them', async () => {
    const name = 'both.example';
    const plain = noteSigner(name, witnessKey);
    const timed = cosigner(name, witnessKey, clock);
    expect(plain.key.id).not.toBe(timed.key.id);
    const [made] = await signText(text, [plain]);
    if (made === undefined) throw new Error('a signature');
    const disguised = formatNote({ text, signatures: [{ ...made, keyId: timed.key.id }] });
    const both = { origin: ORIGIN, verifiers: [cosignatureVerifier(timed.key)] };
    expect(faultCodeOf(() => openCheckpoint(disguised, both))).toBe('signature-invalid');
  });
});

describe('the trusted signers', () => {
  const vkeyOf = (name: string, seed: number) =>
    formatVkey(cosigner(name, ed25519FromSeed(Buffer.alloc(32, seed)), clock).key);

  it('are a log of one name, by keys of the types that logs sign with', () => {
    expect(trustedLog([arche.logVkey]).origin).toBe(arche.origin);
    expect(faultCodeOf(() => trustedLog([]))).toBe('configuration-invalid');
    expect(faultCodeOf(() => trustedLog([arche.witnessVkey]))).toBe('configuration-invalid');
    expect(faultCodeOf(() => trustedLog([arche.logVkey, formatVkey(logSigner.key)]))).toBe(
      'configuration-invalid',
    );
    expect(faultCodeOf(() => trustedLog(['nonsense']))).toBe('malformed-note');
  });

  it('are a number of witnesses, by keys of the types that witnesses sign with', () => {
    const [a, b] = [vkeyOf('a', 3), vkeyOf('b', 4)];
    expect(witnessPolicy([a, b], 2).verifiers).toHaveLength(2);
    expect(witnessPolicy([a, vkeyOf('a', 5), b], 2).verifiers).toHaveLength(3);
    const code = (vkeys: string[], threshold: number) => faultCodeOf(() => witnessPolicy(vkeys, threshold));
    expect(code([a, b], 3)).toBe('configuration-invalid');
    expect(code([a, b], 0)).toBe('configuration-invalid');
    expect(code([a, b], 1.5)).toBe('configuration-invalid');
    expect(code([a, vkeyOf('a', 5)], 2)).toBe('configuration-invalid');
    expect(code([a, vkeyOf('b', 3)], 1)).toBe('configuration-invalid');
    expect(code([a, a], 1)).toBe('configuration-invalid');
    expect(code([formatVkey(logSigner.key)], 1)).toBe('configuration-invalid');
  });
});
