import { InvalidConfigurationError } from '../errors/ip-risk.error.js';
import { vendorBaseUrl } from './vendor-base-url.js';

const check = (text: string): string => vendorBaseUrl(text, 'example: baseUrl (EXAMPLE_BASE_URL)');

describe('vendorBaseUrl', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['https://api.example.com/', 'https://api.example.com'],
    ['https://API.Example.com:443/v1//', 'https://api.example.com/v1'],
    ['https://api.example.com:8443/a/b', 'https://api.example.com:8443/a/b'],
  ])('takes %s as %s', (text, url) => {
    expect(check(text)).toBe(url);
  });

  it.each([
    'http://localhost:8080',
    'http://127.0.0.1:9',
    'http://[::1]:9/ipstack',
    'http://10.1.2.3',
    'http://192.168.0.9',
    'http://[fd00::1]',
    'http://sandbox:4010/ipstack',
    'http://vendor.svc.cluster.local',
    'http://mock.internal',
  ])('takes http to a host of one’s own: %s', (text) => {
    expect(check(text)).toBe(text);
  });

  it.each([
    'http://api.example.com',
    'http://8.8.8.8',
    'http://[2001:4860:4860::8888]',
    'http://api.example.com.',
    'http://internal.example.com',
    'http://notlocalhost.example',
    'http://134744072',
  ])('refuses http over the internet: %s', (text) => {
    expect(() => check(text)).toThrow(/^example: baseUrl \(EXAMPLE_BASE_URL\) must use https:/);
  });

  it.each(['', 'api.example.com', 'ftp://api.example.com', 'file:///etc/passwd', 'javascript:0', 'https://', '/v1'])(
    'refuses "%s", which is no such URL',
    (text) => {
      expect(() => check(text)).toThrow(/must be a URL/);
    },
  );

  it.each([
    'https://canary-key@api.example.com',
    'https://user:canary-key@api.example.com',
    'https://api.example.com?key=canary-key',
    'https://api.example.com#canary-key',
  ])('refuses a key in it, and does not repeat it: %s', (text) => {
    expect(() => check(text)).toThrow(InvalidConfigurationError);
    expect(() => check(text)).not.toThrow(/canary-key/);
  });

  it('does not repeat what it cannot read', () => {
    expect(() => check('canary-key')).not.toThrow(/canary-key/);
  });
});
