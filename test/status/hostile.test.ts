import { once } from 'node:events';
import http from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { constructed, type Der, TAG } from '../../lib/pki/der.ts';
import {
  derBitString,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  tlv,
} from '../../lib/pki/der-encoder.ts';
import { MAX_OCSP_REQUEST_BYTES } from '../../lib/pki/ocsp-request.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { parseOid } from '../../lib/pki/oid.ts';
import { OID } from '../../lib/pki/oids.ts';
import { exchange, get, type Reply, Wire } from '../functions/wire.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { openService, temporaryFolder } from '../service.ts';
import { certIdOf, encodeQuestion, nonce } from './asking.ts';
import { type Held, issueTo } from './office.ts';
import { residentMemory, type Serving, serving } from './process.ts';

/**
 * Hostile input to the service as a process of its own. Each input gets an OCSP error or an HTTP error, the memory of the
 * process stays within bounds, and other clients meanwhile get their usual answers.
 */

const folder = temporaryFolder();
let target: Serving;
let good: Held;
let revoked: Held;
let question: Buffer;
let about: Der;

beforeAll(async () => {
  const service = await openService(join(folder.path, 'data'));
  good = await issueTo(service, 'official-position', 'order-1');
  revoked = await issueTo(service, 'official-position', 'order-2');
  await service.app.authority.revoke(service.principal('operator-noda'), revoked.ref, {
    reason: 'keyCompromise',
  });
  question = Buffer.from(await ocspRequestFor(service, good.ref));
  about = await certIdOf(service, good.ref);
  others = [
    { question, status: 'good' },
    { question: Buffer.from(await ocspRequestFor(service, revoked.ref)), status: 'revoked' },
    {
      question: Buffer.from(
        await encodeQuestion({ certIds: [await certIdOf(service, revoked.ref)], extensions: [nonce(32)] }),
      ),
      status: 'revoked',
    },
  ];
  await service.close();
  target = await serving(folder.path);
}, 60_000);
afterAll(async () => {
  target.child.kill('SIGKILL');
  await once(target.child, 'exit');
  folder.remove();
});

/* Other clients, who ask as usual ------------------------------------------------------------------------------ */

let others: readonly { readonly question: Buffer; readonly status: string }[];

/** Asks one question after the other until it is stopped. Each answer has to be the right one, within its time. */
const askOn = () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  let stopped = false;
  let afterwards = 0;
  let answered = 0;
  let slowest = 0;
  let highest = 0;
  const one = (body: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/ocsp-request', 'content-length': body.length };
      const sent = http.request(
        `${target.url}/ocsp`,
        { method: 'POST', agent, headers, timeout: 10_000 },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.once('end', () => resolve(Buffer.concat(parts)));
        },
      );
      sent.once('error', reject).once('timeout', () => sent.destroy(new Error('no answer for ten seconds')));
      sent.end(body);
    });
  const line = (async () => {
    // Some requests come after the attack.
    while (!stopped || answered < afterwards) {
      const { question: body, status } = others[answered % others.length] as (typeof others)[number];
      const began = performance.now();
      const decoded = decodeOcspResponse(await one(body));
      slowest = Math.max(slowest, performance.now() - began);
      expect(decoded.status === 'successful' && decoded.basic.responses[0]?.certStatus.status).toBe(status);
      answered++;
      highest = Math.max(highest, residentMemory(target) ?? 0);
    }
  })();
  // `stop` reports the error. Until then this handler keeps Node from ending the process.
  line.catch(() => {});
  return {
    stop: async () => {
      stopped = true;
      afterwards = answered + 2 * others.length;
      await line;
      agent.destroy();
      return { slowest, highest };
    },
  };
};

const MEBIBYTE = 1024 * 1024;
/** How far the memory may rise above that of a warm process, whose heap grows and shrinks by itself. */
const ROOM = 192 * MEBIBYTE;

