import { frontView } from '../../../web/public/front.ts';
import { publicPage } from '../page.ts';

export const frontPage = publicPage(
  { id: 'frontPage', path: '/', summary: 'What this service is' },
  async ({ reader }) => frontView(reader),
);
