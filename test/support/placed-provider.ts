import type { IpAddress, IpIntelligence, IpIntelligenceProvider, IpLocation, ProviderHealth } from 'nestjs-ip-risk';
import type { FactName } from '../../src/modules/providers/ip-intelligence.js';
import { inCountry, intelligence } from './intelligence.js';

function inCity(countryCode: string, city: string, latitude: number, longitude: number): IpLocation {
  return { ...inCountry(countryCode), city, latitude, longitude, accuracyRadiusKm: 20 };
}

const PARIS = inCity('FR', 'Paris', 48.8566, 2.3522);
const TOKYO = inCity('JP', 'Tokyo', 35.6762, 139.6503);

/** Clients of {@link PlacedProvider}: two of each place, in networks of their own. */
export const TRAVELLERS = {
  paris: '81.2.69.1',
  parisOffice: '90.3.70.1',
  tokyo: '133.4.71.1',
  tokyoHotel: '126.5.72.1',
  /** A VPN whose exit stands in Tokyo. */
  vpnInTokyo: '45.6.73.1',
  /** Somewhere in France. */
  france: '86.7.74.1',
} as const;

const PLACES: Readonly<Record<string, IpLocation>> = {
  [TRAVELLERS.paris]: PARIS,
  [TRAVELLERS.parisOffice]: PARIS,
  [TRAVELLERS.tokyo]: TOKYO,
  [TRAVELLERS.tokyoHotel]: TOKYO,
  [TRAVELLERS.vpnInTokyo]: TOKYO,
  [TRAVELLERS.france]: { ...inCountry('FR'), latitude: 46, longitude: 2 },
};

/** A provider that knows where {@link TRAVELLERS} are, and of nobody else. */
export class PlacedProvider implements IpIntelligenceProvider {
  readonly id = 'places';
  readonly kind = 'offline';

  lookup({ text }: IpAddress): IpIntelligence {
    const facts: Partial<Record<FactName, boolean>> = { isTorExitNode: false };
    if (text === TRAVELLERS.vpnInTokyo) facts.isAnonymousVpn = true;
    return intelligence(facts, { providerId: this.id, location: PLACES[text] });
  }

  health(): ProviderHealth {
    return { status: 'up', details: {} };
  }
}
