import type { JsonObject } from '../field-selection.js';

export const BELTIC_SAMPLE_ADDRESS = '1.1.1.1';

/** The example of Beltic's documentation, which puts Denver on the coordinates of Sydney. */
export const BELTIC_SAMPLE: JsonObject = {
  risk: { fraud_score: 0, recent_abuse: false },
  network: {
    isp: 'Cloudflare',
    asn: 13335,
    organization: 'Cloudflare',
    host: 'one.one.one.one',
    timezone: 'America/Denver',
    mobile: false,
  },
  anonymity: { proxy: false, vpn: false, tor: false, active_vpn: false, active_tor: false },
  bot: { is_crawler: false, bot_status: false },
  address: {
    formatted_address: 'Denver, Colorado, US',
    country: 'US',
    city: 'Denver',
    state_or_province: 'Colorado',
    postal_code: null,
    latitude: -33.86000061,
    longitude: 151.21000671,
  },
};
