/** One media range of the header (RFC 9110 12.5.1) with its weight (12.4.2). Other parameters of a range are not told apart. */
const RANGE = /^([!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+)(?:[ \t]*;[ \t]*[^;]*?)*?$/;
const QUALITY = /;[ \t]*[Qq]=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*(?:;|$)/;

/** Longer headers are not read. */
const MAX_CHARACTERS = 1000;

const HTML = ['text/html', 'application/xhtml+xml'];
const JSON_RANGES = ['application/problem+json', 'application/json', 'application/*', '*/*'];

/**
 * Whether a person is likely to read the answer: browsers name HTML before everything else. Programs ask for JSON, or for anything.
 */
export const prefersPage = (header: string | undefined): boolean => {
  if (header === undefined || header.length > MAX_CHARACTERS) return false;
  const wishes = new Map(
    header.split(',').flatMap((element) => {
      const text = element.trim();
      const range = RANGE.exec(text)?.[1]?.toLowerCase();
      return range === undefined ? [] : [[range, Number(QUALITY.exec(text)?.[1] ?? '1')] as const];
    }),
  );
  const bestOf = (ranges: readonly string[]): number =>
    Math.max(0, ...ranges.map((range) => wishes.get(range) ?? 0));
  return bestOf(HTML) > bestOf(JSON_RANGES);
};
