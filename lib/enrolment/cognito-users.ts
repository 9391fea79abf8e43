import {
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminUserGlobalSignOutCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { NoAnswer, Refusal } from '../aws/outcome.ts';
import { asked, clientSettings, type SdkAccess } from '../aws/sdk.ts';
import { Fault } from '../fault.ts';
import type { TokenUsers } from './contract.ts';

/*
 * The users of a Cognito user pool. A user has the principal's id as its name and no attribute: no name and no address of a
 * person goes there. The service never knows a password. An administrator hands the first one over.
 */

const TIMEOUTS = { connectMs: 1_000, answerMs: 1_500 };
const ATTEMPTS = 2;
/** A suspension waits for this at most; the task goes on after it. */
const PATIENCE_MS = 4_000;

const PASSING: ReadonlySet<string> = new Set([
  'TooManyRequestsException',
  'ThrottlingException',
  'Throttling',
  'LimitExceededException',
  'InternalErrorException',
]);

const isRefused = (error: unknown, name: string): boolean => error instanceof Refusal && error.name === name;

/** A pool that is not there, or not ours, is refused by other names than a user who is not there. */
const isGone = (error: unknown): boolean => isRefused(error, 'UserNotFoundException');

const faultOf = (error: unknown, pool: string): unknown => {
  if (error instanceof NoAnswer || (error instanceof Refusal && isPassing(error))) {
    const reason = error instanceof NoAnswer ? error.reason : error.name;
    return new Fault(
      'store-unavailable',
      'Cognito did not answer, or is asked too much; try again later.',
      { pool, reason },
      { cause: error },
    );
  }
  if (!(error instanceof Refusal)) return error;
  return new Fault(
    'configuration-invalid',
    'Cognito does not let this function manage the users of that pool; compare the pool with the role of the function.',
    { pool, reason: error.name },
    { cause: error },
  );
};

const isPassing = ({ name, status }: Refusal): boolean => PASSING.has(name) || status >= 500;

/** `pool`: the id of the user pool whose tokens are taken. */
export const openCognitoUsers = ({
  pool,
  access,
}: {
  readonly pool: string;
  readonly access: SdkAccess;
}): TokenUsers => {
  const cognito = new CognitoIdentityProviderClient({
    ...clientSettings(access, TIMEOUTS),
    maxAttempts: ATTEMPTS,
  });
  const named = (Username: string) => ({ UserPoolId: pool, Username });

  /** The calls of one act, which end together. */
  const within = async <T>(calls: (abortSignal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await calls(AbortSignal.timeout(access.limits?.answerMs ?? PATIENCE_MS));
    } catch (error) {
      throw faultOf(error, pool);
    }
  };

  /** Undefined where there is no such user. */
  const isEnabled = async (id: string, abortSignal: AbortSignal): Promise<boolean | undefined> => {
    try {
      const { Enabled } = await asked(cognito.send(new AdminGetUserCommand(named(id)), { abortSignal }));
      if (Enabled === undefined) throw new NoAnswer('MalformedAnswer', true);
      return Enabled;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  };

  const signOut = async (id: string, abortSignal: AbortSignal): Promise<void> => {
    try {
      await asked(cognito.send(new AdminUserGlobalSignOutCommand(named(id)), { abortSignal }));
    } catch (error) {
      // Disabling a user has revoked the user's tokens, so a disabled one need not be signed out.
      if (!isGone(error) && !isRefused(error, 'NotAuthorizedException')) throw error;
    }
  };

  /** False where another process was first. */
  const create = async (id: string, abortSignal: AbortSignal): Promise<boolean> => {
    const command = new AdminCreateUserCommand({ ...named(id), MessageAction: 'SUPPRESS' });
    try {
      await asked(cognito.send(command, { abortSignal }));
      return true;
    } catch (error) {
      if (isRefused(error, 'UsernameExistsException')) return false;
      throw error;
    }
  };

  const enable = async (id: string, abortSignal: AbortSignal): Promise<boolean> => {
    const isNow = await isEnabled(id, abortSignal);
    if (isNow === true || (isNow === undefined && (await create(id, abortSignal)))) return isNow !== true;
    await asked(cognito.send(new AdminEnableUserCommand(named(id)), { abortSignal }));
    return true;
  };

  /** Disabled first: who is signed out before that could sign in again. */
  const disable = async (id: string, abortSignal: AbortSignal): Promise<boolean> => {
    if ((await isEnabled(id, abortSignal)) !== true) return false;
    try {
      await asked(cognito.send(new AdminDisableUserCommand(named(id)), { abortSignal }));
    } catch (error) {
      // Somebody deleted the user meanwhile.
      if (isGone(error)) return false;
      throw error;
    }
    await signOut(id, abortSignal);
    return true;
  };

  return {
    bring: (id, wanted) => within((signal) => (wanted === 'enabled' ? enable : disable)(id, signal)),
    signOut: (id) => within((signal) => signOut(id, signal)),
  };
};
