import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Fault, wentThrough } from '../fault.ts';
import { membersIn, textIn } from '../members.ts';
import type { Clock, Random } from '../ports.ts';
import type { Principal } from '../principal.ts';
import type { Key, Table } from '../store/store.ts';
import type { CertificateCallers, KnownBy } from './contract.ts';

/*
 * Sessions at the console: a session is a cookie that says which certificate its owner has shown, and when. It is sealed, so that
 * nobody who writes the table can make one. The certificate is judged again for every page, and so is its owner.
 *
 *   session-end/{session}      end   the session was ended
 *   sessions-end/{principal}   end   those that began before `before` were ended
 *   one-time/{ticket}          used  the one-time address was used
 *
 * A row ends a session, or uses up an address, and can do nothing else. Whoever deletes such a row, and has the cookie or the
 * address, has the session back for as long as it may last.
 */

/**
 * The keys under which sessions are sealed, one for each month (`2026-11`): nobody has to think of a new one, and one that somebody
 * has seen is soon of no use. No writer of the table has them.
 */
export interface SessionKeys {
  /**
   * Every function that knows who has signed in can seal a session as well. Where the door asks everybody for a certificate, a session
   * counts only beside its own, so that none of these functions can act in another's name.
   */
  readonly needCertificate?: true;
  /** AES-256; made where there is none. */
  create(month: string): Promise<Uint8Array>;
  /** Undefined where none was made. */
  open(month: string): Promise<Uint8Array | undefined>;
}

/** A session without a step for so long has ended: its owner may have left the desk. */
export const IDLE_MS = 30 * 60_000;
/** One working day. */
const LONGEST_MS = 12 * 3_600_000;
const TICKET_MS = 60_000;
/** A cookie says when it was last used, as exactly as this. */
const RENEWED_AFTER_MS = 60_000;

export interface OpenSession {
  /** Names the session, for `end`. */
  readonly id: string;
  readonly principal: Principal;
  /** The cookie from now on, where it is to be set anew. */
  readonly renewed?: string;
}

export interface Begun {
  readonly cookie: string;
  /** Milliseconds since the epoch: it lasts no longer. */
  readonly expiresAt: number;
  readonly principal: Principal;
}

export interface Sessions {
  /** A session without a client certificate beside it is nobody's. */
  readonly needCertificate: boolean;
  /** A new session of the principal, who has proven to have the key of the certificate (DER). */
  begin(certificate: Uint8Array, principal: Principal): Promise<Begun>;
  /** Faults: `unauthenticated`, and those of `byCertificate`. */
  open(cookie: string, by: KnownBy): Promise<OpenSession>;
  end(id: string): Promise<void>;
  /** Ends all sessions of the principal that have begun. */
  endAllOf(principal: string): Promise<void>;
  /** The end of a one-time address. It begins a session once, within a minute. */
  ticket(certificate: Uint8Array): Promise<{ readonly ticket: string; readonly expiresAt: number }>;
  /** A new session. Faults: `token-invalid`, `token-expired`, and those of `byCertificate`. */
  redeem(ticket: string): Promise<Begun>;
}

interface Sealed {
  readonly id: string;
  /** DER. */
  readonly certificate: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly begun: number;
  readonly used: number;
}

type Use = 'session' | 'ticket';

const endKey = (id: string): Key => ({ pk: `session-end/${id}`, sk: 'end' });
const endAllKey = (principal: string): Key => ({ pk: `sessions-end/${principal}`, sk: 'end' });
const usedKey = (id: string): Key => ({ pk: `one-time/${id}`, sk: 'used' });

/** Browsers take no longer one, with its name and attributes. */
const MAX_COOKIE = 3_900;

/** The length of the JSON in two bytes, the JSON, and the certificate as it is. */
const packed = ({ certificate, ...rest }: Sealed): Buffer => {
  const json = Buffer.from(JSON.stringify(rest));
  const length = Buffer.alloc(2);
  length.writeUInt16BE(json.length);
  return Buffer.concat([length, json, certificate]);
};

const unpacked = (bytes: Buffer): Sealed => {
  const end = 2 + bytes.readUInt16BE();
  return { ...JSON.parse(bytes.toString('utf8', 2, end)), certificate: bytes.subarray(end) };
};

const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7);

/**
 * The month of the key, and what AES-256-GCM makes: 12 bytes of nonce, the session and 16 of tag, in base64url. A session is no ticket,
 * and a ticket is no session.
 */
