import * as z from 'zod/mini';
import type { Lane, Route } from '../http/route.ts';
import { refused } from './answer.ts';

/** Where a page or a form is. */
export interface Place {
  readonly id: string;
  readonly path: string;
  readonly summary: string;
  /** `public` unless given: nobody is known before the session is open. */
  readonly lane?: Lane;
  /** Of a form whose operation is done even while the table is behind its log: no row decides then who sent it. */
  readonly whileBehind?: true;
}

const TEXTS = z.record(z.string(), z.string());

/** The terms that all pages and forms have. They ask for the session themselves, because they answer signed-out people in words. */
export const termsOf = ({ id, path, summary, lane = 'public', whileBehind }: Place) =>
  ({
    id,
    path,
    summary,
    description: summary,
    lane,
    access: 'public',
    params: TEXTS,
    query: TEXTS,
    faults: [],
    problem: refused,
    ...(whileBehind && { whileBehind }),
  }) satisfies Partial<Route>;
