import { crc32 } from 'node:zlib';
import type { Incoming, Limits } from './exchange.ts';
import { NoAnswer, Refusal } from './outcome.ts';
import { type AwsAccess, openService } from './service.ts';

/** The operations of a service by name, each with its input and output as JSON. */
export type Operations<T> = { readonly [K in keyof T]: { readonly input: object; readonly output: object } };

export interface JsonService<T extends Operations<T>> {
  /** One attempt. Rejects with `Refusal` or `NoAnswer`. Fault: `store-unavailable` when the answer is too long. */
  call<K extends keyof T & string>(operation: K, input: T[K]['input']): Promise<T[K]['output']>;
  close(): void;
}

/** A service that speaks AWS's JSON protocol, `version` 1.0 or 1.1. `target` stands before each operation's name. */
export const openJsonService = <T extends Operations<T>>(
  { service, target, version }: { service: string; target: string; version: '1.0' | '1.1' },
  access: AwsAccess,
  limits: Limits,
): JsonService<T> => {
  const { send, close } = openService(service, `${service}.${access.region}.amazonaws.com`, access, limits);
  return {
    // Checks that the answer is whole. The types of its members are not checked: the service is trusted to keep them.
    call: async <K extends keyof T & string>(operation: K, input: T[K]['input']): Promise<T[K]['output']> => {
      const answer = await send({
        method: 'POST',
        path: '/',
        headers: {
          'content-type': `application/x-amz-json-${version}`,
          'x-amz-target': `${target}.${operation}`,
        },
        body: Buffer.from(JSON.stringify(input)),
      });
      const members = membersOf(answer);
      if (answer.status !== 200) throw new Refusal(nameOf(answer, members ?? {}), answer.status, members);
      if (members === undefined) throw new NoAnswer('MalformedAnswer', true);
      return members;
    },
    close,
  };
};

const membersOf = ({ headers, body }: Incoming): Record<string, unknown> | undefined => {
  const checksum = headers['x-amz-crc32'];
  if (checksum !== undefined && Number(checksum) !== crc32(body)) throw new NoAnswer('WrongChecksum', true);
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

/** `com.amazonaws.dynamodb.v20120810#Name`, or `Name:http://…` in a header: AWS has written it in several ways. */
const nameOf = ({ headers }: Incoming, members: Readonly<Record<string, unknown>>): string => {
  const given = members.__type ?? headers['x-amzn-errortype'] ?? members.code;
  return /^(?:[^#]*#)?([A-Za-z0-9.]+)/.exec(typeof given === 'string' ? given : '')?.[1] ?? 'Unknown';
};
