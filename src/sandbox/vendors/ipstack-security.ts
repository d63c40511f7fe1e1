import { daysAgo } from '../calendar.js';
import type { PersonaName } from '../persona-name.js';

/** The `security` module of May 2025 and later. */
export interface IpstackSecurity {
  readonly is_proxy: boolean;
  readonly proxy_type: string | null;
  readonly is_crawler: boolean;
  readonly crawler_name: string | null;
  readonly crawler_type: string | null;
  readonly is_tor: boolean;
  readonly threat_level: 'low' | 'medium' | 'high';
  readonly threat_types: readonly string[] | null;
  readonly proxy_last_detected: string | null;
  readonly proxy_level: string | null;
  readonly vpn_service: string | null;
  readonly anonymizer_status: string | null;
  readonly hosting_facility: boolean;
}

const CLEAN: IpstackSecurity = {
  is_proxy: false,
  proxy_type: null,
  is_crawler: false,
  crawler_name: null,
  crawler_type: null,
  is_tor: false,
  threat_level: 'low',
  threat_types: null,
  proxy_last_detected: null,
  proxy_level: null,
  vpn_service: null,
  anonymizer_status: null,
  hosting_facility: false,
};

const BY_PERSONA: Readonly<Record<PersonaName, () => Partial<IpstackSecurity>>> = {
  'clean-home': () => ({}),
  vpn: () => ({
    is_proxy: true,
    proxy_type: 'service',
    proxy_level: 'anonymous',
    proxy_last_detected: daysAgo(2),
    vpn_service: 'Proton VPN',
    anonymizer_status: 'private',
    hosting_facility: true,
  }),
  // Last seen long ago: a recent sighting would lift it over the article's threshold of 60 for "High".
  'residential-proxy': () => ({
    is_proxy: true,
    proxy_type: 'socks',
    proxy_level: 'anonymous',
    proxy_last_detected: daysAgo(75),
    anonymizer_status: 'suspect',
  }),
  'tor-exit': () => ({
    is_proxy: true,
    proxy_type: 'tor',
    is_tor: true,
    threat_level: 'high',
    threat_types: ['tor', 'attack_source', 'attack_source_http'],
    proxy_last_detected: daysAgo(1),
    proxy_level: 'elite',
    anonymizer_status: 'active',
    hosting_facility: true,
  }),
  'data-centre': () => ({ hosting_facility: true }),
  blacklisted: () => ({
    is_crawler: true,
    crawler_type: 'vulnerability_scanner',
    threat_level: 'high',
    threat_types: ['attack_source', 'attack_source_ssh', 'fake_crawler'],
    hosting_facility: true,
  }),
  relay: () => ({ anonymizer_status: 'private', hosting_facility: true }),
  crawler: () => ({
    is_crawler: true,
    crawler_name: 'Googlebot',
    crawler_type: 'search_engine_bot',
    hosting_facility: true,
  }),
};

export function ipstackSecurity(persona: PersonaName): IpstackSecurity {
  return { ...CLEAN, ...BY_PERSONA[persona]() };
}
