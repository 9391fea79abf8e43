import { Fault, type Phrase, phrase } from '../fault.ts';

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

const BOUNDARY = /^-----(BEGIN|END) (.+)-----$/;

/**
 * Takes one spelling only (RFC 4648 3.5): no character beyond the alphabet, full padding, zero bits under the padding.
 */
const decodeBase64 = (lines: readonly string[]): Buffer => {
  const text = lines.join('');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0) throw malformed(phrase`a block is empty`);
  if (bytes.toString('base64') !== text)
    throw malformed(phrase`a block is not base64 in its one strict form`);
  return bytes;
};

/**
 * Lines end with LF or CRLF, may have any length (some tools write 76 characters), and may have blanks at their end
 * only. Headers inside a block (RFC 1421) are refused, because RFC 7468 2 has none.
 */
const parse = (
  labels: readonly string[],
  text: string,
  maxBytes: number,
): { blocks: Buffer[]; explanatory: boolean } => {
  // Base64, line ends and boundaries stay far below this limit, which leaves room for explanatory text.
  if (text.length > 4 * maxBytes + 1024) throw tooLarge(maxBytes);
  const blocks: Buffer[] = [];
  let explanatory = false;
  let open: { label: string; lines: string[] } | undefined;
  let total = 0;
  for (const line of text.trim().split('\n')) {
    const trimmed = line.trimEnd();
    const [, edge, label = ''] = BOUNDARY.exec(trimmed) ?? [];
    if (edge === 'BEGIN') {
      if (open) throw malformed(phrase`a block begins inside another`);
      if (!labels.includes(label))
        throw malformed(phrase`only blocks labelled ${labels.join(', ')} are taken`);
      open = { label, lines: [] };
    } else if (edge === 'END') {
      if (open?.label !== label) throw malformed(phrase`a block ends that did not begin`);
      const block = decodeBase64(open.lines);
      total += block.length;
      if (total > maxBytes) throw tooLarge(maxBytes);
      blocks.push(block);
      open = undefined;
    } else if (trimmed.startsWith('-----BEGIN '))
      throw malformed(phrase`a boundary line goes on after its label`);
    else if (open && trimmed === '') throw malformed(phrase`a block has an empty line`);
    else if (open) open.lines.push(trimmed);
    else if (trimmed !== '') explanatory = true;
  }
  if (open) throw malformed(phrase`a block does not end`);
  if (blocks.length === 0) throw malformed(phrase`there is no block labelled ${labels.join(', ')}`);
  return { blocks, explanatory };
};

/**
 * Exactly one block with this label (or one of these labels) in strict base64, with nothing but white space before and
 * after it. Faults: `malformed-pem`; `input-too-large` for more than `maxBytes` decoded.
 */
export const decodePem = (label: string | readonly string[], text: string, maxBytes: number): Uint8Array => {
  const { blocks, explanatory } = parse(typeof label === 'string' ? [label] : label, text, maxBytes);
  const [block, ...more] = blocks;
  if (block === undefined || more.length > 0) throw malformed(phrase`there is more than one block`);
  if (explanatory) throw malformed(phrase`there is other text around the block`);
  return block;
};

/**
 * All blocks with this label, in order, at least one; explanatory text between them is skipped. A block with another
 * label is refused and not skipped: beside certificates it is most often a private key.
 * Faults: `malformed-pem`; `input-too-large` where all blocks together decode to more than `maxBytes`, or the text has
 * more than four times as many characters.
 */
export const decodePemBundle = (label: string, text: string, maxBytes: number): readonly Uint8Array[] =>
  parse([label], text, maxBytes).blocks;
