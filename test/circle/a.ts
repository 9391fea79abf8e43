import type { B } from './b.ts';

/** One half of a circle, for test/rooms.test.ts. */
export type A = { readonly b?: B };