const openSealing = ({ keys, clock, random }: Pick<SessionsDeps, 'keys' | 'clock' | 'random'>) => {
  const opened = new Map<string, Promise<Uint8Array | undefined>>();

  /** Kept once it is there. */
  const keyOf = (month: string, take: SessionKeys['open']): Promise<Uint8Array | undefined> => {
    const known = opened.get(month);
    if (known) return known;
    const key = take(month);
    opened.set(month, key);
    const forget = () => opened.delete(month);
    key.then((found) => found ?? forget(), forget);
    return key;
  };

  return {
    seal: async (use: Use, value: Sealed): Promise<string> => {
      const month = monthOf(value.begun);
      const key = (await keyOf(month, keys.create)) ?? (await keys.create(month));
      const nonce = random(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(`${use} ${month}`));
      const sealed = [cipher.update(packed(value)), cipher.final(), cipher.getAuthTag()];
      const text = `${month}.${Buffer.concat([nonce, ...sealed]).toString('base64url')}`;
      if (text.length > MAX_COOKIE)
        throw new Fault(
          'value-too-large',
          'Your client certificate is too large for a session; use the commands (npx akashi).',
        );
      return text;
    },

    unseal: async (use: Use, text: string): Promise<Sealed | undefined> => {
      const [month = '', sealed = ''] = text.split('.');
      const now = clock();
      // Nobody may have keys looked for by any name.
      if (month !== monthOf(now) && month !== monthOf(now - LONGEST_MS)) return undefined;
      const key = await keyOf(month, keys.open);
      if (key === undefined) return undefined;
      const bytes = Buffer.from(sealed, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
        decipher.setAAD(Buffer.from(`${use} ${month}`)).setAuthTag(bytes.subarray(-16));
        return unpacked(Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]));
      } catch {
        return undefined;
      }
    },
  };
};

const isOver = (now: number, { begun, used }: Sealed): boolean =>
  now > used + IDLE_MS || now > begun + LONGEST_MS;

export interface SessionsDeps {
  readonly keys: SessionKeys;
  readonly callers: Pick<CertificateCallers, 'byCertificate'>;
  readonly table: Pick<Table, 'get' | 'write'>;
  readonly clock: Clock;
  readonly random: Random;
}

export const openSessions = ({ keys, callers, table, clock, random }: SessionsDeps): Sessions => {
  const { seal, unseal } = openSealing({ keys, clock, random });
  const newId = (): string => Buffer.from(random(16)).toString('hex');
  const expiryOf = (ms: number): number => Math.ceil(ms / 1000);

  const made = (certificate: Uint8Array): Sealed => {
    const now = clock();
    return { id: newId(), certificate, begun: now, used: now };
  };

  const judged = (certificate: Uint8Array, by: KnownBy): Promise<Principal> =>
    callers.byCertificate(certificate, by);

  const isEnded = async ({ id, begun }: Sealed, principal: string): Promise<boolean> => {
    const [own, all] = await Promise.all([table.get(endKey(id)), table.get(endAllKey(principal))]);
    if (own !== undefined) return true;
    const { before } = membersIn(all?.value);
    // Somebody may have written anything there. What says nothing of a time ends every session.
    return all !== undefined && !(typeof before === 'number' && begun >= before);
  };

  const begin: Sessions['begin'] = async (certificate, principal) => {
    const session = made(certificate);
    return {
      cookie: await seal('session', session),
      expiresAt: session.begun + LONGEST_MS,
      principal: { ...principal, door: 'session' },
    };
  };

  return {
    needCertificate: keys.needCertificate === true,

    begin,

    open: async (cookie, by) => {
      const session = await unseal('session', cookie);
      const now = clock();
      if (session === undefined || isOver(now, session))
        throw new Fault(
          'unauthenticated',
          'You are not signed in, or were for too long without a step; sign in again.',
        );
      const principal = await judged(session.certificate, by);
      if (await isEnded(session, principal.id))
        throw new Fault('unauthenticated', 'This session was ended; sign in again.');
      const isDue = now > session.used + RENEWED_AFTER_MS;
      return {
        id: session.id,
        principal: { ...principal, door: 'session' },
        ...(isDue && { renewed: await seal('session', { ...session, used: now }) }),
      };
    },

    end: async (id) => {
      const expires = expiryOf(clock() + LONGEST_MS);
      await wentThrough(table.write([{ put: endKey(id), value: {}, if: 'absent', expires }]));
    },

    endAllOf: async (principal) => {
      const put = endAllKey(principal);
      const standing = await table.get(put);
      const { before: last = 0 } = membersIn(standing?.value);
      // Clocks of two machines may differ, and what was ended stays so.
      const before = Math.max(clock() + 1, typeof last === 'number' ? last : 0);
      const condition = standing ? { version: standing.version } : ('absent' as const);
      const expires = expiryOf(before + LONGEST_MS);
      await table.write([{ put, value: { before }, if: condition, expires }]);
    },

    ticket: async (certificate) => {
      const ticket = made(certificate);
      return { ticket: await seal('ticket', ticket), expiresAt: ticket.begun + TICKET_MS };
    },

    redeem: async (text) => {
      const ticket = await unseal('ticket', text);
      if (textIn(ticket?.id) === undefined || ticket === undefined)
        throw new Fault('token-invalid', 'This is no one-time address of this service; ask for a new one.');
      const ends = ticket.begun + TICKET_MS;
      if (clock() > ends)
        throw new Fault('token-expired', 'The one-time address has expired; ask for a new one.');
      const expires = expiryOf(ends) + 60;
      if (!(await wentThrough(table.write([{ put: usedKey(ticket.id), value: {}, if: 'absent', expires }]))))
        throw new Fault('token-invalid', 'The one-time address was used before; ask for a new one.');
      return begin(ticket.certificate, await judged(ticket.certificate, 'acts'));
    },
  };
};