const amongOthers = async (attack: () => Promise<void>): Promise<void> => {
  const before = residentMemory(target) ?? 0;
  const asking = askOn();
  try {
    await attack();
  } finally {
    const { slowest, highest } = await asking.stop();
    expect(slowest).toBeLessThan(5_000);
    expect(highest - before).toBeLessThan(ROOM);
  }
};

/* The input ---------------------------------------------------------------------------------------------------- */

const TYPE = 'content-type: application/ocsp-request';
const head = (...headers: readonly string[]): string =>
  get('/ocsp', TYPE, ...headers).replace(/^GET/, 'POST');
const post = (body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(head(`content-length: ${body.length}`)), body]);
const asGet = (body: Uint8Array): string =>
  get(`/ocsp/${encodeURIComponent(Buffer.from(body).toString('base64'))}`);
const ocspStatus = ({ body }: Reply): string => decodeOcspResponse(body).status;

/** SEQUENCE in SEQUENCE, to the innermost one, all with correct lengths. */
const nested = (octets: number, tag: number = TAG.sequence): Buffer => {
  const heads: Buffer[] = [];
  for (let length = 0; length < octets; ) {
    const size =
      length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
    heads.push(Buffer.of(tag, ...size));
    length += size.length + 1;
  }
  return Buffer.concat(heads.reverse());
};

const SHA1 = derSequence(derOid(OID.sha1), derNull());
const HASH = derOctetString(new Uint8Array(20));
const certId = (serial: Uint8Array): Der => derSequence(SHA1, HASH, HASH, serial);
const request = (...ids: readonly Uint8Array[]): Der =>
  derSequence(derSequence(derSequence(...ids.map((id) => derSequence(id)))));
const extended = (...extensions: readonly Uint8Array[]): Der =>
  derSequence(derSequence(derSequence(derSequence(about)), tlv(constructed(2), derSequence(...extensions))));
const extension = (oid: string, value: Uint8Array): Der =>
  derSequence(derOid(parseOid(oid)), derOctetString(value));
const signedWith = (...certs: readonly Uint8Array[]): Der =>
  derSequence(
    derSequence(derSequence(derSequence(about))),
    tlv(
      constructed(0),
      derSequence(
        derSequence(derOid(parseOid('1.2.840.10045.4.3.2'))),
        derBitString(new Uint8Array(70)),
        tlv(constructed(0), derSequence(...certs)),
      ),
    ),
  );
const many = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

/** Bodies of allowed size, each malformed in its own way. */
const malformed = (): readonly (readonly [string, Uint8Array])[] => [
  ['nothing', new Uint8Array()],
  ['noise', Buffer.alloc(60_000, 0xa5)],
  ['zeros', Buffer.alloc(60_000)],
  ['a length beyond the end', Buffer.from('3084ffffffff', 'hex')],
  ['a length of more octets than there are numbers', Buffer.from(`30fe${'ff'.repeat(126)}`, 'hex')],
  ['sequences, sixteen thousand deep', nested(MAX_OCSP_REQUEST_BYTES - 8)],
  ['explicit tags, deep', nested(MAX_OCSP_REQUEST_BYTES - 8, 0xa0)],
  ['of indefinite length', Buffer.concat([Buffer.of(0x30, 0x80), question.subarray(2), Buffer.of(0, 0)])],
  ['of indefinite lengths, deep', Buffer.alloc(60_000, Buffer.of(0x30, 0x80))],
  [
    'of a length that takes too many octets',
    Buffer.concat([Buffer.of(0x30, 0x82, 0, question.length - 2), question.subarray(2)]),
  ],
  ['an OCTET STRING in pieces', request(derSequence(SHA1, tlv(0x24, HASH), HASH, derInteger(5)))],
  ['a padded serial', request(certId(tlv(TAG.integer, Uint8Array.of(0, 5))))],
  ['an extension nine hundred times', extended(...many(900, () => extension('1.2.3', new Uint8Array(50))))],
  [
    'two nonces among four thousand extensions',
    extended(
      extension(OID.ocspNonce, HASH),
      ...many(3800, (n) => extension(`1.2.3.${n}`, new Uint8Array())),
      extension(OID.ocspNonce, HASH),
    ),
  ],
  [
    'a nonce of sixty thousand octets',
    extended(extension(OID.ocspNonce, derOctetString(new Uint8Array(60_000)))),
  ],
  [
    'preferences without end',
    extended(
      extension(
        OID.ocspPreferredSignatureAlgorithms,
        derSequence(...many(4000, () => derSequence(derSequence(derOid(OID.sha1))))),
      ),
    ),
  ],
  ['as many CertIDs as fit in, of ours', request(...many(550, () => about))],
  [
    'a requestor whose name is sequences all the way down',
    derSequence(
      derSequence(tlv(constructed(1), tlv(constructed(4), nested(60_000))), derSequence(derSequence(about))),
    ),
  ],
  ['a certificate that is sequences all the way down', signedWith(nested(60_000))],
  ['a certificate that is noise', signedWith(derSequence(derOctetString(Buffer.alloc(60_000, 0xa5))))],
  ['twenty thousand certificates of nothing', signedWith(...many(20_000, () => derSequence()))],
  ['trailing octets', Buffer.concat([question, Buffer.alloc(60_000)])],
];

