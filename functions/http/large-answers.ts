import type { ResponseDescription } from './route.ts';

/** For the OpenAPI document: what routes answer whose answers may be larger than a front of AWS carries (fitting.ts). */

const location = 'Where it is, for five minutes. Ask there without credentials.';

export const handedOver: Readonly<Record<303, ResponseDescription>> = {
  303: {
    description: 'On AWS, where the answer is too large to be given in one piece. What it says is on record.',
    headers: { location },
  },
};

export const published: Readonly<Record<302, ResponseDescription>> = {
  302: {
    description: 'On AWS, where it is too large to be given in one piece and no CDN is asked.',
    headers: { location },
  },
};
