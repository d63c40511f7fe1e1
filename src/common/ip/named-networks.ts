/** A set of networks that `TRUSTED_PROXIES` may name. */
export interface NamedNetwork {
  readonly prefixes: readonly string[];
  /** Where the list comes from, and the day it was read. */
  readonly source: string;
}

/** Names accepted beside CIDRs. Lists that change carry the day they were read; re-read them at every release. */
export const NAMED_NETWORKS: Readonly<Record<string, NamedNetwork>> = {
  loopback: { prefixes: ['127.0.0.0/8', '::1/128'], source: 'RFC 1122, RFC 4291' },
  linklocal: { prefixes: ['169.254.0.0/16', 'fe80::/10'], source: 'RFC 3927, RFC 4291' },
  private: {
    prefixes: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
    source: 'RFC 1918, RFC 4193',
  },
  cloudflare: {
    prefixes: [
      '103.21.244.0/22',
      '103.22.200.0/22',
      '103.31.4.0/22',
      '104.16.0.0/13',
      '104.24.0.0/14',
      '108.162.192.0/18',
      '131.0.72.0/22',
      '141.101.64.0/18',
      '162.158.0.0/15',
      '172.64.0.0/13',
      '173.245.48.0/20',
      '188.114.96.0/20',
      '190.93.240.0/20',
      '197.234.240.0/22',
      '198.41.128.0/17',
      '2400:cb00::/32',
      '2405:8100::/32',
      '2405:b500::/32',
      '2606:4700::/32',
      '2803:f800::/32',
      '2a06:98c0::/29',
      '2c0f:f248::/32',
    ],
    source: 'https://www.cloudflare.com/ips/, 2026-08-22',
  },
};
