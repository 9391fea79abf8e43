import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCheckpoint, openCheckpoint } from '../../lib/tlog/checkpoint.ts';
import { proveConsistency } from '../../lib/tlog/consistency.ts';
import { cosigner } from '../../lib/tlog/cosignature.ts';
import { formatNote, type Note, type NoteSigner, noteSigner, signText } from '../../lib/tlog/note.ts';
import { trustedLog, witnessPolicy } from '../../lib/tlog/policy.ts';
import { formatVkey } from '../../lib/tlog/vkey.ts';
import {
  type AddCheckpoint,
  decideAddCheckpoint,
  formatAddCheckpoint,
  parseAddCheckpoint,
  readWitnessAnswer,
  type WitnessAnswer,
  type WitnessedTree,
  witnessAnswer,
} from '../../lib/tlog/witness.ts';
import {
  ed25519FromSeed,
  faultCodeOf,
  hexes,
  hexOf,
  mutated,
  numberedHashes,
  slowReader,
  slowRoot,
} from './reference.ts';
import { sofa } from './vectors/notes.ts';

const ORIGIN = 'log.example/akashi';
const all = numberedHashes(40);
const rootOf = (size: number) => slowRoot(all.slice(0, size));
const key = (seed: number) => ed25519FromSeed(Buffer.alloc(32, seed));
const logSigner = noteSigner(ORIGIN, key(1));
const log = trustedLog([formatVkey(logSigner.key)]);
const witness = cosigner('witness.example/w1', key(2), () => 1_700_000_000_000);
const { verifiers } = witnessPolicy([formatVkey(witness.key)], 1);

const noteOf = async (size: number, root = rootOf(size), signer: NoteSigner = logSigner): Promise<Note> => {
  const text = formatCheckpoint({ origin: ORIGIN, size, root, extensions: [] });
  return { text, signatures: await signText(text, [signer]) };
};
const requestOf = async (oldSize: number, size: number): Promise<AddCheckpoint> => ({
  oldSize,
  hashes: oldSize <= size ? await proveConsistency(slowReader(all), oldSize, size) : [],
  note: await noteOf(size),
});
const parsed = (request: AddCheckpoint) => parseAddCheckpoint(Buffer.from(formatAddCheckpoint(request)));
const decide = (request: AddCheckpoint, stored?: WitnessedTree) =>
  decideAddCheckpoint(parsed(request), log, stored);
const tree = (size: number): WitnessedTree => ({ size, root: rootOf(size) });

describe('the add-checkpoint request', () => {
  it('is read as in the example of tlog-witness, and written back', () => {
    const request = parseAddCheckpoint(sofa.addCheckpoint);
    expect(request.oldSize).toBe(20_852_014);
    expect(request.hashes).toHaveLength(4);
    expect(request.checkpoint.size).toBe(20_852_163);
    expect(request.note.signatures).toHaveLength(2);
    expect(formatAddCheckpoint(request)).toBe(sofa.addCheckpoint);
  });

  it.each([
    [
      'without an old size',
      sofa.addCheckpoint.slice(sofa.addCheckpoint.indexOf('\n') + 1),
      'malformed-proof',
    ],
    ['with a zero before the size', sofa.addCheckpoint.replace('old 2', 'old 02'), 'malformed-proof'],
    ['with a hash that is none', sofa.addCheckpoint.replace('PlRNC', 'PlRN*'), 'malformed-proof'],
    [
      'with 64 hashes',
      `old 1\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}\n${sofa.note}`,
      'malformed-proof',
    ],
    ['without a checkpoint', 'old 0\n', 'malformed-proof'],
    ['with an empty checkpoint', 'old 0\n\n', 'malformed-note'],
    ['with a note that is no checkpoint', 'old 0\n\nhello\n\n— x AAAAAAA=\n', 'malformed-checkpoint'],
  ])('is none %s', (_, body, code) => {
    expect(faultCodeOf(() => parseAddCheckpoint(body))).toBe(code);
  });

  it('gives the very same bytes back, or a fault, for arbitrary and for mutated input', () => {
    const roundTrip = (input: Uint8Array) => {
      const code = faultCodeOf(() =>
        expect(hexOf(Buffer.from(formatAddCheckpoint(parseAddCheckpoint(input))))).toBe(hexOf(input)),
      );
      expect([undefined, 'malformed-proof', 'malformed-note', 'malformed-checkpoint']).toContain(code);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), roundTrip), { numRuns: 300 });
    fc.assert(fc.property(mutated(sofa.addCheckpoint), roundTrip), { numRuns: 1_500 });
  });
});

