import { type Phrase, phrase } from '../fault.ts';
import { domainOfMailbox, hasDnsSyntax } from '../internet-names.ts';
import {
  type Certificate,
  findExtension,
  formatName,
  type GeneralName,
  isNameWithin,
  type NameConstraints,
  OID,
  readNameConstraints,
  type Subtree,
  sameName,
} from '../pki/pki.ts';

/** Name constraints: RFC 5280 4.2.1.10, 6.1.3 (b), (c), 6.1.4 (g). */

/** Kinds of names that are compared here. A constraint of another kind refuses every name of that kind. */
type Comparable = Extract<
  Subtree,
  { kind: 'dNSName' | 'rfc822Name' | 'uniformResourceIdentifier' | 'iPAddress' | 'directoryName' }
>;

const isHostWithin = (host: string, base: string): boolean => {
  const [name, below] = [host.toLowerCase(), base.toLowerCase()];
  return below === '' || name === below || name.endsWith(below.startsWith('.') ? below : `.${below}`);
};

/** For mailboxes and URIs: a host is itself only, and what begins with a period is every host below. */
const isHostOf = (host: string, base: string): boolean =>
  base.startsWith('.')
    ? host.toLowerCase().endsWith(base.toLowerCase())
    : host.toLowerCase() === base.toLowerCase();

const isMailboxWithin = (mailbox: string, base: string): boolean => {
  const [local, host] = [
    mailbox.slice(0, mailbox.lastIndexOf('@')),
    mailbox.slice(mailbox.lastIndexOf('@') + 1),
  ];
  const at = base.lastIndexOf('@');
  return at < 0
    ? isHostOf(host, base)
    : local === base.slice(0, at) && host.toLowerCase() === base.slice(at + 1).toLowerCase();
};

/** The host name of a URI, which a constraint of URIs presupposes. */
const hostOf = (uri: string): string | undefined => {
  const [, authority = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(uri) ?? [];
  if (!/^[\w.~%!$&'()*+,;=:@[\]-]*$/.test(authority)) return undefined;
  const host = authority.replace(/^.*@/, '').replace(/:\d*$/, '');
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(host) && !/^[\d.]+$/.test(host) ? host : undefined;
};

const isAddressWithin = (address: Uint8Array, base: Uint8Array): boolean =>
  base.length === 2 * address.length &&
  address.every((octet, index) => {
    const mask = base[address.length + index] ?? 0;
    return (octet & mask) === ((base[index] ?? 0) & mask);
  });

/** A host of the preferred name syntax, or with the underscore that is in use; a dot at the end is neither. */
const isHost = (host: string): boolean => hasDnsSyntax(host.replaceAll('_', 'x'));

const isHostBase = (base: string): boolean => base === '' || isHost(base.replace(/^\./, ''));

/** Whether the name lies within the base of the same kind; undefined where this cannot be told. */
const isWithin = (name: GeneralName, base: Comparable): boolean | undefined => {
  if (base.kind === 'dNSName' && name.kind === 'dNSName') {
    const host = name.value.replace(/^\*\./, '');
    return isHost(host) && isHostBase(base.value) ? isHostWithin(host, base.value) : undefined;
  }
  if (base.kind === 'rfc822Name' && name.kind === 'rfc822Name') {
    const [host, of] = [domainOfMailbox(name.value), domainOfMailbox(base.value)];
    return isHost(host) && isHostBase(of) ? isMailboxWithin(name.value, base.value) : undefined;
  }
  if (base.kind === 'uniformResourceIdentifier' && name.kind === 'uniformResourceIdentifier') {
    const host = hostOf(name.value);
    return host !== undefined && isHostBase(base.value) ? isHostOf(host, base.value) : undefined;
  }
  if (base.kind === 'iPAddress' && name.kind === 'iPAddress') return isAddressWithin(name.value, base.value);
  return (
    base.kind === 'directoryName' && name.kind === 'directoryName' && isNameWithin(name.value, base.value)
  );
};

/** A wildcard stands for every host below it, also for those that a constraint excludes. */
const covers = (name: GeneralName, base: Comparable): boolean =>
  name.kind === 'dNSName' &&
  base.kind === 'dNSName' &&
  name.value.startsWith('*.') &&
  isHostWithin(base.value.replace(/^\./, ''), name.value.slice(2));

const isComparable = (base: Subtree): base is Comparable =>
  ['dNSName', 'rfc822Name', 'uniformResourceIdentifier', 'iPAddress', 'directoryName'].includes(base.kind);

/** All names of a certificate. An address in its subject counts as a mailbox (RFC 5280 4.2.1.10). */
const namesOf = ({ subject, extensions }: Certificate): readonly GeneralName[] => [
  ...(subject.length > 0 ? [{ kind: 'directoryName', value: subject } as const] : []),
  ...subject
    .flat()
    .filter(({ type }) => type === OID.emailAddress)
    .map(({ value }) => ({ kind: 'rfc822Name', value }) as const),
  ...(findExtension(extensions, 'subjectAltName')?.names ?? []),
];

const isAllowed = (name: GeneralName, { permitted, excluded }: NameConstraints): boolean => {
  const ofKind = (bases: readonly Subtree[]): readonly Subtree[] =>
    bases.filter(({ kind }) => kind === name.kind);
  const inside = ofKind(permitted);
  const outside = ofKind(excluded);
  if (![...inside, ...outside].every(isComparable)) return false;
  const bases = inside.filter(isComparable);
  return (
    (bases.length === 0 || bases.some((base) => isWithin(name, base) === true)) &&
    outside.filter(isComparable).every((base) => isWithin(name, base) === false && !covers(name, base))
  );
};

const constraintsOf = ({ extensions }: Certificate): NameConstraints | undefined => {
  const found = extensions.find((one) => one.id === 'other' && one.oid === OID.nameConstraints);
  return found?.id === 'other' ? readNameConstraints(found.value) : undefined;
};

export interface NameProblem {
  readonly index: number;
  readonly detail: Phrase;
}

/**
 * The first certificate of the path whose names a CA above it does not allow, the root included. Self-issued CAs are not
 * constrained. Faults: those of `readNameConstraints`.
 */
export const nameProblem = (path: readonly Certificate[]): NameProblem | undefined => {
  const above: NameConstraints[] = [];
  for (let index = path.length - 1; index >= 0; index--) {
    const certificate = path[index] as Certificate;
    const isFree = index > 0 && sameName(certificate.issuer, certificate.subject);
    if (!isFree && !namesOf(certificate).every((name) => above.every((one) => isAllowed(name, one)))) {
      return {
        index,
        detail: phrase`${formatName(certificate.subject)} has a name that the nameConstraints above it do not allow.`,
      };
    }
    const constraints = index > 0 ? constraintsOf(certificate) : undefined;
    if (constraints) above.push(constraints);
  }
  return undefined;
};
