import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';

/**
 * Names of the Internet in the forms that certificates carry. ASCII only: other domain names come as A-labels (RFC 5280
 * 7.2). The functions that end in `Syntax` look at the characters only; linting has a rule of its own for labels.
 */

/* Domain names ----------------------------------------------------------------------------------------------- */

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const DNS_NAME = new RegExp(`^(?:${LABEL}\\.)*${LABEL}$`);

/** Preferred name syntax (RFC 1034 3.5, as relaxed by RFC 1123 2.1): no underscore, no wildcard, no final dot, not an IPv4 address. */
export const hasDnsSyntax = (text: string): boolean =>
  text.length <= 253 && DNS_NAME.test(text) && !/(?:^|\.)\d+$/.test(text);

/**
 * The code points that RFC 5892 lets a U-label have: LetterDigits (2.1) that stay as they are when case and width are
 * folded, which node:url checks, and the exceptions (2.6). UTS 46, by which node:url goes, has symbols and emoji too.
 */
const PERMITTED =
  /^(?:[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}\u06fd\u06fe\u0f0b\u3007\u00b7\u0375\u05f3\u05f4\u30fb-]|\u200c|\u200d)+$/u;
const DISALLOWED = /[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]/;

/** Code points that need a context (RFC 5892 appendix A.3 to A.9). The joiners (A.1, A.2) are checked by node:url. */
const OUT_OF_CONTEXT: readonly RegExp[] = [
  /(?<!l)\u00b7|\u00b7(?!l)/,
  /\u0375(?!\p{Script=Greek})/u,
  /(?<!\p{Script=Hebrew})[\u05f3\u05f4]/u,
  /[\u0660-\u0669].*[\u06f0-\u06f9]|[\u06f0-\u06f9].*[\u0660-\u0669]/,
  /^(?=.*\u30fb)[^\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]*$/u,
];

/**
 * An A-label (RFC 5890 2.3.2.1): the Punycode of a U-label, and its one spelling. A label that `domainToUnicode` cannot
 * decode comes back from it as it is.
 */
const isALabel = (label: string): boolean => {
  const unicode = domainToUnicode(label);
  return (
    unicode !== label &&
    PERMITTED.test(unicode) &&
    !DISALLOWED.test(unicode) &&
    !unicode.startsWith('-') &&
    !unicode.endsWith('-') &&
    unicode.slice(2, 4) !== '--' &&
    !OUT_OF_CONTEXT.some((pattern) => pattern.test(unicode)) &&
    domainToASCII(unicode) === label
  );
};

/** Labels with `--` in their third and fourth place are reserved; of these only A-labels have a meaning (RFC 5890 2.3.1). */
export const hasKnownLabels = (dnsName: string): boolean =>
  dnsName
    .toLowerCase()
    .split('.')
    .every((label) => label.slice(2, 4) !== '--' || (label.startsWith('xn--') && isALabel(label)));

export const isDnsName = (text: string): boolean => hasDnsSyntax(text) && hasKnownLabels(text);

/* Mail addresses --------------------------------------------------------------------------------------------- */

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LOCAL_PART = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`);

export const domainOfMailbox = (text: string): string => text.slice(text.lastIndexOf('@') + 1);

/**
 * A Mailbox of RFC 5321 4.1.2 with a dot-string. Quoted strings and address literals are refused: they are not in use.
 */
export const hasMailboxSyntax = (text: string): boolean => {
  const local = text.slice(0, Math.max(text.lastIndexOf('@'), 0));
  return local.length <= 64 && LOCAL_PART.test(local) && hasDnsSyntax(domainOfMailbox(text));
};

export const isMailbox = (text: string): boolean =>
  hasMailboxSyntax(text) && hasKnownLabels(domainOfMailbox(text));

/* URIs ------------------------------------------------------------------------------------------------------- */

const OCTET = "[\\w.~:/?@!$&'()*+,;=-]|%[0-9a-f]{2}";
/** RFC 3986 3: brackets are in an authority only (3.2.2), and one fragment may follow (3.5). */
const URI = new RegExp(`^[a-z][a-z0-9+.-]*:(?=.)(?://[^/?#]*)?(?:${OCTET})*(?:#(?:${OCTET})*)?$`, 'i');
const AUTHORITY = /^[^:]*:\/\/(?:[\w.~!$&'()*+,;=:%-]*@)?(\[[^\]]*\]|[^/?#:]*)(?::\d{1,5})?(?:[/?#]|$)/;

/** The host of a URI that has an authority; an empty text where it has none. */
export const hostOfUri = (text: string): string => AUTHORITY.exec(text)?.[1] ?? '';

const hasHostSyntax = (host: string): boolean =>
  host.startsWith('[')
    ? isIPv6(host.slice(1, -1)) && !host.includes('%')
    : isIPv4(host) || hasDnsSyntax(host);

/** Browsers, and node:url, read hosts such as 0x7f000001 as IPv4 addresses, which RFC 3986 does not. */
const readsAlike = (text: string): boolean => {
  const [host, { protocol, hostname }] = [hostOfUri(text), new URL(text)];
  return !/^https?:$/.test(protocol) || host.startsWith('[') || hostname === host.toLowerCase();
};

/** The addresses of a CA stand in every certificate of that CA, and each of them is judged several times. */
const good = new Set<string>();
const MAX_GOOD = 256;
const MAX_KEPT_LENGTH = 512;

/** A URI of RFC 3986 3, which is not relative. If it has an authority, that has a host (RFC 5280 4.2.1.6). */
export const hasUriSyntax = (text: string): boolean => {
  if (good.has(text)) return true;
  const isGood = isUri(text);
  if (isGood && text.length <= MAX_KEPT_LENGTH) {
    if (good.size >= MAX_GOOD) good.clear();
    good.add(text);
  }
  return isGood;
};

const isUri = (text: string): boolean => {
  const rest = text.slice(text.indexOf(':') + 1);
  return (
    URI.test(text) &&
    URL.canParse(text) &&
    readsAlike(text) &&
    (rest.startsWith('//') ? hasHostSyntax(hostOfUri(text)) : /^\/?[^/]/.test(rest))
  );
};

export const isAbsoluteUri = (text: string): boolean => hasUriSyntax(text) && hasKnownLabels(hostOfUri(text));