describe('a body that is malformed', () => {
  it('is malformedRequest over POST, in every form', { timeout: 60_000 }, () =>
    amongOthers(async () => {
      for (const [name, body] of malformed()) {
        expect(body.length, name).toBeLessThanOrEqual(MAX_OCSP_REQUEST_BYTES);
        const began = performance.now();
        const reply = await exchange(target.port, post(body));
        expect([name, reply?.status, reply && ocspStatus(reply)]).toEqual([name, 200, 'malformedRequest']);
        // The parser is fast for all of them: it reads a request of 64 KiB in a few milliseconds.
        expect(performance.now() - began, name).toBeLessThan(2_000);
      }
    }),
  );

  it('is malformedRequest over GET as well, if it fits into an address', () =>
    amongOthers(async () => {
      for (const [name, body] of malformed()) {
        const reply = await exchange(target.port, asGet(body));
        if (body.length === 0) expect(reply?.status).toBe(404);
        else if (body.length > 11_000) expect([name, reply?.status]).toEqual([name, 431]);
        else
          expect([name, reply?.status, reply && ocspStatus(reply)]).toEqual([name, 200, 'malformedRequest']);
      }
    }));

  it('is every prefix and every suffix of a good one', { timeout: 60_000 }, () =>
    amongOthers(async () => {
      const wire = await Wire.to(target.port);
      for (let length = 0; length < question.length; length++) {
        for (const part of [question.subarray(0, length), question.subarray(question.length - length)]) {
          wire.send(post(part));
          const reply = (await wire.response()) as Reply;
          expect([reply.status, ocspStatus(reply)], `${length} octets`).toEqual([200, 'malformedRequest']);
        }
      }
      // The same connection then carries a good request.
      wire.send(post(question));
      expect(ocspStatus((await wire.response()) as Reply)).toBe('successful');
      wire.socket.destroy();
    }),
  );

  it('may come from many clients at once, over and over, in bounded memory', { timeout: 90_000 }, () =>
    amongOthers(async () => {
      const bodies = malformed().map(([, body]) => post(body));
      await Promise.all(
        many(24, async (line) => {
          const wire = await Wire.to(target.port);
          for (let n = 0; n < 40; n++) {
            wire.send(bodies[(line + n) % bodies.length] as Buffer);
            const reply = (await wire.response()) as Reply;
            expect([reply.status, ocspStatus(reply)]).toEqual([200, 'malformedRequest']);
          }
          wire.socket.destroy();
        }),
      );
    }),
  );
});

