import type { PersonaName } from '../persona-name.js';

/** What Beltic and IPQualityScore both say: their answers rest on one source, so they never differ here either. */
export interface FraudFacts {
  /** 0–100: suspicious from 75, high risk from 85, frequent abuse from 90. */
  readonly score: number;
  readonly recentAbuse: boolean;
  /** True whenever `vpn` or `tor` is. */
  readonly proxy: boolean;
  readonly vpn: boolean;
  readonly tor: boolean;
  readonly isCrawler: boolean;
  readonly botStatus: boolean;
  readonly connectionType: 'Residential' | 'Corporate' | 'Data Center';
  readonly abuseVelocity: 'none' | 'low' | 'medium' | 'high';
}

const CLEAN: FraudFacts = {
  score: 0,
  recentAbuse: false,
  proxy: false,
  vpn: false,
  tor: false,
  isCrawler: false,
  botStatus: false,
  connectionType: 'Residential',
  abuseVelocity: 'none',
};

const BY_PERSONA: Readonly<Record<PersonaName, Partial<FraudFacts>>> = {
  'clean-home': {},
  vpn: { score: 78, proxy: true, vpn: true, connectionType: 'Data Center', abuseVelocity: 'low' },
  'residential-proxy': { score: 82, proxy: true, recentAbuse: true, abuseVelocity: 'medium' },
  'tor-exit': {
    score: 88,
    proxy: true,
    tor: true,
    recentAbuse: true,
    botStatus: true,
    connectionType: 'Data Center',
    abuseVelocity: 'medium',
  },
  'data-centre': { score: 60, connectionType: 'Data Center' },
  blacklisted: {
    score: 96,
    proxy: true,
    recentAbuse: true,
    botStatus: true,
    connectionType: 'Data Center',
    abuseVelocity: 'high',
  },
  relay: { score: 25, connectionType: 'Corporate' },
  crawler: { isCrawler: true, connectionType: 'Data Center' },
};

export function fraudFacts(persona: PersonaName): FraudFacts {
  return { ...CLEAN, ...BY_PERSONA[persona] };
}
