import { describe, expect, it } from 'vitest';
import { publicUrlOf } from '../../../functions/local/public-url.ts';

describe('the public address', () => {
  const PUBLIC_URL = 'http://status.example.jp';
  const addresses = ['http://a.example', 'http://b.example'] as const;

  it('is the one of the setting, else the first in the file, else this machine at its port', () => {
    expect(publicUrlOf({ PUBLIC_URL, PORT: 1 }, { addresses })).toBe(PUBLIC_URL);
    expect(publicUrlOf({ PUBLIC_URL: undefined, PORT: 1 }, { addresses })).toBe('http://a.example');
    expect(publicUrlOf({ PUBLIC_URL: undefined, PORT: 8081 }, {})).toBe('http://localhost:8081');
  });
});
