import * as z from 'zod';
import { principalId, utc } from '../../http/schemas.ts';

export const delegateView = z
  .object({ delegate: principalId, since: utc, until: utc.exactOptional() })
  .meta({ id: 'Delegate' });
