import type { Duty, Role } from '../../lib/principal.ts';
import type { RouteTerms } from './route.ts';

/** An operation that requires credentials, and who may ask for it. */
export interface Operation {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly duty?: Duty | readonly Duty[];
  /** Principals of a tenant may not ask for it. */
  readonly ofService?: true;
  readonly certificateOnly?: true;
}

/** `docs/operations.json`: a function on AWS has few of the routes, and answers `whoami` for all of them. */
export const operationsTable = (routes: readonly RouteTerms[]): readonly Operation[] =>
  routes.flatMap(({ id, access, duty, ofService, certificateOnly }) =>
    typeof access === 'string'
      ? []
      : [
          {
            id,
            roles: access,
            ...(duty && { duty }),
            ...(ofService && { ofService }),
            ...(certificateOnly && { certificateOnly }),
          },
        ],
  );