describe('a body that is too large', () => {
  const tooLarge = async (send: (wire: Wire) => void): Promise<void> => {
    const wire = await Wire.to(target.port);
    send(wire);
    const reply = await wire.response();
    expect([reply?.status, reply?.headers.connection]).toEqual([413, 'close']);
    wire.socket.destroy();
  };

  it('is refused by its Content-Length, before it arrives', () =>
    amongOthers(async () => {
      for (const length of [MAX_OCSP_REQUEST_BYTES + 1, 10 * 2 ** 30, Number.MAX_SAFE_INTEGER])
        await tooLarge((wire) => wire.send(head(`content-length: ${length}`)));
    }));

  it('with ten thousand CertIDs is refused without being read', () =>
    amongOthers(async () => {
      const body = request(...many(10_000, (n) => certId(derInteger(n + 1))));
      expect(body.length).toBeGreaterThan(600_000);
      await tooLarge((wire) => wire.send(post(body)));
    }));

  it('of chunks without end is refused where it crosses the bound', { timeout: 60_000 }, () =>
    amongOthers(async () => {
      await Promise.all(
        many(16, () =>
          tooLarge((wire) => {
            wire.send(head('transfer-encoding: chunked'));
            const chunk = `400\r\n${'x'.repeat(1024)}\r\n`;
            for (let n = 0; n < 512; n++) wire.send(chunk);
          }),
        ),
      );
    }),
  );

  it('does not include a small body in chunks of one octet', () =>
    amongOthers(async () => {
      const chunks = [...question].flatMap((octet) => [Buffer.from('1\r\n'), Buffer.of(octet, 13, 10)]);
      const body = Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')]);
      const reply = await exchange(
        target.port,
        Buffer.concat([Buffer.from(head('transfer-encoding: chunked')), body]),
      );
      expect(reply && ocspStatus(reply)).toBe('successful');
    }));

  it('that is longer than its Content-Length leaves no valid next request', () =>
    amongOthers(async () => {
      const wire = await Wire.to(target.port);
      wire.send(head(`content-length: ${question.length - 1}`), question);
      // Its last octet becomes the beginning of the next request, which is malformed, or never ends.
      const replies = [await wire.response(), await wire.response()];
      expect(replies[0] === undefined || ocspStatus(replies[0]) === 'malformedRequest').toBe(true);
      expect([400, 408]).toContain(replies[1]?.status ?? 400);
      await wire.closed;
    }));
});

describe('senders that are slow', () => {
  it('delay nobody else, and get a timeout after ten seconds', { timeout: 60_000 }, () =>
    amongOthers(async () => {
      const wires = await Promise.all(many(400, () => Wire.to(target.port)));
      const drips = wires.map((wire, n) => {
        // Slow with the headers, slow with the body, or silent after the first octets.
        if (n % 3 === 0) wire.send('POST /ocsp HTTP/1.1\r\n');
        else wire.send(head('content-length: 60000'), '0');
        return n % 3 === 2
          ? undefined
          : setInterval(() => wire.socket.writable && wire.send(n % 3 === 0 ? 'x: y\r\n' : '0'), 500);
      });
      const replies = await Promise.all(wires.map((wire) => wire.response()));
      for (const drip of drips) clearInterval(drip);
      expect(new Set(replies.map((reply) => reply?.status))).toEqual(new Set([408]));
      for (const wire of wires) wire.socket.destroy();
    }),
  );

  it('who read no answers take no more memory than one connection may', { timeout: 60_000 }, () =>
    amongOthers(async () => {
      const wires = await Promise.all(many(32, () => Wire.to(target.port)));
      const flood = Buffer.concat(many(200, () => post(question)));
      for (const wire of wires) {
        wire.socket.pause();
        wire.send(flood);
      }
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      for (const wire of wires) wire.socket.destroy();
    }),
  );
});

it('after all that the service answers as before', async () => {
  const reply = await exchange(target.port, post(question));
  expect(reply && ocspStatus(reply)).toBe('successful');
  expect((await exchange(target.port, get('/healthz')))?.status).toBe(200);
});