describe("a witness's decision", () => {
  it('cosigns the first checkpoint, each that continues the last, and the same one again', async () => {
    for (const [oldSize, size] of [
      [0, 7],
      [7, 8],
      [8, 40],
      [40, 40],
      [0, 0],
    ] as const) {
      const request = await requestOf(oldSize, size);
      const decision = decide(request, oldSize === 0 ? undefined : tree(oldSize));
      expect(decision).toEqual({
        status: 200,
        next: tree(size),
        proof: request.note,
        text: request.note.text,
      });
    }
    expect(decide(await requestOf(0, 3), { size: 0, root: rootOf(0) }).status).toBe(200);
  });

  it('answers 409 with its own size when the old size is another', async () => {
    for (const [oldSize, stored] of [
      [0, 5],
      [4, 5],
      [6, 5],
    ] as const) {
      const decision = decide(await requestOf(oldSize, 8), tree(stored));
      expect(decision).toEqual({ status: 409, size: stored });
      expect(witnessAnswer(decision, [])).toEqual({
        status: 409,
        contentType: 'text/x.tlog.size',
        body: '5\n',
      });
    }
    expect(decide(await requestOf(3, 8))).toMatchObject({ status: 409, size: 0 });
  });

  it('answers 409 to another root of the same size, and reports it as a conflict', async () => {
    const request = { ...(await requestOf(8, 8)), note: await noteOf(8, rootOf(9)) };
    expect(decide(request, tree(8))).toEqual({ status: 409, size: 8, inconsistent: request.note });
    const empty = { oldSize: 0, hashes: [], note: await noteOf(0, rootOf(1)) };
    expect(decide(empty)).toEqual({ status: 409, size: 0, inconsistent: empty.note });
  });

  it('answers 422 to a proof that does not hold', async () => {
    const good = await requestOf(5, 9);
    const [first, ...rest] = good.hashes;
    for (const hashes of [rest, [...good.hashes, rootOf(1)], [], [rootOf(3), ...rest]]) {
      expect(decide({ ...good, hashes }, tree(5)).status).toBe(422);
    }
    expect(decide(good, { size: 5, root: rootOf(6) }).status).toBe(422);
    expect(decide({ ...(await requestOf(0, 9)), hashes: [first ?? rootOf(0)] }).status).toBe(422);
    expect(decide({ ...(await requestOf(9, 9)), hashes: [rootOf(9)] }, tree(9)).status).toBe(422);
  });

  it('answers 400 to an old size that is larger than the checkpoint', async () => {
    expect(decide(await requestOf(9, 8), tree(9)).status).toBe(400);
  });

  it('answers 404 for a log that it does not know and 403 for a key that it does not know', async () => {
    const request = parsed(await requestOf(0, 7));
    expect(decideAddCheckpoint(request, undefined, undefined).status).toBe(404);
    expect(decideAddCheckpoint(request, { ...log, origin: 'other' }, undefined).status).toBe(404);
    const note = await noteOf(7, rootOf(7), noteSigner(ORIGIN, key(9)));
    expect(decide({ oldSize: 0, hashes: [], note }).status).toBe(403);
    const [signature] = request.note.signatures;
    if (signature === undefined) throw new Error('a signature');
    const spoilt = { ...signature, signature: signature.signature.toReversed() };
    expect(decide({ ...request, note: { ...request.note, signatures: [spoilt] } }).status).toBe(403);
    expect(
      decide({ ...request, note: { ...note, signatures: [...note.signatures, signature] } }).status,
    ).toBe(200);
  });

  it('never lets two requests decided side by side roll the log back', async () => {
    // A store with a compare-and-swap, as the decision's contract asks of the caller.
    let stored: WitnessedTree | undefined;
    let version = 0;
    const cosigned: number[] = [];
    const submit = async (request: AddCheckpoint, pause: () => Promise<void>): Promise<number> => {
      for (;;) {
        const [seen, seenVersion] = [stored, version];
        const decision = decide(request, seen);
        await pause();
        if (decision.status !== 200) return decision.status;
        if (version !== seenVersion) continue;
        stored = decision.next;
        version++;
        cosigned.push(decision.next.size);
        return 200;
      }
    };
    const slow = () => new Promise<void>((done) => setImmediate(done));
    const answers = await Promise.all([
      submit(await requestOf(0, 9), async () => {}),
      submit(await requestOf(0, 5), slow),
    ]);
    expect(answers).toEqual([200, 409]);
    expect(cosigned).toEqual([9]);
    expect(stored?.size).toBe(9);
  });
});

