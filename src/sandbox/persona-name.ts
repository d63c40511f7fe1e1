export const PERSONA_NAMES = [
  'clean-home',
  'vpn',
  'residential-proxy',
  'tor-exit',
  'data-centre',
  'blacklisted',
  'relay',
  'crawler',
] as const;

export type PersonaName = (typeof PERSONA_NAMES)[number];
