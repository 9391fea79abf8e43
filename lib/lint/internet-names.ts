/**
 * Names of the Internet in the forms that certificates carry. ASCII only: other domain names come as A-labels (RFC 5280
 * 7.2).
 */

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const DNS_NAME = new RegExp(`^(?:${LABEL}\\.)*${LABEL}$`);

/** Preferred name syntax (RFC 1034 3.5, as relaxed by RFC 1123 2.1): no underscore, no wildcard, no final dot, not an IPv4 address. */
export const isDnsName = (text: string): boolean =>
  text.length <= 253 && DNS_NAME.test(text) && !/(?:^|\.)\d+$/.test(text);

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LOCAL_PART = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`);

/**
 * A Mailbox of RFC 5321 4.1.2 with a dot-string. Quoted strings and address literals are refused: they are not in use.
 */
export const isMailbox = (text: string): boolean => {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  return local.length <= 64 && LOCAL_PART.test(local) && isDnsName(text.slice(at + 1));
};

/** An absolute URI of RFC 3986 4.3, in ASCII. If it has an authority, the authority has a host (RFC 5280 4.2.1.6). */
export const isAbsoluteUri = (text: string): boolean =>
  /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^\s/?#]+|[^\s/]|\/[^\s/])[\x21-\x7e]*$/.test(text) && URL.canParse(text);
