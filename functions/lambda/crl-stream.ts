import { route } from '../routes/public/get-crl.ts';
import { loadPublished } from './parts.ts';
import { streaming } from './streaming.ts';

/** CRLs for everybody, of any size. */
export const handler = streaming([route], loadPublished);
