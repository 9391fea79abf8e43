/*
 * When work of the service itself is late: its tasks have failed for a while, and somebody has to look. The alarms on AWS
 * (infra/operations), the log, the operation and the console's page say so at the same time.
 */

/** A delay of a whole interval and this long is not chance. In seconds. */
const GRACE = 3600;

/** A CRL that has fewer seconds than this until its nextUpdate is late. */
export const crlFloor = ({
  interval,
  nextUpdate,
}: {
  readonly interval: number;
  readonly nextUpdate: number;
}): number => Math.max(0, nextUpdate - interval - GRACE);

/**
 * A responder is renewed at half of its life. One that has less than this of its life before it is late: every renewal has
 * failed for a while. In the unit of `life`.
 */
export const responderFloor = (life: number): number => life / 3;
