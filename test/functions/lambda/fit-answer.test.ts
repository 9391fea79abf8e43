import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../../functions/http/http.ts';
import { fitAnswer } from '../../../functions/lambda/fit-answer.ts';
import type { About, HandOver } from '../../../lib/store/store.ts';

/** A place that keeps files as the port promises: whole or not at all. */
const place = () => {
  const files: { readonly bytes: Buffer; readonly about: About }[] = [];
  const handOver: HandOver = {
    file: async (bytes, about) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of bytes) pieces.push(Uint8Array.from(piece));
      files.push({ bytes: Buffer.concat(pieces), about });
      return `https://s3.example/${files.length}?X-Amz-Signature=00`;
    },
  };
  return { files, handOver };
};

const LIMIT = 100;
const whole = (length: number, headers: Record<string, string> = {}): HttpResponse => ({
  status: 200,
  headers: { 'content-type': 'application/jose+json', ...headers },
  body: 'x'.repeat(length),
});

/** A stream that notes its steps in `said`, and is recorded before its last bytes, as exports are. */
const recorded = (pieces: readonly number[], said: string[] = []): HttpResponse => ({
  status: 200,
  headers: {
    'content-type': 'text/csv',
    'content-disposition': 'attachment; filename="records.csv"',
    'akashi-record': 'e-1',
    'cache-control': 'public, max-age=300',
  },
  body: '',
  stream: (async function* () {
    try {
      for (const [i, length] of pieces.entries()) {
        if (i === pieces.length - 1) said.push('recorded');
        yield Buffer.alloc(length, String(i));
      }
    } finally {
      said.push('ended');
    }
  })(),
});

const terms = (more: Partial<Parameters<typeof fitAnswer>[1]> = {}) => ({
  method: 'GET',
  limit: LIMIT,
  timeLeft: () => 10_000,
  ...more,
});

describe('an answer before its front', () => {
  it('goes unchanged if it fits, and a stream goes in one piece', async () => {
    const { files, handOver } = place();
    expect(await fitAnswer(whole(LIMIT), terms({ largeAnswers: { handOver } }))).toEqual(whole(LIMIT));
    const { stream: _, ...rest } = recorded([60, 40]);
    expect(await fitAnswer(recorded([60, 40]), terms({ largeAnswers: { handOver } }))).toEqual({
      ...rest,
      body: Buffer.concat([Buffer.alloc(60, '0'), Buffer.alloc(40, '1')]),
    });
    expect(files).toEqual([]);
  });

  it('is measured in bytes, not in characters', async () => {
    const { files, handOver } = place();
    const japanese = { ...whole(0), body: '証'.repeat(40) };
    expect((await fitAnswer(japanese, terms({ largeAnswers: { handOver } }))).status).toBe(303);
    expect(files[0]?.bytes.toString()).toBe(japanese.body);
  });

  it('is handed over whole if it does not fit, with an address for this caller and no cache', async () => {
    const { files, handOver } = place();
    const said: string[] = [];
    const answer = await fitAnswer(recorded([60, 50, 70], said), terms({ largeAnswers: { handOver } }));
    expect(answer).toEqual({
      status: 303,
      headers: {
        location: 'https://s3.example/1?X-Amz-Signature=00',
        'cache-control': 'no-store',
        'akashi-record': 'e-1',
      },
      body: '',
    });
    expect(said).toEqual(['recorded', 'ended']);
    expect(files).toEqual([
      {
        bytes: Buffer.concat([Buffer.alloc(60, '0'), Buffer.alloc(50, '1'), Buffer.alloc(70, '2')]),
        about: { contentType: 'text/csv', contentDisposition: 'attachment; filename="records.csv"' },
      },
    ]);
  });

  it('that is a page is sent as a download, so that it does not run in a browser', async () => {
    const { files, handOver } = place();
    const page = whole(LIMIT + 1, { 'content-type': 'text/html; charset=utf-8' });
    expect((await fitAnswer(page, terms({ largeAnswers: { handOver } }))).status).toBe(303);
    expect(files[0]?.about).toEqual({
      contentType: 'text/html; charset=utf-8',
      contentDisposition: 'attachment',
    });
  });

  it('that is a published object is fetched from its own address, and not written again', async () => {
    const { files, handOver } = place();
    const addressOf = (key: string): string => `https://s3.example/${key}?X-Amz-Signature=00`;
    const crl = { ...whole(LIMIT + 1), object: 'crl/a/00000000000000000007.crl' };
    const answer = await fitAnswer(crl, terms({ largeAnswers: { handOver, addressOf } }));
    expect([answer.status, answer.headers.location]).toEqual([
      302,
      'https://s3.example/crl/a/00000000000000000007.crl?X-Amz-Signature=00',
    ]);
    expect(files).toEqual([]);
    expect(await fitAnswer({ ...crl, body: 'small' }, terms({ largeAnswers: { addressOf } }))).toEqual({
      ...whole(0),
      body: 'small',
    });
  });

  it('is refused if there is no other place, and its stream is read no further', async () => {
    const said: string[] = [];
    await expect(fitAnswer(recorded([60, 50, 70, 80], said), terms())).rejects.toMatchObject({
      code: 'value-too-large',
    });
    expect(said).toEqual(['ended']);
    await expect(fitAnswer(whole(LIMIT + 1), terms())).rejects.toMatchObject({ code: 'value-too-large' });
  });

  it('is given up before the time ends, with nothing handed over and nothing recorded as whole', async () => {
    const { files, handOver } = place();
    const said: string[] = [];
    let left = 5_000;
    const timeLeft = () => {
      left -= 2_000;
      return left;
    };
    await expect(
      fitAnswer(recorded([60, 50, 70, 80, 90], said), terms({ timeLeft, largeAnswers: { handOver } })),
    ).rejects.toMatchObject({ code: 'value-too-large', message: expect.stringContaining('time') });
    expect(files).toEqual([]);
    expect(said).toEqual(['ended']);
  });

  it('to HEAD has headers only, and its stream is not read', async () => {
    const { files, handOver } = place();
    const said: string[] = [];
    const answer = await fitAnswer(
      recorded([60, 50, 70], said),
      terms({ method: 'HEAD', largeAnswers: { handOver } }),
    );
    expect([answer.status, answer.body, answer.headers['content-type'], answer.stream]).toEqual([
      200,
      '',
      'text/csv',
      undefined,
    ]);
    expect([said, files]).toEqual([[], []]);
  });

  it('whose stream fails becomes that failure, not half a file', async () => {
    const { files, handOver } = place();
    const broken: HttpResponse = {
      ...whole(0),
      stream: (async function* () {
        yield Buffer.alloc(LIMIT + 1);
        throw new Error('the ledger went away');
      })(),
    };
    await expect(fitAnswer(broken, terms({ largeAnswers: { handOver } }))).rejects.toThrow(
      'the ledger went away',
    );
    expect(files).toEqual([]);
  });
});
