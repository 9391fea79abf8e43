import { isDeepStrictEqual } from 'node:util';
import { Fault, phrase } from '../fault.ts';
import type { Addresses, Period, TrustDomain, TrustDomainState } from './contract.ts';
import { addPeriod, longer, parsePeriod } from './period.ts';

/*
 * Where certificates say that the service is. The addresses stand in the signed state in force; the setting PUBLIC_URL only
 * says them at the first ceremony, and has to agree ever after.
 */

type Addressed = Pick<TrustDomain, 'addresses' | 'profiles'>;

const longestOf = (validities: readonly Period[]): Period =>
  validities.reduce((longest, next) => (longer(next, longest) ? next : longest));

export const firstAddresses = (
  { addresses, profiles }: Addressed,
  publicUrls: Addresses['current'],
): Addresses => ({
  current: addresses ?? publicUrls,
  longest: longestOf(profiles.map(({ validity }) => validity)),
  former: [],
});

/** A process that has not looked again yet may issue by the earlier state for a minute; clocks differ as well. */
const MARGIN_MS = 86_400_000;

/**
 * The addresses after an amendment. Earlier ones stay until the last certificate that names them has ended. `validities`
 * are those of the earlier file's profiles, as they are written.
 */
export const nextAddresses = (
  { addresses, profiles }: Addressed,
  before: Addresses,
  validities: readonly string[],
  now: number,
): Addresses => {
  const own = profiles.map(({ validity }) => validity);
  const earlier = longestOf([before.longest, ...validities.flatMap((text) => parsePeriod(text) ?? [])]);
  const current = addresses ?? before.current;
  const left = before.current.filter((url) => !current.includes(url));
  const until = new Date(addPeriod(new Date(now), earlier).getTime() + MARGIN_MS).toISOString();
  const former = before.former.filter((one) => Date.parse(one.until) > now);
  return left.length === 0
    ? { current, longest: longestOf([earlier, ...own]), former }
    : { current, longest: longestOf(own), former: [...former, { urls: left, until }] };
};

/** Every address that a certificate may name that is valid now. `now` in milliseconds since the epoch. */
export const addressesInUse = (
  { current, former }: Addresses,
  now: number,
): readonly [string, ...string[]] => {
  const earlier = former.filter(({ until }) => Date.parse(until) > now).flatMap(({ urls }) => urls);
  return [...new Set([...current, ...earlier])] as [string, ...string[]];
};

/** One address is enough to agree: the others follow from what is in force. */
const agree = (given: Addresses['current'], inForce: Addresses['current']): boolean =>
  given[0] === inForce[0] && (given.length === 1 || isDeepStrictEqual(given, inForce));

/**
 * The process's settings must say what is in force, or what its own file says. Fault: `address-changed`, which names what is
 * in force and says what to do.
 */
export const assertSettings = (
  settings: {
    readonly trustDomain: Pick<TrustDomain, 'addresses'>;
    readonly publicUrls: Addresses['current'];
    readonly logOrigin?: string | undefined;
  },
  state: Pick<TrustDomainState, 'addresses' | 'logOrigin'> | undefined,
): void => {
  const { publicUrls, logOrigin, trustDomain } = settings;
  const urls = trustDomain.addresses ?? state?.addresses.current ?? publicUrls;
  if (!agree(publicUrls, urls)) {
    const [given, inForce] = [publicUrls.join(' '), urls.join(' ')];
    throw new Fault(
      'address-changed',
      trustDomain.addresses === undefined
        ? phrase`The address in force is ${inForce}, which certificates name, and the service was started for ${given}: start it with PUBLIC_URL=${urls[0]}, or have a trust domain file with "addresses": ${JSON.stringify(publicUrls)} approved first.`
        : phrase`The trust domain's file says that the address of the service is ${inForce}, and the service was started for ${given}: start it with PUBLIC_URL=${urls[0]} or without PUBLIC_URL.`,
      { inForce, given },
    );
  }
  if (logOrigin !== undefined && state !== undefined && logOrigin !== state.logOrigin) {
    throw new Fault(
      'address-changed',
      phrase`The log of this service is named ${state.logOrigin}, and a log keeps its name: start the service with LOG_ORIGIN=${state.logOrigin}.`,
      { inForce: state.logOrigin, given: logOrigin },
    );
  }
};
