import { Fault, type Phrase, phrase } from '../../lib/fault.ts';

/** Deeper than any body of this service. */
const MAX_DEPTH = 16;

const invalid = (why: Phrase): Fault =>
  new Fault('invalid-input', phrase`The body is not the JSON expected: ${why}.`);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads I-JSON (RFC 7493): UTF-8 without a byte order mark, no lone surrogates, no member twice in one object.
 * JSON.parse would accept a duplicate member or `__proto__` silently. They are refused, so that a person who examines a
 * body reads the same as this service. Fault: `invalid-input`.
 */
export const readJson = (bytes: Uint8Array): unknown => {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw invalid(phrase`it is not UTF-8`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(phrase`it is not JSON`);
  }
  checkMembers(text);
  return value;
};

/** Checks the members in text that JSON.parse has accepted. */
const checkMembers = (text: string): void => {
  /** One entry for each open object or array; for an object, the members seen. */
  const open: (Set<string> | undefined)[] = [];
  /** Whether the next string is a member's name. */
  let naming = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      const start = at;
      for (at++; text[at] !== '"'; at++) if (text[at] === '\\') at++;
      const string: string = JSON.parse(text.slice(start, at + 1));
      if (!string.isWellFormed()) throw invalid(phrase`a string holds half of a surrogate pair`);
      if (naming) {
        const members = open.at(-1);
        if (string === '__proto__') throw invalid(phrase`it has a member "__proto__"`);
        if (members?.has(string)) throw invalid(phrase`an object has a member twice`);
        members?.add(string);
        naming = false;
      }
    } else if (character === '{' || character === '[') {
      if (open.length === MAX_DEPTH) throw invalid(phrase`it is nested deeper than ${MAX_DEPTH}`);
      open.push(character === '{' ? new Set() : undefined);
      naming = character === '{';
    } else if (character === '}' || character === ']') {
      open.pop();
      naming = false;
    } else if (character === ',') {
      naming = open.at(-1) !== undefined;
    }
  }
};