describe("how a log treats a witness's answer", () => {
  it('adds the cosignatures of witnesses that it knows', async () => {
    const request = await requestOf(0, 7);
    const decision = decide(request);
    if (decision.status !== 200) throw new Error('cosigned');
    const stranger = cosigner('stranger.example', key(7), () => 0);
    const answer = witnessAnswer(decision, await signText(decision.text, [stranger, witness]));
    const verdict = readWitnessAnswer(answer, request, verifiers);
    if (!('cosignatures' in verdict)) throw new Error('cosigned');
    expect(verdict.cosignatures.map(({ name }) => name)).toEqual(['witness.example/w1']);
    const { text, signatures } = request.note;
    const signed = formatNote({ text, signatures: [...signatures, ...verdict.cosignatures] });
    expect(openCheckpoint(signed, log, verifiers).verified).toHaveLength(2);
  });

  it('asks again from the size that the witness has', async () => {
    const request = await requestOf(0, 9);
    const answer = witnessAnswer(decide(request, tree(5)), []);
    const verdict = readWitnessAnswer(answer, request, verifiers);
    expect(verdict).toEqual({ size: 5 });
    expect(hexes(parsed(await requestOf(5, 9)).hashes)).toEqual(hexes((await requestOf(5, 9)).hashes));
    expect(decide(await requestOf(5, 9), tree(5)).status).toBe(200);
  });

  it('names the fault of other answers', async () => {
    const request = await requestOf(5, 7);
    const code = (answer: Partial<WitnessAnswer>) =>
      faultCodeOf(() =>
        readWitnessAnswer(
          { status: 200, contentType: 'text/plain', body: '', ...answer },
          request,
          verifiers,
        ),
      );
    const forOther = await signText((await noteOf(8)).text, [witness]);
    const next = { status: 200, next: tree(7), text: request.note.text, proof: request.note } as const;
    expect(code({})).toBe('malformed-note');
    expect(code({ body: 'hello\n' })).toBe('malformed-note');
    expect(code(witnessAnswer(next, forOther))).toBe('signature-invalid');
    expect(code(witnessAnswer(next, request.note.signatures))).toBe('signature-invalid');
    const size = { status: 409, contentType: 'text/x.tlog.size' };
    expect(code({ ...size, body: '5\n' })).toBe('log-inconsistent');
    expect(code({ ...size, body: '6\n' })).toBe(undefined);
    expect(code({ ...size, contentType: 'text/x.tlog.size; charset=utf-8', body: '6\n' })).toBe(undefined);
    expect(code({ ...size, body: '6' })).toBe('witness-refused');
    expect(code({ ...size, body: '06\n' })).toBe('witness-refused');
    expect(code({ ...size, contentType: 'text/plain', body: '6\n' })).toBe('witness-refused');
    for (const status of [400, 403, 404, 422, 429, 500]) expect(code({ status })).toBe('witness-refused');
  });

  it('gives a fault or a verdict for any answer', async () => {
    const request = await requestOf(5, 7);
    const anyAnswer = fc.record({
      status: fc.constantFrom(200, 409, 403),
      contentType: fc.constantFrom('text/x.tlog.size', 'text/plain', ''),
      body: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.nat().map((n) => `${n}\n`),
      ),
    });
    fc.assert(
      fc.property(anyAnswer, (answer) => {
        const code = faultCodeOf(() => readWitnessAnswer(answer, request, verifiers));
        expect([
          undefined,
          'malformed-note',
          'signature-invalid',
          'log-inconsistent',
          'witness-refused',
        ]).toContain(code);
      }),
    );
  });
});
