import { Fault, type Phrase, phrase } from '../fault.ts';
import { DerReader } from './der-reader.ts';

const malformed = (why: Phrase): Fault => new Fault('malformed-pem', phrase`Malformed PEM: ${why}.`);

const tooLarge = (limit: number): Fault =>
  new Fault('input-too-large', phrase`The PEM text holds more than the ${limit} bytes that are taken.`, {
    limit,
  });

/** RFC 7468. Labels: CERTIFICATE, CERTIFICATE REQUEST, X509 CRL, PUBLIC KEY, … Lines of 64 characters, each ended by LF. */
export const encodePem = (label: string, der: Uint8Array): string => {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.length).toString('base64');
  let lines = '';
  for (let at = 0; at < base64.length; at += 64) lines += `${base64.slice(at, at + 64)}\n`;
  return `-----BEGIN ${label}-----\n${lines || '\n'}-----END ${label}-----\n`;
};

/**
 * RFC 7468 7 lets parsers take the older label of requests, which some tools still write. The sections on certificates
 * and CRLs advise parsers against their older labels (5.1, 6). PKCS #7 (8) is what CMS (9) came from; messages with
 * nothing but certificates have its label most often.
 */
const OLDER_LABELS: Readonly<Record<string, readonly string[]>> = {
  'CERTIFICATE REQUEST': ['NEW CERTIFICATE REQUEST'],
  CMS: ['PKCS7'],
};

/** A boundary at the beginning of a line. It has no label where the line does not go on as a boundary. */
const BOUNDARY = /^[ \t\v\f\ufeff]*-----(BEGIN|END) (?:([^\r\n]*?)-----)?/m;
/** The boundary that ends a block, wherever it is on its line. */
const CLOSING = /-----(?:(BEGIN|END) ([^\r\n]*?)-----)?/;

/** A label comes from outside. One that is none of a known form (RFC 7468 3, in capitals) is not repeated in a fault. */
const found = (label: string): Phrase =>
  /^[A-Z0-9]{1,16}([ -][A-Z0-9]{1,16}){0,5}$/.test(label)
    ? phrase`one labelled ${label} was found`
    : phrase`one with another label was found`;

/**
 * White space may be anywhere (laxbase64text of RFC 7468 3). Otherwise one spelling only is taken (RFC 4648 3.5): full
 * padding, zero bits under the padding, no other character. RFC 7468 2 says that parsers should ignore other
 * characters. They are refused here, because a character that is lost or damaged would turn into other bytes.
 */
const decodeBase64 = (body: string): Buffer => {
  const text = body.replace(/[ \t\r\n\v\f]+/g, '');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0) throw malformed(phrase`a block is empty`);
  if (bytes.toString('base64') !== text)
    throw malformed(phrase`a block is not base64 in its one strict form`);
  return bytes;
};

/**
 * Text before, between and after the blocks is skipped (RFC 7468 2). Lines end with CRLF, CR or LF and have any length.
 * Headers inside a block (RFC 1421) are refused, because RFC 7468 2 has none.
 */
const parse = (label: string, text: string, maxBytes: number): readonly Buffer[] => {
  // Base64, line ends and boundaries stay far below this limit, which leaves room for explanatory text.
  if (text.length > 4 * maxBytes + 1024) throw tooLarge(maxBytes);
  const labels = [label, ...(OLDER_LABELS[label] ?? [])];
  const blocks: Buffer[] = [];
  let total = 0;
  let rest = text;
  for (let opening = BOUNDARY.exec(rest); opening !== null; opening = BOUNDARY.exec(rest)) {
    const [boundary, edge, begun] = opening;
    if (begun === undefined) throw malformed(phrase`a boundary line is not whole`);
    if (edge === 'END') throw malformed(phrase`a block ends that did not begin`);
    if (!labels.includes(begun))
      throw malformed(phrase`only blocks labelled ${labels.join(', ')} are taken, and ${found(begun)}`);
    rest = rest.slice(opening.index + boundary.length);
    const closing = CLOSING.exec(rest);
    if (closing === null) throw malformed(phrase`a block does not end`);
    const [end, closingEdge, ended] = closing;
    if (closingEdge === 'BEGIN') throw malformed(phrase`a block begins inside another`);
    if (ended === undefined) throw malformed(phrase`a boundary line is not whole`);
    if (ended !== begun) throw malformed(phrase`a block ends with another label than it began with`);
    const block = decodeBase64(rest.slice(0, closing.index));
    total += block.length;
    if (total > maxBytes) throw tooLarge(maxBytes);
    blocks.push(block);
    // What follows on the line of the boundary is a beginning of a line again: a file without a line end at its end may
    // have been put before another.
    rest = rest.slice(closing.index + end.length);
  }
  if (blocks.length === 0) throw malformed(phrase`there is no block labelled ${labels.join(', ')}`);
  return blocks;
};

/**
 * The one block of this label; text around it is skipped. A request may have its older label. A block with another
 * label is refused and not skipped: beside a request it is most often its private key.
 * Faults: `malformed-pem`, also for two blocks; `input-too-large` for more than `maxBytes` decoded.
 */
export const decodePem = (label: string, text: string, maxBytes: number): Uint8Array => {
  const [block, ...more] = parse(label, text, maxBytes);
  if (block === undefined || more.length > 0)
    throw malformed(phrase`there is more than one block, and one is taken`);
  return block;
};

/**
 * All blocks of this label, in order, at least one, as `decodePem` takes one.
 * Faults: `malformed-pem`; `input-too-large` where all blocks together decode to more than `maxBytes`, or the text has
 * more than four times as many characters.
 */
export const decodePemBundle = (label: string, text: string, maxBytes: number): readonly Uint8Array[] =>
  parse(label, text, maxBytes);

const isOneElement = (bytes: Uint8Array): boolean => {
  try {
    DerReader.whole(bytes, bytes.length);
    return true;
  } catch (error) {
    if (Fault.is(error)) return false;
    throw error;
  }
};

/**
 * Whether a file has PEM in it, and is not DER. The SEQUENCE with which DER begins is the digit 0 as text, and text
 * before a block may begin with that digit.
 */
export const isPem = (bytes: Buffer): boolean =>
  bytes[0] !== 0x30 || (bytes.includes('-----BEGIN ') && !isOneElement(bytes));
