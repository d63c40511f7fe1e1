import { daysAgo } from '../calendar.js';
import type { JsonObject } from '../field-selection.js';
import type { PersonaName } from '../persona-name.js';
import { personaOf } from '../personas.js';

export const IPGEOLOCATION_SAMPLE_ADDRESS = '2.56.188.34';

const CLEAN: JsonObject = {
  threat_score: 0,
  is_tor: false,
  is_proxy: false,
  proxy_provider_names: [],
  proxy_confidence_score: 0,
  proxy_last_seen: '',
  is_residential_proxy: false,
  is_vpn: false,
  vpn_provider_names: [],
  vpn_confidence_score: 0,
  vpn_last_seen: '',
  is_relay: false,
  relay_provider_name: '',
  is_anonymous: false,
  is_known_attacker: false,
  is_bot: false,
  is_spam: false,
  is_cloud_provider: false,
  cloud_provider_name: '',
};

/** The vendor's own example. */
const SAMPLE: JsonObject = {
  ...CLEAN,
  threat_score: 80,
  is_proxy: true,
  proxy_provider_names: ['Zyte Proxy'],
  proxy_confidence_score: 90,
  proxy_last_seen: '2025-12-12',
  is_residential_proxy: true,
  is_vpn: true,
  vpn_provider_names: ['Nord VPN'],
  vpn_confidence_score: 99,
  vpn_last_seen: '2026-01-19',
  is_anonymous: true,
  is_known_attacker: true,
  is_cloud_provider: true,
  cloud_provider_name: 'Packethub S.A.',
};

const cloud = (name: string): JsonObject => ({ is_cloud_provider: true, cloud_provider_name: name });

const BY_PERSONA: Readonly<Record<PersonaName, () => JsonObject>> = {
  'clean-home': () => ({}),
  vpn: () => ({
    threat_score: 30,
    is_vpn: true,
    vpn_provider_names: ['Proton VPN'],
    vpn_confidence_score: 98,
    vpn_last_seen: daysAgo(1),
    is_anonymous: true,
    ...cloud('Proton AG'),
  }),
  'residential-proxy': () => ({
    threat_score: 60,
    is_proxy: true,
    proxy_provider_names: ['922 Proxy', 'Bright Data'],
    proxy_confidence_score: 85,
    proxy_last_seen: daysAgo(3),
    is_residential_proxy: true,
    is_anonymous: true,
  }),
  'tor-exit': () => ({ threat_score: 75, is_tor: true, is_anonymous: true, is_known_attacker: true }),
  'data-centre': () => ({ threat_score: 15, ...cloud('Amazon.com, Inc.') }),
  blacklisted: () => ({ threat_score: 92, is_known_attacker: true, is_bot: true, is_spam: true, ...cloud('SS-Net') }),
  relay: () => ({ threat_score: 10, is_relay: true, relay_provider_name: 'iCloud Private Relay', is_anonymous: true }),
  crawler: () => ({ threat_score: 5, is_bot: true, ...cloud('Google LLC') }),
};

export function ipgeolocationSecurity(ip: string): JsonObject {
  if (ip === IPGEOLOCATION_SAMPLE_ADDRESS) return SAMPLE;
  return { ...CLEAN, ...BY_PERSONA[personaOf(ip).name]() };
}
